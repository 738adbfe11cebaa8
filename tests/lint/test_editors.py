"""The language server, spoken to as an editor does; and the files that other tools run the linter by."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from buildfile.source import FileKind, kind_of
from tests.lint.repository import OLD, commit, lay_out, run

ROOT = Path(__file__).parent.parent.parent


async def _converse(root: Path, text: str) -> dict[str, Any]:
    client = LanguageClient("test", "1")
    published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _published(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    await client.start_io(sys.executable, "-m", "trekbok", "lsp", "--root", os.fspath(root))
    uri = (root / "a" / "BUILD").as_uri()
    document = types.TextDocumentIdentifier(uri)
    started = await client.initialize_async(types.InitializeParams(types.ClientCapabilities(), root_uri=root.as_uri()))
    client.initialized(types.InitializedParams())
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "starlark", 1, text)))
    found = (await asyncio.wait_for(published.get(), 60)).diagnostics
    everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, everywhere, types.CodeActionContext(found))
    )
    hover = await client.text_document_hover_async(types.HoverParams(document, types.Position(2, 3)))
    nothing = await client.text_document_hover_async(types.HoverParams(document, types.Position(1, 0)))
    change = types.TextDocumentContentChangeWholeDocument("exports_files([])\n")
    version = types.VersionedTextDocumentIdentifier(2, uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(version, [change]))
    later = (await asyncio.wait_for(published.get(), 60)).diagnostics
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return {
        "capabilities": started.capabilities, "found": found, "actions": actions, "hover": hover, "nothing": nothing,
        "later": later,
    }  # fmt: skip


def _edited(text: str, action: types.CodeAction) -> str:
    assert action.edit is not None and action.edit.changes is not None
    lines = text.splitlines(keepends=True)
    ((edit,),) = action.edit.changes.values()
    assert edit.range.start.character == edit.range.end.character == 0
    return "".join([*lines[: edit.range.start.line], edit.new_text, *lines[edit.range.end.line :]])


def test_an_editor_gets_findings_fixes_and_pages_for_what_it_holds(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/BUILD": "exports_files([])\n"})
    commit(tmp_path)
    text = OLD.replace('name = "x"', 'name = "𝕏"')
    said = asyncio.run(_converse(tmp_path, text))
    by_id = {item.code: item for item in said["found"]}
    assert by_id.keys() == {"venv-rules"}
    venv = by_id["venv-rules"]
    assert (venv.range.start.line, venv.range.start.character, venv.range.end.character) == (2, 0, 14)
    action = next(item for item in said["actions"] if item.title.startswith("venv-rules"))
    fixed = _edited(text, action)
    assert 'load("@aspect_rules_py//py:defs.bzl", "py_binary")' in fixed and "\npy_binary(\n" in fixed
    assert "# venv-rules" in said["hover"].contents.value and said["nothing"] is None
    assert not said["later"]
    assert (tmp_path / "a/BUILD").read_text() == "exports_files([])\n"


def test_an_editor_does_not_see_what_the_baseline_has(tmp_path: Path) -> None:
    from trekbok.lsp import Checker

    lay_out(tmp_path, {"a/BUILD": OLD})
    checker = Checker(tmp_path)
    assert [item.id for item in checker.check("a/BUILD", OLD)] == ["venv-rules"]
    run(tmp_path, "--write-baseline")
    assert checker.check("a/BUILD", OLD) == ()
    more = OLD + '\npy_venv_binary(name = "y")\n'
    assert [item.target for item in checker.check("a/BUILD", more)] == ["y"]
    baseline = tmp_path / "trekbok-baseline.json"
    good = baseline.read_text()
    baseline.write_text("<<<<<<< ours\n" + good)
    assert checker.check("a/BUILD", OLD) == () and "conflict" in checker.problem
    baseline.write_text(good.replace('"version": 1', '"version": 1 '))
    assert checker.check("a/BUILD", OLD) == () and not checker.problem
    baseline.unlink()
    assert [item.id for item in checker.check("a/BUILD", OLD)] == ["venv-rules"]


def test_columns_count_units_of_utf_16() -> None:
    from migrations.lint.diagnostic import Diagnostic
    from trekbok.lsp import _diagnostic

    item = _diagnostic(Diagnostic("a", "p", 0, 0, 1, 3, 1, 5, "m"), ["𝕏é𝕏x"])
    assert (item.range.start.character, item.range.end.character) == (3, 6)


def test_the_hooks_of_pre_commit_run_on_bazels_files_and_no_others() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["trekbok-lint", "trekbok-lint-fix"]
    names = (
        "BUILD BUILD.bazel x.BUILD x.BUILD.bazel a.bzl b.scl MODULE.bazel x.MODULE.bazel WORKSPACE WORKSPACE.bazel "
        "WORKSPACE.bzlmod REPO.bazel .bazelrc ci.bazelrc"
    ).split()
    for hook in hooks:
        for name in names:
            assert kind_of(name) not in (None, FileKind.TEXT), name
            assert re.search(hook["files"], name) and re.search(hook["files"], f"a/b/{name}"), name
        for name in ("README.md", "BUILDING", "a.py", "bzl", "MODULE.bazel.lock"):
            assert not re.search(hook["files"], name), name


def test_a_hook_does_what_it_is_called(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD})
    commit(tmp_path)
    for hook, code in zip(yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()), (1, 0), strict=True):
        command = [sys.executable, "-m", "trekbok", *hook["entry"].split()[1:], "a/BUILD"]
        done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
        assert done.returncode == code, done
    assert "py_venv_binary" not in (tmp_path / "a/BUILD").read_text()
    assert (tmp_path / "b/BUILD").read_text() == OLD


def test_the_action_passes_its_inputs_on(tmp_path: Path) -> None:
    """The last step is run as GitHub would, inputs in place, with a stand-in for the installed program."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = action["runs"]["steps"]
    step = next(item for item in steps if item.get("id") == "lint")
    inputs = {name: str(value.get("default", "")) for name, value in action["inputs"].items()}
    inputs |= {"since": "origin/main", "sarif": str(tmp_path / "x.sarif"), "ignore": "a;b $(touch owned)"}
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
        for name, value in step["env"].items()
    }
    assert "${{" not in step["run"], "an input in a script would be run"
    program = tmp_path / "trekbok" / "bin" / "trekbok"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 1\n')
    program.chmod(0o755)
    environment |= {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "out"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout.split("\n")[:-1] == [
        "lint", "--root", ".", "--output", "github", "--since", "origin/main", "--ignore", "a;b $(touch owned)",
        "--output", f"sarif={tmp_path}/x.sarif",
    ]  # fmt: skip
    assert (tmp_path / "out").read_text() == "exit-code=1\n" and not (tmp_path / "owned").exists()
