#!/bin/sh
echo $BAZEL_TARGET $VIRTUAL_ENV
