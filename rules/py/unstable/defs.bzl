"""Removed: //py:defs.bzl has what was here."""

load("//py/private:removed.bzl", "removed_file")

removed_file("//py/unstable:defs.bzl", "//py:defs.bzl")
