from attrlike._make import define, fields
from attrlike import converters, validators

__all__ = ["converters", "define", "fields", "validators"]
