import time

from acme.api import exceptions


def retry(function, times=3):
    for attempt in range(times):
        try:
            return function()
        except exceptions.NotFound:
            raise
        except exceptions.ApiError:
            time.sleep(0)
    raise exceptions.ApiError(attempt)
