from . import b
from . import name_from_init
from .sub import thing
from .sub.deep import value
