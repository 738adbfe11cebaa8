"""Who owns a path: the CODEOWNERS file of a repository.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from buildfile.ignore import gitignore

FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
UNOWNED = "unowned"


def owners(root: Path) -> Callable[[str], str]:
    """A function from repository-relative paths to owners: of several the first, `unowned` where there is none.

    The last line that matches a path counts, as for the host.
    """
    text = next((_read(root / name) for name in FILES if (root / name).is_file()), "")
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    rules = [(gitignore(words[0], ""), words[1] if len(words) > 1 else UNOWNED) for words in lines if words]
    rules.reverse()

    @cache
    def owner(path: str) -> str:
        parts = path.split("/")
        for matches, who in rules:
            if matches is not None and any(
                matches("/".join(parts[:end]), end < len(parts)) for end in range(1, len(parts) + 1)
            ):
                return who
        return UNOWNED

    return owner


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
