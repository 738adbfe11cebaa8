"""Moves within rules_python: one file per deprecation."""
