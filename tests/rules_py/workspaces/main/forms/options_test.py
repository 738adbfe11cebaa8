import sys

assert sys.flags.utf8_mode and sys.flags.isolated and sys.warnoptions == ["error"]
assert sys.argv[1:] == ["forms/options_test.py"]
