"""Wheels that locks name, and such a lock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.wheels import make_wheel


def locked_wheel(
    directory: Path,
    name: str,
    version: str,
    files: Mapping[str, str | bytes],
    *,
    tag: str = "py3-none-any",
    requires: Sequence[str] = (),
) -> str:
    """Write a wheel into a directory; the checksum (SHA-256) that a lock has."""
    path = make_wheel(directory, name, files, version=version, tag=tag, requires=requires)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_lock(directory: Path) -> str:
    """Write three wheels that need each other into a directory `wheels`, and give the text of their lock."""
    wheels = directory / "wheels"
    greet = locked_wheel(
        wheels,
        "Greet_er",
        "1.0",
        {
            "greet_er/__init__.py": "from words import WORDS\nimport shout\n",
            "greet_er/data.txt": "good day",
            "greet_er/main.py": "import greet_er\n\n\ndef run():\n    print('|'.join(greet_er.WORDS))\n",
            "<DATA>/purelib/of_data.py": "VALUE = 1\n",
            "<DATA>/scripts/greet": "#!python\n",
            "<INFO>/entry_points.txt": "[console_scripts]\ngreet = greet_er.main:run\n",
        },
        requires=(
            "Words (>=1) ; python_version >= '3.8' and (sys_platform == 'linux' or os_name == 'nt')",
            "shout>=2 ; extra == 'loud'",
            "missing ; python_version < '3.0'",
            "missing ; extra == 'quiet'",
        ),
    )
    words = locked_wheel(wheels, "words", "1.0.post1", {"words.py": "WORDS = ['good', 'day']\n"})
    shout = locked_wheel(wheels, "shout", "2.0", {"shout/__init__.py": "LOUD = True\n"})
    return (
        "#\n# This file is compiled.\n#\n--no-index\n--find-links wheels\n\n"
        f"greet-er[loud]==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{greet}\n    # via -r in.txt\n"
        f"shout==2.0 ; python_version >= '3' \\\n    --hash=sha256:{shout}\n    # via greet-er\n"
        f"words==1.0-1  --hash=sha256:{words}  # via greet-er\n"
        "nothing==1.0 ; sys_platform == 'win32'\n"
    ).replace("1.0-1", "1.0.post1")
