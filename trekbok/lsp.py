"""`trekbok lsp`: the linter for editors, over the language server protocol on standard input and output.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/. Needs the extra
`trekbok[lsp]`.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click

from trekbok import __version__
from trekbok.cli import EXIT_CODES, UsageProblem, common, find_root, load_config, load_registry

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

    from migrations.lint.diagnostic import Diagnostic
    from migrations.lint.job import Job
    from migrations.lint.linter import Linter
    from migrations.registry import Registry


@click.command(epilog=EXIT_CODES)
@common
def lsp(root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str) -> None:
    """Serve findings, fixes and their pages to an editor (language server protocol, standard input and output)."""
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise UsageProblem("the language server needs pygls; install trekbok[lsp]") from None
    gc.enable()  # this run is long
    server_for(find_root(root)).start_io()


class Checker:
    """Lints the texts that an editor holds, and remembers what it found in each.

    Args:
        root: the repository.

    Attributes:
        problem: why the baseline cannot be used as it is now, so that the one before counts; `""` if it can.
    """

    def __init__(self, root: Path) -> None:
        from trekbok.lint_cli import job_of

        self._settings = load_config(root)
        self.root = root
        self.registry: Registry = load_registry(root, self._settings)
        self.problem = ""
        self._job: Job = job_of(root, self._settings, self.registry)
        self._baseline: tuple[Path, int] | None = None
        self._known: dict[str, tuple[Linter, tuple[Diagnostic, ...]]] = {}

    def warm(self) -> None:
        """Looks at the whole repository once, so that its facts are known."""
        from migrations.lint.linter import Linter

        Linter(self._job).lint()

    def check(self, path: str, text: str) -> tuple[Diagnostic, ...]:
        """What there is to say about a text that stands for a file, by its repository-relative path."""
        from migrations.lint.linter import Linter

        self._read_baseline()
        linter = Linter(replace(self._job, texts={path: text.encode("utf-8")}))
        found = tuple(item for item in linter.lint().diagnostics if item.path == path)
        self._known[path] = linter, found
        return found

    def _read_baseline(self) -> None:
        """Reads the baseline if it is not the one that was read last."""
        from trekbok.lint_cli import baseline_of, read_baseline

        path = baseline_of(self.root, self._settings)
        now = (path, path.stat().st_mtime_ns) if path is not None and path.exists() else None
        if now == self._baseline:
            return
        self._baseline = now
        self.problem = ""
        try:
            self._job = replace(self._job, baseline=read_baseline(path))
        except UsageProblem as problem:
            self.problem = problem.message

    def found(self, path: str) -> tuple[Diagnostic, ...]:
        """What was found in a file when it was last checked."""
        return self._known[path][1] if path in self._known else ()

    def fixes(self, path: str, wanted: list[Diagnostic]) -> dict[Diagnostic, Any]:
        """The previews of the fixes of some diagnostics of a file."""
        return dict(self._known[path][0].previews(wanted)) if path in self._known else {}

    def path_of(self, uri: str) -> str | None:
        """The repository-relative path of a document; None if it is not in the repository or no file."""
        parts = urlsplit(uri)
        if parts.scheme != "file":
            return None
        path = Path(unquote(parts.path))
        for base in (self.root, self.root.resolve()):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        return None


def server_for(root: Path) -> LanguageServer:
    """The server for one repository."""
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer

    from trekbok.pages import page

    server = LanguageServer("trekbok", __version__)
    checker = Checker(root)

    def publish(uri: str) -> None:
        path = checker.path_of(uri)
        if path is None:
            return
        text = server.workspace.get_text_document(uri).source
        told = checker.problem
        lines = text.split("\n")
        items = [_diagnostic(item, lines) for item in checker.check(path, text)]
        if checker.problem and checker.problem != told:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, checker.problem))
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items))

    @server.feature(types.INITIALIZED)
    def _warm(_: types.InitializedParams) -> None:
        checker.warm()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        path = checker.path_of(uri)
        if path is None:
            return []
        lines = server.workspace.get_text_document(uri).source.split("\n")
        near = [
            item
            for item in checker.found(path)
            if item.line - 1 <= params.range.end.line and params.range.start.line <= item.end_line - 1
        ]
        return [
            types.CodeAction(
                title=f"{item.id}: {item.message}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[_diagnostic(item, lines)],
                edit=types.WorkspaceEdit(changes={uri: [_edit(preview)]}),
            )
            for item, preview in checker.fixes(path, near).items()
        ]

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        path = checker.path_of(params.text_document.uri)
        here = params.position.line + 1
        ids = sorted({item.id for item in checker.found(path or "") if item.line <= here <= item.end_line})
        if not ids:
            return None
        text = "\n---\n\n".join(page(checker.registry.get(id), checker.registry) for id in ids)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))

    return server


def _diagnostic(item: Diagnostic, lines: list[str]) -> Any:
    """A diagnostic as the protocol has it: from 0, columns in units of UTF-16."""
    from lsprotocol import types

    from trekbok.report.model import whole_message

    def position(line: int, column: int) -> types.Position:
        text = lines[line - 1] if line <= len(lines) else ""
        return types.Position(line - 1, len(text[: column - 1].encode("utf-16-le")) // 2)

    return types.Diagnostic(
        range=types.Range(position(item.line, item.column), position(item.end_line, item.end_column)),
        message=whole_message(item),
        severity=types.DiagnosticSeverity.Error if item.blocks else types.DiagnosticSeverity.Information,
        code=item.id,
        source="trekbok",
    )


def _edit(preview: Any) -> Any:
    """The edit of whole lines that a preview shows."""
    from lsprotocol import types

    start = types.Position(preview.line - 1, 0)
    end = types.Position(preview.line - 1 + len(preview.before), 0)
    return types.TextEdit(types.Range(start, end), "".join(preview.after))
