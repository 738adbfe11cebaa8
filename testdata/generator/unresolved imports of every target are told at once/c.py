try:
    import simplejson
except ImportError:
    import json
