#!/bin/sh
# Becomes the python3 of the environment it is started in.
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
export PATH
if ! python=$(command -v python3); then
  echo "No python3 on PATH ($PATH). Register a Python toolchain, or install Python 3." >&2
  exit 127
fi
exec "$python" "$@"
