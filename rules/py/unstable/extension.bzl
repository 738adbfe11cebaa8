"""Removed: //py:extensions.bzl has what was here."""

load("//py/private:removed.bzl", "removed_file")

removed_file("//py/unstable:extension.bzl", "//py:extensions.bzl")
