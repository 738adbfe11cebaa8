"""Runs pytest as Bazel runs tests.

This file is the main program and, under its own name, a pytest plugin: with pytest-xdist the workers, which are
processes of their own, load it too, so that each of them keeps to its shard and measures coverage.
"""

import os
import sys

import pytest

_COVERAGE_DATA = "TREKBOK_COVERAGE_DATA"


class _Measurement:
    """Coverage of the files that Bazel asks for, in this process."""

    def __init__(self):
        import coverage

        with open(os.environ["COVERAGE_MANIFEST"], encoding="utf-8") as manifest:
            names = [line.strip() for line in manifest]
        self._sources = [os.path.abspath(name) for name in names if name.endswith(".py")]
        # Bazel names files as in the sources; they are imported by their paths in the runfiles.
        root = os.environ["TREKBOK_COVERAGE_ROOT"]
        included = [os.path.join(root, name) for name in names if name.endswith(".py")]
        self._coverage = coverage.Coverage(
            data_file=os.environ[_COVERAGE_DATA],
            data_suffix=True,
            include=included + self._sources,
            config_file=False,
        )
        self._coverage.start()

    def stop(self):
        """Ends the measurement and keeps what was measured."""
        self._coverage.stop()
        self._coverage.save()

    def report(self, path):
        """Writes what all processes measured as LCOV, with the names that Bazel knows."""
        self._coverage.combine([os.path.dirname(os.environ[_COVERAGE_DATA])])
        if not self._coverage.get_data().measured_files():
            return
        written = path + ".tmp"
        self._coverage.lcov_report(outfile=written)
        root = os.environ["TREKBOK_COVERAGE_ROOT"]
        with open(written, encoding="utf-8") as old, open(path, "w", encoding="utf-8") as new:
            for line in old:
                if line.startswith("SF:"):
                    name = os.path.relpath(os.path.abspath(line[len("SF:") :].rstrip("\n")), root)
                    line = "SF:" + name.replace(os.sep, "/") + "\n"
                new.write(line)
        os.remove(written)


_measurement = None


def pytest_configure(config):
    """Starts measuring in a worker of pytest-xdist; the main program has started by itself."""
    global _measurement
    if hasattr(config, "workerinput") and _COVERAGE_DATA in os.environ:
        _measurement = _Measurement()


def pytest_unconfigure(config):
    """Keeps what a worker measured."""
    if _measurement:
        _measurement.stop()


def pytest_collection_modifyitems(config, items):
    """Leaves the tests of other shards to other runs."""
    total = int(os.environ.get("TEST_TOTAL_SHARDS") or 1)
    if total < 2:
        return
    shard = int(os.environ["TEST_SHARD_INDEX"])
    config.hook.pytest_deselected(items=[item for index, item in enumerate(items) if index % total != shard])
    items[:] = [item for index, item in enumerate(items) if index % total == shard]


def _arguments():
    """What Bazel says in the environment, in the words of pytest."""
    plugin = os.path.splitext(os.path.basename(__file__))[0]
    arguments = [
        "--verbose",
        # What is below is not the repository's.
        "--ignore=external",
        # There is no directory for a cache that outlives the test.
        "-p",
        "no:cacheprovider",
        "-p",
        plugin,
    ]
    xml = os.environ.get("XML_OUTPUT_FILE")
    if xml:
        arguments.append("--junitxml=" + xml)
        target = os.environ.get("BAZEL_TARGET")
        if target:
            arguments += ["-o", "junit_suite_name=" + target]
    if os.environ.get("TEST_SHARD_STATUS_FILE"):
        # Says that sharding is understood.
        with open(os.environ["TEST_SHARD_STATUS_FILE"], "w"):
            pass
    if os.environ.get("TESTBRIDGE_TEST_RUNNER_FAIL_FAST") == "1":
        arguments.append("--exitfirst")
    test_filter = os.environ.get("TESTBRIDGE_TEST_ONLY")
    if test_filter:
        arguments += ["-k", test_filter]
    return arguments + [$$FLAGS$$] + sys.argv[1:]


def _measure():
    """Starts measuring if `bazel coverage` asks for it; None if it does not, or cannot be had."""
    if not os.environ.get("COVERAGE_MANIFEST"):
        return None
    try:
        import coverage  # noqa: F401
    except ImportError:
        print("No coverage is measured: there is no module coverage. Add the package to the deps of the test.", file=sys.stderr)
        return None
    import tempfile

    # The manifest's names are relative to where the program was started.
    os.environ["COVERAGE_MANIFEST"] = os.path.abspath(os.environ["COVERAGE_MANIFEST"])
    os.environ["TREKBOK_COVERAGE_ROOT"] = os.getcwd()
    os.environ[_COVERAGE_DATA] = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "coverage")
    return _Measurement()


def _main():
    # For the plugin, here and in the workers, which are given this path.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    measurement = _measure()
    arguments = _arguments()
    # Where to run the tests, if not where the program was started.
    _ = 0  # no-op
    status = pytest.main(arguments)
    total = int(os.environ.get("TEST_TOTAL_SHARDS") or 1)
    if status == pytest.ExitCode.NO_TESTS_COLLECTED and total > 1:
        # A shard may well have none.
        status = 0
    if measurement:
        measurement.stop()
        if os.environ.get("COVERAGE_OUTPUT_FILE"):
            measurement.report(os.path.abspath(os.environ["COVERAGE_OUTPUT_FILE"]))
    return status


if __name__ == "__main__":
    sys.exit(_main())
