from .missing import y
from . import z
