"""The Python versions that have a config setting."""

# How many patch releases a minor version has or may get: one more setting costs nothing.
LATEST_MICRO = {
    "3.8": 20,
    "3.9": 25,
    "3.10": 20,
    "3.11": 16,
    "3.12": 16,
    "3.13": 20,
    "3.14": 20,
    "3.15": 20,
}
