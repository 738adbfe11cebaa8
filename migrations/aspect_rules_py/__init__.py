"""aspect_rules_py"""
