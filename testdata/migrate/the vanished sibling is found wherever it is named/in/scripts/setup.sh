#!/usr/bin/env bash
bazel run //app:app.venv
source .app+app.venv/bin/activate
