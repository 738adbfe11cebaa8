"""A module of another repository."""
