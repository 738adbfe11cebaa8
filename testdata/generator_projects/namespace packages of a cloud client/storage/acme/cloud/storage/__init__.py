from acme.cloud.storage.blob import Blob
from acme.cloud.storage.bucket import Bucket

__all__ = ["Blob", "Bucket"]
