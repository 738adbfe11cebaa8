"""Makes a realistic monorepo of N packages; the same for the same seed."""

from __future__ import annotations

import random
from pathlib import Path

_WORDS = (
    "auth billing cache catalog client config core data db events feed graph http index ingest jobs kernel lib log "
    "metrics model notify orders parse pay plan queue report rpc rules scan search server session shard store sync "
    "task test token tool trace user util vault view web worker"
).split()


def make(root: Path, packages: int, affected: float = 0.1, seed: int = 1) -> int:
    """Writes a repository on aspect_rules_py v1.

    Args:
        root: an empty or missing directory.
        packages: how many BUILD files.
        affected: the share of packages that use what v2 removed.
        seed: of the random choices.

    Returns:
        How many packages are affected.
    """
    chance = random.Random(seed)
    root.mkdir(parents=True, exist_ok=True)
    (root / "MODULE.bazel").write_text(
        'module(name = "monorepo")\n\nbazel_dep(name = "aspect_rules_py", version = "1.11.7")\n'
        'bazel_dep(name = "rules_python", version = "1.4.1")\n'
    )
    (root / ".bazelrc").write_text("common --enable_bzlmod\ntest --test_output=errors\n")
    names = [_package(chance, number) for number in range(packages)]
    hit = set(chance.sample(range(packages), round(packages * affected)))
    for number, name in enumerate(names):
        directory = root / name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "BUILD.bazel").write_text(_build_file(chance, name, names, number in hit))
    return len(hit)


def _package(chance: random.Random, number: int) -> str:
    return "/".join((*chance.choices(_WORDS, k=chance.randint(1, 3)), f"{chance.choice(_WORDS)}_{number}"))


def _build_file(chance: random.Random, name: str, names: list[str], hit: bool) -> str:
    base = name.rpartition("/")[2]
    kinds = ["py_library"] * chance.randint(1, 3) + ["py_test"] * chance.randint(1, 3)
    if chance.random() < 0.3:
        kinds.append("py_binary")
    venv: list[str] = []
    if hit:
        venv = chance.choice((["py_venv_binary"], ["py_venv_test"], ["py_venv_binary", "py_venv_test"]))
        kinds += venv
    lines = []
    if chance.random() < 0.5:
        lines += ["# Copyright the authors. All rights reserved.", ""]
    stable = sorted({kind for kind in kinds if not kind.startswith("py_venv")})
    lines.append(f'load("@aspect_rules_py//py:defs.bzl", {_quoted(stable)})')
    if venv:
        lines.append(f'load("@aspect_rules_py//py/unstable:defs.bzl", {_quoted(sorted(venv))})')
    lines += ["", 'package(default_visibility = ["//visibility:public"])', ""]
    for number, kind in enumerate(kinds):
        lines += _target(chance, kind, f"{base}_{number}", names)
    return "\n".join(lines).rstrip("\n") + "\n"


def _target(chance: random.Random, kind: str, name: str, names: list[str]) -> list[str]:
    lines = [f"{kind}(", f'    name = "{name}",']
    sources = [f"{name}.py"] + [f"{name}_{chance.choice(_WORDS)}.py" for _ in range(chance.randint(0, 4))]
    if kind.endswith("test"):
        lines.append(f'    size = "{chance.choice(("small", "medium"))}",')
    lines += _list("srcs", sorted(set(sources)))
    if chance.random() < 0.2:
        lines += _list("data", ["//testdata:files"])
    if kind != "py_library":
        lines.append(f'    main = "{name}.py",')
    if chance.random() < 0.2:
        lines += _list("tags", sorted({chance.choice(("manual", "no-cache", "exclusive", "requires-network"))}))
    dependencies = {f"//{chance.choice(names)}" for _ in range(chance.randint(0, 8))}
    dependencies |= {f"@pypi//{chance.choice(_WORDS)}" for _ in range(chance.randint(0, 4))}
    if dependencies:
        lines += _list("deps", sorted(dependencies, key=lambda label: (label.startswith("@"), label)))
    return [*lines, ")", ""]


def _list(name: str, items: list[str]) -> list[str]:
    if len(items) == 1:
        return [f'    {name} = ["{items[0]}"],']
    return [f"    {name} = [", *(f'        "{item}",' for item in items), "    ],"]


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
