"""An interactive prompt of the resolved interpreter."""

import code

if __name__ == "__main__":
    code.interact(local={"__name__": "__console__"})
