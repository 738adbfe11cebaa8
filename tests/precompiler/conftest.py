import pytest

from .compiler import interpreters


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that takes `python` with every CPython at hand, unless it says with which."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "python" in metafunc.fixturenames and not any(mark.args[0] == "python" for mark in marks):
        paths = interpreters()
        metafunc.parametrize("python", paths, ids=[path.split("/")[-3] for path in paths])
