from text_tools import shout

assert shout("found") == "FOUND"
