"""Worker mode over protobuf."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .compiler import PATIENCE, PROGRAM, one_shot, triple


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    low = bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
    return low + varint(number >> 7) if number > 0x7F else low


def field(number: int, value: "int | str | bytes") -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(arguments: "list[str] | None" = None, request_id: int = 0, inputs: int = 0, **more: "int | str") -> bytes:
    """A work request with its length before it."""
    data = b"".join(field(1, argument) for argument in arguments or [])
    data += field(2, field(1, "external/python/lib/module.py") + field(2, b"digest" * 20)) * inputs
    if request_id:
        data += field(3, request_id)
    for number, name in ((4, "cancel"), (5, "verbosity"), (6, "sandbox_dir")):
        if name in more:
            data += field(number, more[name])
    return varint(len(data)) + data


class ProtoWorker:
    def __init__(self, python: str, *flags: str):
        command = [python, "-S", str(PROGRAM), *flags, "--persistent_worker"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.start()

    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def number(self) -> int:
        byte = self.process.stdout.read(1)[0]
        return byte if byte < 0x80 else byte & 0x7F | self.number() << 7

    def answer(self) -> dict[int, "int | str"]:
        """The next answer, as a dict from field numbers to values."""
        data = self.process.stdout.read(self.number())
        result: dict[int, int | str] = {}
        while data:
            key, data = data[0], data[1:]
            value, shift = 0, 0
            while True:
                value |= (data[0] & 0x7F) << shift
                shift += 7
                byte, data = data[0], data[1:]
                if byte < 0x80:
                    break
            if key & 7 == 2:
                result[key >> 3], data = data[:value].decode(), data[value:]
            else:
                result[key >> 3] = value
        return result

    def end(self) -> tuple[int, bytes, bytes]:
        """End the input; gives exit code, the rest of the output, and the log."""
        out, err = self.process.communicate()
        return self.process.returncode, out, err


@pytest.fixture(params=["async", "serial"])
def worker(some_python: str, request: pytest.FixtureRequest) -> Iterator[ProtoWorker]:
    worker = ProtoWorker(some_python, f"--worker_impl={request.param}")
    yield worker
    if worker.process.returncode is None:
        assert worker.end() == (0, b"", b"")
    worker.timer.cancel()


@pytest.fixture
def good(tmp_path: Path) -> list[str]:
    (tmp_path / "good.py").write_text("x = 1\n")
    return triple(tmp_path / "good.py", "good.py", tmp_path / "good.pyc")


def test_requests(worker: ProtoWorker, some_python: str, good: list[str], tmp_path: Path) -> None:
    worker.write(message(good))
    assert worker.answer() == {}
    worker.write(message(good, 1))
    assert worker.answer() == {3: 1}
    assert one_shot(some_python, *good[:-1], tmp_path / "expected.pyc").returncode == 0
    assert (tmp_path / "good.pyc").read_bytes() == (tmp_path / "expected.pyc").read_bytes()
    worker.write(message(good, 2**31 - 1, inputs=3000, verbosity=10))
    assert worker.answer() == {3: 2**31 - 1}
    worker.write(message(good, 300, inputs=1) + field(15, "future") * 0)
    assert worker.answer() == {3: 300}
    worker.write(message(["--nonsense"], 2))
    answer = worker.answer()
    assert answer == {1: 2, 2: "precompiler: unexpected argument '--nonsense'\n", 3: 2}
    (tmp_path / "bad.py").write_text("é = = 1\n")
    worker.write(message(triple(tmp_path / "bad.py", "bad.py", tmp_path / "bad.pyc"), 3))
    answer = worker.answer()
    assert (answer[1], answer[3]) == (1, 3) and str(answer[2]).splitlines()[1] == "    é = = 1"
    worker.write(message(request_id=3, cancel=1) + message(request_id=4, cancel=1))
    worker.write(message(["--src=good.py", "--src_name=x", "--pyc=sandboxed.pyc"], 5, sandbox_dir=str(tmp_path)))
    assert worker.answer() == {3: 5}
    assert (tmp_path / "sandboxed.pyc").exists()


def test_messages_that_make_no_sense(worker: ProtoWorker, good: list[str]) -> None:
    worker.write(message(good, 1))
    assert worker.answer() == {3: 1}
    bad = [b"", b"\x07", b"\x0a", b"\x0a\x05abc", b"\x18", b"\x09abc", b"\x0b\x0c", b"\xff" * 12, b"\x12\x7f", b"\x12"]
    for data in bad:
        worker.write(varint(len(data)) + data)
        answer = worker.answer()
        assert answer[1] == 2 and 3 not in answer
    worker.write(varint(4) + field(3, 9) + b"\x0a\x05")
    assert worker.answer()[3] == 9
    unknown = field(1, good[0]) + field(99, 7) + b"\x79" + b"12345678" + b"\x7d" + b"1234" + field(77, "text")
    data = unknown + b"".join(field(1, argument) for argument in good[1:])
    worker.write(varint(len(data)) + data)
    assert worker.answer() == {}


def test_lengths_that_make_no_sense(worker: ProtoWorker, good: list[str]) -> None:
    worker.write(message(good, 1))
    worker.write(b"\xff" * 11)
    code, out, log = worker.end()
    assert code == 1
    assert out == b"\x02\x18\x01"
    assert log == b"precompiler worker: the input is no sequence of protobuf messages with their lengths\n"


@pytest.mark.parametrize("cut", [1, 2, 20])
def test_the_input_ends_within_a_request(worker: ProtoWorker, good: list[str], cut: int) -> None:
    worker.write(message(good, 1) + message(good, 2)[:cut])
    assert worker.end() == (0, b"\x02\x18\x01", b"precompiler worker: the input ended within a request\n")


def test_many_at_once_and_cancelled(python: str, tmp_path: Path, good: list[str]) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("def f(a):\n    return [a for a in a]\n" * 60_000)
    worker = ProtoWorker(python, "--jobs=1", "--worker_protocol=proto")
    worker.write(message(triple(slow, "slow.py", tmp_path / "slow.pyc"), 1))
    worker.write(b"".join(message(good, number) for number in range(2, 100)))
    worker.write(message(request_id=1, cancel=1))
    answers = [worker.answer() for _ in range(99)]
    assert {3: 1, 4: 1} in answers
    assert sorted(answer[3] for answer in answers) == list(range(1, 100))
    assert worker.end() == (0, b"", b"")
    worker.timer.cancel()
    assert sorted(os.listdir(tmp_path)) == ["good.py", "good.pyc", "slow.py"]
