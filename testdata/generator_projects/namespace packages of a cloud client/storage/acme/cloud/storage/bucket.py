from acme.cloud.storage.blob import Blob


class Bucket:
    def __init__(self, **objects):
        self.objects = objects

    def blob(self, name):
        return Blob(self, name)
