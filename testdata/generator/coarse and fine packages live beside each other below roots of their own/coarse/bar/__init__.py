from .baz import hue
