#!/bin/sh
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin} exec python3 "$@"
