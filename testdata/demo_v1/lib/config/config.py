import json
import os


def defaults():
    with open(os.path.join(os.path.dirname(__file__), "defaults.json")) as file:
        return json.load(file)
