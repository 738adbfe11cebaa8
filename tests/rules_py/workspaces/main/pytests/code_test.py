import os

from pytests import code


def test_negative():
    assert code.sign(-5) == -1


def test_positive():
    assert code.sign(5) == 1


def test_fails_if_asked():
    assert "FAIL" not in os.environ


def test_shows_worker():
    print("worker", os.environ.get("PYTEST_XDIST_WORKER"))
