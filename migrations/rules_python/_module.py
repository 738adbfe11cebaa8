"""What a MODULE.bazel lacks of the Python part of a WORKSPACE, as text of its own.

https://rules-python.readthedocs.io/en/latest/getting-started.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.rewrite import Rewritten, rewrite
from buildfile.source import SourceFile
from buildfile.targets import changes_between
from migrations.extensions import proxies, tags
from migrations.finding import Fix
from migrations.rules_python._archives import tags_of
from migrations.rules_python._declared import Declared, declared_in
from migrations.rules_python._extensions import PIP, PYTHON
from migrations.rules_python._surface import PIP_EXTENSION, PYTHON_EXTENSION
from migrations.rules_python._texts import statement
from migrations.rules_python._workspace import RULES, Part, Toolchain, at_least, has_rules
from migrations.view import View


def is_root_module(view: View) -> bool:
    """Whether a file is the MODULE.bazel of its workspace, and no segment of it."""
    prefix = view.workspace.path + "/" if view.workspace.path else ""
    return view.file.path == prefix + "MODULE.bazel"


def rules_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks to have the rules; `""` if nothing."""
    if has_rules(view) or part.rules is None:
        return ""
    version = f', version = "{part.rules.version}"' if part.rules.version else ""
    text = f'bazel_dep(name = "{RULES}"{version})\n' + part.rules.override
    if not view.file.data.strip() and part.name:
        text = f'module(name = "{part.name}")\n\n' + text
    return text


def toolchain_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks of the toolchains; `""` if nothing."""
    known = _known(view, part)
    missing = _missing(part, known)
    if not missing:
        return ""
    proxy = next(iter(proxies(view, PYTHON)), "")
    name = proxy or "python"
    text = "" if proxy else f'{name} = use_extension("{_label(view, PYTHON_EXTENSION)}", "python")\n'
    new_form = at_least(part.rules.version if part.rules else view.target.versions.get(RULES, ""), "1.3.0")
    if new_form and part.default and not known.default:
        text += f'{name}.defaults(python_version = "{part.default}")\n'
    done = set(known.versions)
    for item in missing:
        for version in item.versions:
            if version in done:
                continue
            done.add(version)
            values = dict(item.attributes) | {"python_version": f'"{version}"'}
            if version == part.default and not new_form and not known.default:
                values["is_default"] = "True"
            text += statement(f"{name}.toolchain", values)
    for tag, values in tags_of(item.archives for item in missing):
        if tag == "override" and known.archives.overall:
            continue
        if ast.literal_eval(values.get("python_version", "''")) not in dict(known.archives.versions):
            text += statement(f"{name}.{tag}", values)
    return text + _use_repo(name, [pair for item in missing for pair in _repositories(item, part)])


def override_edits(view: View, part: Part) -> Rewritten:
    """What the `python.override` of a file of the module lacks: there may be only one."""
    known = _known(view, part)
    wanted = dict(tags_of(item.archives for item in part.toolchains)).get("override", {})
    lacking = {name: value for name, value in wanted.items() if name not in dict(known.archives.overall)}
    call = next(tags(view, PYTHON, "override"), None)
    return rewrite(call, put=lacking) if call is not None and lacking else Rewritten((), ())


def _known(view: View, part: Part) -> Declared:
    """What the files of the module say, this one as it is in this round."""
    return part.declared.joined(declared_in(view))


def _missing(part: Part, known: Declared) -> list[Toolchain]:
    """The toolchains whose repositories the module does not have."""
    return [item for item in part.toolchains if item.name not in known.repositories]


def _repositories(item: Toolchain, part: Part) -> Iterator[tuple[str, str]]:
    """The names that the WORKSPACE has for repositories, and those of the extension."""
    suffixes = {version: version.replace(".", "_") for version in item.versions}
    if item.several:
        yield item.name, "python_versions"
    for suffix in suffixes.values():
        name = f"{item.name}_{suffix}" if item.several else item.name
        yield name, f"python_{suffix}"
        if f"{name}_host" in part.hosts:
            yield f"{name}_host", f"python_{suffix}_host"


def _use_repo(proxy: str, pairs: list[tuple[str, str]]) -> str:
    plain = sorted({real for name, real in pairs if name == real})
    aliased = sorted({(name, real) for name, real in pairs if name != real})
    arguments = [f'"{real}"' for real in plain] + [f'{name} = "{real}"' for name, real in aliased]
    return f"use_repo({', '.join([proxy, *arguments])})\n"


def hub_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks of the requirements; `""` if nothing."""
    known = _known(view, part).hubs
    missing = [hub for hub in part.hubs if hub.name not in known]
    if not missing:
        return ""
    proxy = next(iter(proxies(view, PIP)), "")
    name = proxy or "pip"
    text = "" if proxy else f'{name} = use_extension("{_label(view, PIP_EXTENSION)}", "pip")\n'
    for hub in missing:
        values = dict(hub.attributes) | {"hub_name": f'"{hub.name}"', "python_version": f'"{hub.version}"'}
        text += statement(f"{name}.parse", values)
    return text + _use_repo(name, [(hub.name, hub.name) for hub in missing])


def _label(view: View, path: str) -> str:
    dependency = view.workspace.dependencies.get(RULES)
    name = dependency.apparent if dependency is not None else RULES
    return f"@{name}{path}"


def appended(view: View, proxy: str, *texts: str) -> Fix:
    """The fix that adds statements to a MODULE.bazel: behind those of a proxy that it has, else behind everything."""
    data, nl = view.file.data, view.file.newline
    text = "\n".join(item for item in texts if item).encode().replace(b"\n", nl)
    empty = SourceFile(view.file.path, view.file.kind, b"")
    changes = tuple(sorted(changes_between(empty, SourceFile(view.file.path, view.file.kind, text))))
    last = max(view.statements(proxy), key=lambda item: item.end, default=None) if proxy else None
    at = last.end if last is not None else 0
    if last is not None and last.text.startswith(b"use_repo(") and not text.startswith(b"use_repo("):
        text = nl + text
    if not at and data.strip():
        at = len(data)
        text = (b"" if data.endswith(b"\n" + nl) else nl) + text
    if at and data[at - 1 : at] != b"\n":
        text = nl + text
    return Fix((Edit(at, at, text),), changes)
