import b
import typing
from c import x
