import os


def test_where():
    assert os.path.basename(os.getcwd()) == "chdir"
