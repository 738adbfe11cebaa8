import pytest

from .compiler import interpreters


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `python` with every CPython at hand, one that takes `some_python` with the ends."""
    paths = interpreters()
    for name, chosen in (("python", paths), ("some_python", sorted({paths[0], paths[-1]}, key=paths.index))):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, chosen, ids=[path.split("/")[-3] for path in chosen])
