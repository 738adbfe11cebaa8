"""Small wheels, and locks of them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path


def make_wheel(
    directory: Path,
    name: str,
    version: str,
    files: Mapping[str, str],
    *,
    tag: str = "py3-none-any",
    requires: tuple[str, ...] = (),
) -> str:
    """Write a wheel into a directory; its checksum (SHA-256)."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}-{version}-{tag}.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside.replace("<INFO>", info).replace("<DATA>", f"{name}-{version}.data"), text)
        archive.writestr(f"{info}/METADATA", metadata + "\nRequires-Dist: nothing, this is prose\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_lock(directory: Path) -> str:
    """Write three wheels that need each other into a directory `wheels`, and give the text of their lock."""
    wheels = directory / "wheels"
    greet = make_wheel(
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
    words = make_wheel(wheels, "words", "1.0.post1", {"words.py": "WORDS = ['good', 'day']\n"})
    shout = make_wheel(wheels, "shout", "2.0", {"shout/__init__.py": "LOUD = True\n"})
    return (
        "#\n# This file is compiled.\n#\n--no-index\n--find-links wheels\n\n"
        f"greet-er[loud]==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{greet}\n    # via -r in.txt\n"
        f"shout==2.0 ; python_version >= '3' \\\n    --hash=sha256:{shout}\n    # via greet-er\n"
        f"words==1.0-1  --hash=sha256:{words}  # via greet-er\n"
        "nothing==1.0 ; sys_platform == 'win32'\n"
    ).replace("1.0-1", "1.0.post1")
