"""Labels: parse, resolve against a package, shorten.

https://bazel.build/concepts/labels. A label's repository is kept as written; `repository.Workspace` knows what an
apparent name stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = re.compile(
    r"(?:(?P<at>@@?)(?P<repo>[A-Za-z0-9_.+~-]*))?"
    r"(?://(?P<package>[^:\s\\]*))?"
    r"(?::(?P<target>[^:\s\\]+))?"
)


class BadLabel(ValueError):
    """Text that is no label."""


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A label, absolute within the repository it names.

    Attributes:
        repo: the repository as written, with its `@` or `@@`; `""` for the repository the label stands in.
        package: the package, `""` for the root package.
        name: the target's name.
    """

    repo: str
    package: str
    name: str

    @staticmethod
    def parse(text: str, package: str = "") -> Label:
        """Reads a label as it stands in the BUILD file of `package`.

        Raises:
            BadLabel: the text is no label.
        """
        found = _LABEL.fullmatch(text)
        if not text or found is None:
            if text and not text.startswith(("@", "/")) and ":" not in text:
                return Label("", package, text)
            raise BadLabel(f"'{text}' is not a label")
        repo = (found["at"] or "") + (found["repo"] or "")
        where, name = found["package"], found["target"]
        if where is None:
            if repo:
                if name is not None:
                    raise BadLabel(f"'{text}' lacks the '//' before its package")
                return Label(repo, "", repo.lstrip("@"))
            if name is None:
                raise BadLabel(f"'{text}' is not a label")
            return Label("", package, name)
        if where.startswith("/") or where.endswith("/") or "//" in where:
            raise BadLabel(f"'{text}' has an empty part in its package")
        if name is None:
            name = where.rpartition("/")[2] or repo.lstrip("@")
            if not name:
                raise BadLabel(f"'{text}' names no target")
        return Label(repo, where, name)

    def __str__(self) -> str:
        """The label in full, `@repo//package:name`."""
        return f"{self.repo}//{self.package}:{self.name}"

    def short(self, package: str | None = None) -> str:
        """The shortest usual spelling, relative to `package` if given: `:name`, `//a/b`, `//a:b`, `@repo//a:b`."""
        if not self.repo and package is not None and package == self.package:
            return f":{self.name}"
        if self.name == self.package.rpartition("/")[2]:
            return f"{self.repo}//{self.package}"
        return f"{self.repo}//{self.package}:{self.name}"


def sort_key(text: str) -> tuple[int, str, list[str], list[str], str]:
    """Buildifier's order of the labels of load statements: other repositories, `//`, `:`; case counts last."""
    repo, slashes, rest = text.partition("//")
    if not slashes and not text.startswith("@"):
        return 2, "", [], text.removeprefix(":").lower().split("/"), text.removeprefix(":")
    package, colon, name = rest.partition(":")
    name = name if colon else package.rpartition("/")[2] or repo.lstrip("@")
    parts = package.lower().split("/") if package else []
    return 0 if repo else 1, repo.lstrip("@"), parts, name.lower().split("/"), text.lstrip("@")
