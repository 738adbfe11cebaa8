class ApiError(Exception):
    code = 0


class NotFound(ApiError):
    code = 404
