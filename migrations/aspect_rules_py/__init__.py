"""Moves within aspect_rules_py, v1 to v2: one file per breaking change."""
