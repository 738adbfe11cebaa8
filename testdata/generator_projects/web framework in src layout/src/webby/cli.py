import os
import sys


def run(app):
    print(f"* Serving {app.name!r} in {os.path.basename(sys.executable) and 'Python'}")
    return 0
