from pathlib import Path

import greet_er
import of_data
import words

assert greet_er.WORDS is words.WORDS
assert of_data.VALUE == 1
assert (Path(greet_er.__file__).parent / "data.txt").read_text() == "good day"
