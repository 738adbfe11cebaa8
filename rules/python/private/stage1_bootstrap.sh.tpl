#!/bin/sh
# Finds the runfiles tree of this program and becomes the Python interpreter in it.

find_runfiles() {
  self=$1
  while :; do
    case $self in
      /*) ;;
      *) self=$PWD/$self ;;
    esac
    if [ -d "$self.runfiles" ]; then
      runfiles=$self.runfiles
      return
    fi
    case $self in
      *.runfiles/*)
        runfiles=${self%.runfiles/*}.runfiles
        return
        ;;
    esac
    [ -L "$self" ] || break
    target=$(readlink "$self")
    case $target in
      /*) self=$target ;;
      *) self=${self%/*}/$target ;;
    esac
  done
  runfiles=${RUNFILES_DIR:-}
  if [ -z "$runfiles" ]; then
    echo "$1: cannot find the runfiles of this program: there is no $1.runfiles, and RUNFILES_DIR is not set" >&2
    exit 1
  fi
}

find_runfiles "$0"
export RUNFILES_DIR="$runfiles"
%environment%

interpreter=%interpreter%
case $interpreter in
  /*) ;;
  *) interpreter=$runfiles/$interpreter ;;
esac
exec "$interpreter" %arguments% "$@"
