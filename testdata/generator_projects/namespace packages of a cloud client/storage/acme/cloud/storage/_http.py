from acme.api.retry import retry


def get(bucket, name):
    return retry(lambda: bucket[name])
