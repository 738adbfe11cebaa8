"""One file a format, all over the same result."""
