from . import _emoji_codes
from ._loop import loop_first


class Console:
    def print(self, renderable):
        text = str(renderable)
        for name, emoji in _emoji_codes.EMOJI.items():
            text = text.replace(f":{name}:", emoji)
        print("".join(char for _, char in loop_first(text)))
