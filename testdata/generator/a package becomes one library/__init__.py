from foo import bar
import os.path
