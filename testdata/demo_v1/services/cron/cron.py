from lib.config.config import defaults
from text_tools import shout

assert shout(defaults()["name"]) == "DEMO"
