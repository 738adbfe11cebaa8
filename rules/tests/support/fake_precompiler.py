"""Stands for a compiler in analysis tests; it is never run."""
