import typing
import typing as t
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import a
    import b
else:
    import c
import b
if t.TYPE_CHECKING: import d
