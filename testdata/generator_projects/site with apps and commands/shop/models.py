import dataclasses


@dataclasses.dataclass
class Item:
    name: str
    price: int
