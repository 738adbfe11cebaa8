from .app import Webby as Webby
from .globals import current_app as current_app
from .json import dumps as dumps
