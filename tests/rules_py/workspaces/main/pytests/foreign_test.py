from lib import theirs


def test_theirs():
    assert theirs.NAME == "theirs with foreign"
