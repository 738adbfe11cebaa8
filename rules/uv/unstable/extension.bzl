"""Removed: //uv:extensions.bzl has what was here."""

load("//py/private:removed.bzl", "removed_file")

removed_file("//uv/unstable:extension.bzl", "//uv:extensions.bzl")
