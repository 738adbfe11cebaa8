"""A module of another package."""
