from ..a import run
from .. import b
