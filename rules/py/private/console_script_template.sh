#!/bin/sh
'''exec' "${0%/*}/python" "$0" "$@"
' '''
import sys

from %module% import %first%

if __name__ == "__main__":
    sys.exit(%function%())
