from app import wants

assert wants.inside.NAME == "inside"
assert wants.several.__name__ == "several"
