"""`gazelle_python.yaml`: which distribution provides which module, and how its label is spelled.

https://rules-python.readthedocs.io/en/latest/gazelle/docs/installation_and_usage.html
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from generator.config import ManifestPlace
from generator.messages import Fatal


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """A manifest.

    Attributes:
        modules: module to distribution.
        repository: the repository that holds the distributions, "" for the main one.
    """

    modules: dict[str, str]
    repository: str


def load(root: Path, path: str) -> Manifest:
    """Reads the manifest at a repository-relative path.

    Raises:
        Fatal: it cannot be read, or is no manifest.
    """
    try:
        text = (root / path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Fatal(f"{path}: cannot be read: {reason}") from None
    try:
        return parse(text)
    except ValueError as error:
        raise Fatal(f"{path}: not a manifest: {error}") from None


def parse(text: str) -> Manifest:
    """The manifest that a YAML text holds.

    Raises:
        ValueError: it holds none.
    """
    document = _plain(text)
    if document is None:
        document = _yaml(text)
    manifest = document.get("manifest") if isinstance(document, dict) else None
    if document is not None and not isinstance(document, dict):
        raise ValueError("a mapping with the key 'manifest' is expected")
    if manifest is None:
        manifest = {}
    mapping = manifest.get("modules_mapping") if isinstance(manifest, dict) else 0
    if mapping is None:
        mapping = {}
    if not isinstance(manifest, dict) or not isinstance(mapping, dict):
        raise ValueError("'manifest' and 'modules_mapping' are expected to be mappings")
    pip = manifest.get("pip_repository")
    named = pip.get("name") if isinstance(pip, dict) else None
    repository = manifest.get("pip_deps_repository_name") or named or ""
    return Manifest({str(module): str(name) for module, name in mapping.items()}, str(repository))


_LINE = re.compile(r"( *)([A-Za-z_][\w.-]*):(?: +([A-Za-z0-9_][\w.-]*))? *")
# Plain words that YAML does not take for strings.
_NO_STRING = re.compile(
    r"[-+.\d][\d_.eE+-]*|0[xo][\da-fA-F]+|true|false|yes|no|on|off|null|y|n|\d+-\d+-\d+.*", re.IGNORECASE
)


def _plain(text: str) -> dict[str, Any] | None:
    """The document if it is what programs write: nested mappings of plain words. None for any other YAML."""
    top: dict[str, Any] = {}
    stack: list[tuple[int, dict[str, Any]]] = [(0, top)]
    opened: tuple[int, dict[str, Any], str] | None = None
    for line in text.splitlines():
        if not line or line.lstrip().startswith("#") or line == "---":
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        indent, key, value = len(found[1]), found[2], found[3]
        if value is not None and _NO_STRING.fullmatch(value):
            return None
        if opened is not None and indent > opened[0]:
            inner: dict[str, Any] = {}
            opened[1][opened[2]] = inner
            stack.append((indent, inner))
        while stack[-1][0] > indent:
            stack.pop()
        where, mapping = stack[-1]
        if where != indent:
            return None
        mapping[key] = value
        opened = (indent, mapping, key) if value is None else None
    return top


def _yaml(text: str) -> Any:
    import yaml  # type: ignore[import-untyped]

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, loader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def label(place: ManifestPlace, repository: str, distribution: str) -> str:
    """The label of a distribution in the way the manifest's directory asks for."""
    name = place.convention.replace("$distribution_name$", distribution)
    if place.normalization == "snake_case":
        name = re.sub(r"[-_.]+", "_", name.lower()).strip("_")
    elif place.normalization == "pep503":
        name = re.sub(r"[-_.]+", "-", name.lower()).strip("-")
    return f"@{repository}//{name}" if repository else f"//{name}"


class Manifests:
    """The manifests of a repository, each read when it is first asked."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._loaded: dict[str, Manifest] = {}

    def _get(self, path: str) -> Manifest:
        found = self._loaded.get(path)
        if found is None:
            found = self._loaded[path] = load(self._root, path)
        return found

    def find(self, places: tuple[ManifestPlace, ...], module: str) -> tuple[str, str] | None:
        """The label and the distribution that provide a module, from the nearest manifest that has it.

        Raises:
            Fatal: a manifest cannot be read.
        """
        for place in places:
            manifest = self._get(place.path)
            distribution = manifest.modules.get(module)
            if distribution is not None:
                return label(place, manifest.repository, distribution), distribution
        return None

    def stubs(self, places: tuple[ManifestPlace, ...], distribution: str) -> list[str]:
        """The labels of the distributions with type stubs for one."""
        name = distribution.lower()
        asked = (f"{name}_stubs", f"{name}_types", f"types_{name}", f"stubs_{name}")
        return [found[0] for module in asked if (found := self.find(places, module)) is not None]
