"""Runs the real compiler, as a program, with every CPython at hand."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

from tests.interpreters import candidates

PROGRAM = Path(__file__).parents[2] / "rules" / "tools" / "precompiler" / "precompiler.py"
PATIENCE = 60  # seconds until a test gives up waiting


@cache
def interpreters() -> list[str]:
    """One CPython of each minor version from 3.8 on, the one that runs the tests among them."""
    chosen = {}
    for path in [sys.executable, *candidates()]:
        script = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
        run = subprocess.run([path, "-c", script], capture_output=True, text=True)
        if run.returncode == 0 and run.stdout.startswith("cpython 3"):
            chosen.setdefault(int(run.stdout.split()[2]), path)
    return [chosen[minor] for minor in sorted(chosen) if minor >= 8]


def triple(src: object, name: str, pyc: object) -> list[str]:
    """The arguments for one source."""
    return ["--src", str(src), "--src_name", name, "--pyc", str(pyc)]


def one_shot(
    python: str, *arguments: object, flags: tuple[str, ...] = ("-S",), **options: object
) -> "subprocess.CompletedProcess[str]":
    """Run the compiler once."""
    command = [python, *flags, str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, **options)  # type: ignore


def in_python(python: str, script: str, *arguments: object) -> str:
    """Run a script and give what it prints."""
    command = [python, "-c", script, *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 0, run.stderr
    return run.stdout


class Worker:
    """A worker and a client of it that speaks JSON; use it in a `with` statement."""

    def __init__(self, python: str, *flags: str, env: "dict[str, str] | None" = None, cwd: "Path | None" = None):
        self.python = python
        self.process = subprocess.Popen(
            [python, "-S", str(PROGRAM), *flags, "--persistent_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            cwd=cwd,
        )
        self.answers: queue.Queue[dict] = queue.Queue()
        self.log = b""
        self.threads = [threading.Thread(target=self.listen), threading.Thread(target=self.listen_to_log)]
        for thread in self.threads:
            thread.start()

    def listen(self) -> None:
        for line in self.process.stdout:
            self.answers.put(json.loads(line))

    def listen_to_log(self) -> None:
        self.log = self.process.stderr.read()

    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, arguments: "list[str] | None" = None, request_id: int = 0, **fields: object) -> None:
        request = {"arguments": arguments or [], **fields}
        if request_id:
            request["requestId"] = request_id
        self.write(json.dumps(request, separators=(",", ":")).encode() + b"\n")

    def answer(self) -> dict:
        """The next answer."""
        return self.answers.get(timeout=PATIENCE)

    def ask(self, arguments: "list[str] | None" = None, request_id: int = 0, **fields: object) -> dict:
        self.send(arguments, request_id, **fields)
        return self.answer()

    def end(self) -> int:
        """End the input, wait, and give the exit code; there must be no answer left that the test did not take."""
        self.process.stdin.close()
        code = self.process.wait(PATIENCE)
        for thread in self.threads:
            thread.join(PATIENCE)
        assert self.answers.empty(), self.answers.get()
        return code

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self.process.poll() is None:
            assert self.end() == 0, self.log
        self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
