"""Findings about Starlark itself, whatever the ruleset."""
