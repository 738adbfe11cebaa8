"""Runs %target% out of the zip file that this is in."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

_INTERPRETER = %interpreter%
_INTERPRETER_ARGS = %interpreter_args%
_STAGE2 = %stage2%


def _run(directory):
    with zipfile.ZipFile(os.path.dirname(os.path.abspath(__file__))) as archive:
        for entry in archive.infolist():
            path = archive.extract(entry, directory)
            mode = entry.external_attr >> 16 & 0o777
            if mode and not entry.is_dir():
                os.chmod(path, mode | 0o200)
    runfiles = os.path.join(directory, "runfiles")
    interpreter = _INTERPRETER if os.path.isabs(_INTERPRETER) else os.path.join(runfiles, _INTERPRETER)
    environment = dict(os.environ, RUNFILES_DIR=runfiles)
    environment.pop("RUNFILES_MANIFEST_FILE", None)
    program = [interpreter] + _INTERPRETER_ARGS + [os.path.join(runfiles, _STAGE2)]
    return subprocess.call(program + sys.argv[1:], env=environment)


def _main():
    directory = tempfile.mkdtemp(prefix="python_zip_")
    try:
        return _run(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(_main())
