from acme.cloud.storage import _http


class Blob:
    def __init__(self, bucket, name):
        self.bucket, self.name = bucket, name

    def download(self):
        return _http.get(self.bucket.objects, self.name)
