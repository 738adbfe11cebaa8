import json


class DefaultProvider:
    dumps = staticmethod(json.dumps)
