import pytest

from .compiler import interpreters


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that takes `python` with every CPython at hand."""
    if "python" in metafunc.fixturenames:
        paths = interpreters()
        metafunc.parametrize("python", paths, ids=[path.split("/")[-3] for path in paths])
