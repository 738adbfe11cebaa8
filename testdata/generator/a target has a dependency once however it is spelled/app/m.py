# gazelle:include_dep //bar:bar,//app:lib
from typing import TYPE_CHECKING
import baz
import app.lib

if TYPE_CHECKING:
    import bar
