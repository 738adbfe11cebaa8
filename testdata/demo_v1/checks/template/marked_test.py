import os


def test_marker():
    assert os.path.exists("checks/template/marker.txt")
    assert os.environ["FROM_OWN_MAIN"] == "yes"
