"""tests of the linter"""
