"""Removed: //uv:defs.bzl has what was here."""

load("//py/private:removed.bzl", "removed_file")

removed_file("//uv/unstable:defs.bzl", "//uv:defs.bzl")
