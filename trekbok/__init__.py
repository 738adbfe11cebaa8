"""trekbok: BUILD files for Python in Bazel, migrated, linted, rolled out and generated."""

__version__ = "0.1.0"
