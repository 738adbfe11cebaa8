#!/bin/sh
# Takes the place of a compiler that was built beforehand: writes where it was run from into each pyc.
for argument; do
  case $argument in
    @*) set -- $(cat "${argument#@}") ;;
  esac
done
while [ $# -gt 0 ]; do
  case $1 in
    --pyc) echo "$0" > "$2"; shift ;;
    --pyc=*) echo "$0" > "${1#--pyc=}" ;;
  esac
  shift
done
