from .. import on
from ....too.far import x
