class Table:
    def __init__(self, cells):
        self.cells = cells

    def __str__(self):
        return f"{'|'.join(f'{cell:>{4}}' for cell in self.cells)}"


if __name__ == "__main__":
    from .console import Console

    Console().print(Table("xy"))
