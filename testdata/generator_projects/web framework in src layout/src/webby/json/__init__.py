from ..globals import current_app


def dumps(value):
    app = current_app.get(None)
    if app is not None:
        return app.provider.dumps(value)
    import json

    return json.dumps(value)
