"""Code objects whose constants marshal would write differently from process to process: see precompiler.dump."""

from marshal import dumps

from precompiler import SINCE_313, CodeType


def dump(codes):
    """Marshal the code object codes[0], to bytes that depend on nothing but its value.

    `codes` is it and all code objects nested in it.
    """
    qualnames = {}
    if SINCE_313:
        qualnames = {code.co_qualname: code.co_qualname for code in codes if "." in code.co_qualname}
    mark = b"frozenset "
    original = dumps(codes[0])
    while mark in original:
        mark += b"!"
    rebuilding = Rebuilding(qualnames, mark)
    code, _ = rebuilding.constant(codes[0])
    return rebuilding.with_frozensets(dumps(code))


class Rebuilding:
    """Builds code anew from constants that are the same objects in every process.

    `qualnames` maps the qualified names to the interned strings; no constant contains the bytes `mark`.
    """

    def __init__(self, qualnames, mark):
        self.qualnames = qualnames
        self.mark = mark
        self.rebuilt = {}  # by id, so that what was shared stays shared
        self.frozensets = {}

    def constant(self, old):
        """Give what stands for the constant `old`, and whether it or something in it is such a constant.

        The latter goes by value: whether it is replaced by another object depends on the process.
        """
        kind = type(old)
        if kind is str:
            return self.qualnames.get(old, old), old in self.qualnames
        if kind is frozenset:
            return self.frozen(old), True
        if kind is not tuple and kind is not CodeType:
            return old, False
        if id(old) not in self.rebuilt:
            new, changed = old, False
            pairs = [self.constant(item) for item in (old if kind is tuple else old.co_consts)]
            if any(changed for _, changed in pairs):
                changed = True
                new = tuple([item for item, _ in pairs])
                if kind is CodeType:
                    new = old.replace(co_consts=new)
            self.rebuilt[id(old)] = new, changed
        return self.rebuilt[id(old)]

    def frozen(self, old):
        """Give the bytes that stand for the frozenset `old` until `with_frozensets` puts it in.

        They hold its members, each marshalled on its own and in the order of the outcomes, as marshal itself
        does from 3.11 on, but in format version 2, which knows neither sharing nor interning.
        """
        members = sorted(dumps(member, 2) for member in old)
        written = len(members).to_bytes(4, "little") + b"".join(members)
        return self.frozensets.setdefault(written, self.mark + written)

    def with_frozensets(self, data):
        """Give the marshalled `data` with the frozensets in the places of the bytes that stand for them."""
        for written, stands in self.frozensets.items():
            size = len(stands).to_bytes(4, "little")
            for shared in (0, 0x80):
                data = data.replace(bytes([ord("s") | shared]) + size + stands, bytes([ord(">") | shared]) + written)
        return data
