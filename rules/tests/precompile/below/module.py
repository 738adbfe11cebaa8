"""A module in a directory below its package."""
