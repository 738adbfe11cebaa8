"""Worker mode over JSON: each request is answered exactly once, whatever it is, and nothing kills the worker."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .compiler import PATIENCE, PROGRAM, Worker, in_python, interpreters, one_shot, triple

# The serial worker has no code that depends on the version.
WORKERS = [(python, "async") for python in interpreters()] + [(interpreters()[-1], "serial")]
FUNCTION = "def function(a, b):\n    return [a for a in b if a.x], {a: 1 for a in b}\n"
# Compiling this takes seconds.
SLOW = FUNCTION * 40_000


@pytest.fixture(params=WORKERS, ids=lambda param: f"{param[1]}-{param[0].split('/')[-3]}")
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A worker of either kind; after the test it has nothing more to say, and ends well."""
    python, implementation = request.param
    with Worker(python, f"--worker_impl={implementation}") as worker:
        yield worker


@pytest.fixture
def src(tmp_path: Path) -> Path:
    path = tmp_path / "good.py"
    path.write_text("x = 1\n")
    return path


def slow_source(tmp_path: Path) -> Path:
    path = tmp_path / "slow.py"
    path.write_text(SLOW)
    return path


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix not in (".py", ".pyc") or path.name[0] == "."]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_one_request_after_the_other(worker: Worker, src: Path, tmp_path: Path) -> None:
    for number in range(3):
        answer = worker.ask(triple(src, "good.py", tmp_path / f"{number}.pyc"))
        assert answer.get("requestId", 0) == 0
        assert (answer["exitCode"], answer["output"]) == (0, "")
        assert (tmp_path / f"{number}.pyc").exists()


def test_same_text_as_one_shot(worker: Worker, src: Path, tmp_path: Path) -> None:
    bad, warned = tmp_path / "bad.py", tmp_path / "warned.py"
    bad.write_text("x = 1\nif x = 2: pass\n")
    warned.write_text("x = 1 is 'one'\n")
    for number, path in enumerate([bad, warned, tmp_path / "missing.py", src], 1):
        arguments = triple(path, f"pkg/{path.name}", tmp_path / "out.pyc")
        expected = one_shot(worker.python, *arguments)
        if path != src:
            assert expected.stderr
        answer = worker.ask(arguments, number)
        assert answer == {"exitCode": expected.returncode, "output": expected.stderr, "requestId": number}


def test_bad_arguments(worker: Worker, src: Path, tmp_path: Path) -> None:
    abc = triple("a", "b", "c")
    for arguments in [], ["--nonsense"], ["--src", "a"], ["--optimize=x", *abc], ["--python_version=2.7", *abc]:
        answer = worker.ask(arguments, 7)
        assert (answer["exitCode"], answer["requestId"]) == (2, 7)
        assert answer["output"].startswith("precompiler: ") and answer["output"].count("\n") == 1
    assert worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 8)["exitCode"] == 0


# Lines that are no good request, and the id to answer with.
MALFORMED = [
    (b"", 0),
    (b"   ", 0),
    (b"nonsense", 0),
    (b"[1]", 0),
    (b"5", 0),
    (b'{"arguments":["a"', 0),
    (b'{"requestId":"7"}', 0),
    (b'{"requestId":7.5}', 0),
    (b'{"requestId":7}', 7),
    (b'{"arguments":null,"requestId":7}', 7),
    (b'{"arguments":"--src","requestId":7}', 7),
    (b'{"arguments":[1],"requestId":7}', 7),
    (b'{"arguments":[],"requestId":7,"sandboxDir":5}', 7),
    (b'{"arguments":[],"requestId":7,"cancel":"no"}', 7),
    (b'{"arguments":["\xff"],"requestId":7}', 0),
    (b"\xff\xfe\x00", 0),
    (b"[" * 100_000, 0),
    (b'{"inputs":[{"path":"x"}', 0),
    (b'{"arguments":["@/no/such/file"],"requestId":7}', 7),
    (b'{"arguments":["--src","a\\u0000b","--src_name","b","--pyc","c"],"requestId":7}', 7),
    (b'{"arguments":["--src","\\ud800","--src_name","\\ud800","--pyc","c"],"requestId":7}', 7),
]


def test_malformed_lines(worker: Worker, src: Path, tmp_path: Path) -> None:
    for line, request_id in MALFORMED:
        worker.write(line + b"\n")
        answer = worker.answer()
        assert answer["exitCode"] != 0 and answer["requestId"] == request_id and answer["output"], line
        assert "Traceback" not in answer["output"]
    answer = worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 2)
    assert answer == {"exitCode": 0, "output": "", "requestId": 2}


@pytest.mark.parametrize("line", [b"", b"nonsense", b"\xff\xfe\x00", b"12", b'{"inputs":[{"path":"x"}'])
@pytest.mark.parametrize("worker", WORKERS[-2:], indirect=True)
def test_malformed_first_line(worker: Worker, src: Path, tmp_path: Path, line: bytes) -> None:
    worker.write(line + b"\n")
    assert worker.answer()["exitCode"] != 0
    assert worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 2)["exitCode"] == 0


def test_fields_in_other_ways(worker: Worker, src: Path, tmp_path: Path) -> None:
    arguments = json.dumps(triple(src, "good.py", tmp_path / "good.pyc"))
    for number, text in enumerate(
        [
            f'{{"requestId": 1, "arguments": {arguments}, "future": {{"inputs":[{{"a":[{{}}]}}]}}, "verbosity": 10}}\r',
            f' {{ "cancel": false , "inputs" : [ {{"path": "a]"}} ] , "arguments" : {arguments},"requestId":2}} ',
            f'{{"inputs":null,"sandboxDir":null,"arguments":{arguments},"requestId":3}}',
            f'{{"inputs":[],"sandboxDir":"","arguments":{arguments},"requestId":4}}',
        ],
        1,
    ):
        worker.write(text.encode() + b"\n")
        assert worker.answer() == {"exitCode": 0, "output": "", "requestId": number}


def test_inputs_are_ignored_whatever_they_are(worker: Worker, src: Path, tmp_path: Path) -> None:
    paths = ["plain", 'quote"', "\\", '\\"', "]", "}]", '}],"requestId":9', '"inputs":[{', "é\u2028", "}]}"]
    inputs = [{"path": path, "digest": "ZGlnZXN0=="} for path in paths] * 500
    arguments = triple(src, "good.py", tmp_path / "good.pyc")
    for number, request in enumerate([inputs, inputs[::-1], inputs[:1], [*inputs[1:2]]], 1):
        answer = worker.ask(arguments, number, inputs=request, sandboxDir="", verbosity=10)
        assert answer == {"exitCode": 0, "output": "", "requestId": number}


@pytest.mark.parametrize("worker", WORKERS[-2:], indirect=True)
def test_a_request_of_100_megabytes(worker: Worker, src: Path, tmp_path: Path) -> None:
    one = b'{"path":"external/python/lib/python3.11/site-packages/package/module.py","digest":"ZGlnZXN0=="}'
    arguments = json.dumps(triple(src, "good.py", tmp_path / "good.pyc")).encode()
    inputs = b",".join([one] * (100_000_000 // len(one)))
    worker.write(b'{"arguments":' + arguments + b',"inputs":[' + inputs + b'],"requestId":1}\n')
    assert worker.answer() == {"exitCode": 0, "output": "", "requestId": 1}
    answer = worker.ask(["x" * 20_000_000], 2)
    assert answer["exitCode"] == 2 and len(answer["output"]) < 1000
    assert worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 3)["exitCode"] == 0


def test_the_end_of_input_ends_the_worker_when_all_is_answered(worker: Worker, src: Path, tmp_path: Path) -> None:
    for number in range(1, 21):
        worker.send(triple(src, "good.py", tmp_path / f"{number}.pyc"), number)
    worker.process.stdin.close()
    assert worker.process.wait(PATIENCE) == 0
    assert {worker.answer()["requestId"] for _ in range(20)} == set(range(1, 21))
    assert len(list(tmp_path.glob("*.pyc"))) == 20
    assert worker.log == b""


@pytest.mark.parametrize("start", [b"", b'{"arguments":[],"requestId":1}\n'])
def test_the_input_ends_within_a_request(worker: Worker, src: Path, tmp_path: Path, start: bytes) -> None:
    line = json.dumps({"arguments": triple(src, "good.py", tmp_path / "good.pyc"), "requestId": 2}).encode()
    worker.write(start + line[:-1])
    if start:
        worker.answer()
    assert worker.end() == 0
    assert worker.log == b"precompiler worker: the input ended within a request\n"
    assert not (tmp_path / "good.pyc").exists()


def test_only_the_line_end_is_missing(worker: Worker, src: Path, tmp_path: Path) -> None:
    line = json.dumps({"arguments": triple(src, "good.py", tmp_path / "good.pyc"), "requestId": 2})
    worker.write(line.encode())
    worker.process.stdin.close()
    assert worker.answer()["exitCode"] == 0
    assert worker.process.wait(PATIENCE) == 0


def test_no_input_at_all(worker: Worker) -> None:
    assert worker.end() == 0
    assert worker.log == b""


def test_sandbox_directory(worker: Worker, tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox é"
    (sandbox / "pkg").mkdir(parents=True)
    (sandbox / "pkg" / "a.py").write_text("x = 1\n")
    (sandbox / "more").write_text("--src=pkg/a.py\n--src_name=pkg/a.py\n--pyc=out/b.pyc\n")
    arguments = [*triple("pkg/a.py", "pkg/a.py", "out/a.pyc"), "@more"]
    assert worker.ask(arguments, 1, sandboxDir=str(sandbox)) == {"exitCode": 0, "output": "", "requestId": 1}
    assert sorted(path.name for path in (sandbox / "out").iterdir()) == ["a.pyc", "b.pyc"]
    assert (sandbox / "out" / "a.pyc").read_bytes().count(b"pkg/a.py") == 1
    assert b"sandbox" not in (sandbox / "out" / "a.pyc").read_bytes()
    answer = worker.ask(arguments[:-1], 2, sandboxDir=str(tmp_path / "gone"))
    assert answer["exitCode"] == 1 and "No such file" in answer["output"]
    assert not (tmp_path / "gone").exists()


def test_several_sources_in_one_request(worker: Worker, src: Path, tmp_path: Path) -> None:
    arguments: list[str] = []
    for number in range(30):
        arguments += triple(src, "good.py", tmp_path / f"{number}.pyc")
    assert worker.ask(arguments, 1) == {"exitCode": 0, "output": "", "requestId": 1}
    assert len({path.read_bytes() for path in tmp_path.glob("*.pyc")}) == 1
    assert len(list(tmp_path.glob("*.pyc"))) == 30
    bad = tmp_path / "bad.py"
    bad.write_text("x = = 1\n")
    arguments = [argument.replace(".pyc", ".new.pyc") for argument in arguments]
    answer = worker.ask([*arguments, *triple(bad, "bad.py", tmp_path / "bad.new.pyc")], 2)
    assert answer["exitCode"] == 1 and answer["output"].startswith("bad.py:1:")
    assert list(tmp_path.glob("*.new.pyc")) == []
    assert leftovers(tmp_path) == []


def test_arguments_of_the_start_hold_for_each_request(some_python: str, src: Path, tmp_path: Path) -> None:
    src.write_text("assert 0\n")
    arguments = triple(src, "good.py", tmp_path / "good.pyc")
    one_shot(some_python, "--optimize=1", *triple(src, "good.py", tmp_path / "expected.pyc"))
    with Worker(some_python, "--optimize=1", "--log_level", "INFO") as worker:
        assert worker.ask(arguments)["exitCode"] == 0
        assert (tmp_path / "good.pyc").read_bytes() == (tmp_path / "expected.pyc").read_bytes()
        assert worker.ask(["--optimize=0", *arguments])["exitCode"] == 0
        assert (tmp_path / "good.pyc").read_bytes() != (tmp_path / "expected.pyc").read_bytes()
    with Worker(some_python, "--jobs=none") as worker:
        assert worker.end() == 2
        assert worker.log == b"precompiler: --jobs: 'none' is not a number of processes\n"


def test_requests_without_id_are_answered_in_their_order(some_python: str, src: Path, tmp_path: Path) -> None:
    with Worker(some_python, "--jobs=4") as worker:
        for number in range(30):
            worker.send(triple(tmp_path / f"missing{number}.py", f"m{number}.py", tmp_path / "no.pyc"))
        assert [worker.answer()["output"].split(".")[0] for _ in range(30)] == [f"m{number}" for number in range(30)]


def test_a_client_that_writes_all_before_it_reads(some_python: str, src: Path, tmp_path: Path) -> None:
    """Neither side waits for the other for ever, though the answers are more than a pipe holds."""
    lines = [
        json.dumps({"arguments": ["--" + "x" * 100], "requestId": number}).encode() + b"\n" for number in range(1, 3001)
    ]
    command = [some_python, "-S", str(PROGRAM), "--persistent_worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"".join(lines))
        process.stdin.close()
        answers = process.stdout.read().splitlines()
        assert process.wait(PATIENCE) == 0
    assert sorted(json.loads(line)["requestId"] for line in answers) == list(range(1, 3001))


# --- Cancellation -------------------------------------------------------------------------------------------


def test_cancel_stops_the_work(python: str, src: Path, tmp_path: Path) -> None:
    slow = slow_source(tmp_path)
    with Worker(python, "--jobs=1") as worker:
        worker.send(triple(slow, "slow.py", tmp_path / "slow.pyc"), 1)
        time.sleep(0.3)
        started = time.monotonic()
        worker.send(request_id=1, cancel=True)
        answer = worker.answer()
        assert answer["requestId"] == 1 and answer["wasCancelled"] is True
        assert time.monotonic() - started < 5
        assert children(worker.process.pid) == []
        worker.send(request_id=1, cancel=True)  # a second time, for nothing
        assert worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 2)["exitCode"] == 0
    assert not (tmp_path / "slow.pyc").exists()
    assert leftovers(tmp_path) == []


def test_cancel_what_waits(some_python: str, src: Path, tmp_path: Path) -> None:
    slow = slow_source(tmp_path)
    with Worker(some_python, "--jobs=1") as worker:
        worker.send(triple(slow, "slow.py", tmp_path / "slow.pyc"), 1)
        worker.send([*triple(src, "good.py", tmp_path / "2.pyc"), *triple(src, "good.py", tmp_path / "3.pyc")], 2)
        worker.send(triple(src, "good.py", tmp_path / "4.pyc"), 3)
        worker.send(request_id=2, cancel=True)
        assert worker.answer()["requestId"] == 2
        worker.send(request_id=1, cancel=True)
        assert worker.answer()["requestId"] == 1
        answer = worker.answer()
        assert answer == {"exitCode": 0, "output": "", "requestId": 3}
    assert [path.name for path in tmp_path.glob("*.pyc")] == ["4.pyc"]


def test_cancel_what_is_not_there(worker: Worker, src: Path, tmp_path: Path) -> None:
    worker.send(request_id=5, cancel=True)
    assert worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 5)["exitCode"] == 0
    worker.send(request_id=5, cancel=True)
    worker.send(request_id=6, cancel=True)
    answer = worker.ask(triple(src, "good.py", tmp_path / "good.pyc"), 6)
    assert answer == {"exitCode": 0, "output": "", "requestId": 6}


def test_each_request_has_one_answer_however_it_is_cancelled(python: str, tmp_path: Path) -> None:
    source = tmp_path / "some.py"
    source.write_text(FUNCTION * 200)
    chance = random.Random(5)
    with Worker(python, "--jobs=3") as worker:
        cancelled: set[int] = set()
        for number in range(1, 61):
            worker.send(triple(source, "some.py", tmp_path / f"{number}.pyc"), number)
            if chance.random() < 0.7:
                time.sleep(chance.random() / 50)
                victim = chance.randint(max(1, number - 5), number)
                worker.send(request_id=victim, cancel=True)
                cancelled.add(victim)
        answers = [worker.answer() for _ in range(60)]
    assert sorted(answer["requestId"] for answer in answers) == list(range(1, 61))
    assert leftovers(tmp_path) == []
    for answer in answers:
        done = not answer.get("wasCancelled")
        assert done or answer["requestId"] in cancelled
        assert (tmp_path / f"{answer['requestId']}.pyc").exists() == done, answer


def test_cancel_while_others_wait_in_the_pipe_of_the_same_process(python: str, src: Path, tmp_path: Path) -> None:
    slow = slow_source(tmp_path)
    with Worker(python, "--jobs=1") as worker:
        for number in range(1, 31):
            worker.send(triple(slow if number == 1 else src, f"{number}.py", tmp_path / f"{number}.pyc"), number)
        time.sleep(0.3)
        worker.send(request_id=2, cancel=True)  # handed out already
        assert worker.answer() == {"exitCode": 0, "output": "", "requestId": 2, "wasCancelled": True}
        worker.send(request_id=1, cancel=True)
        answers = [worker.answer() for _ in range(29)]
    assert [answer["requestId"] for answer in answers] == [1, *range(3, 31)]
    assert [answer["requestId"] for answer in answers if answer.get("wasCancelled")] == [1]
    assert sorted(int(path.stem) for path in tmp_path.glob("*.pyc")) == [*range(3, 31)]
    assert leftovers(tmp_path) == []


def test_a_slow_source_does_not_hold_up_others(some_python: str, src: Path, tmp_path: Path) -> None:
    slow = slow_source(tmp_path)
    with Worker(some_python, "--jobs=2") as worker:
        worker.send(triple(slow, "slow.py", tmp_path / "slow.pyc"), 1)
        for number in range(2, 12):
            assert worker.ask(triple(src, "good.py", tmp_path / f"{number}.pyc"), number)["requestId"] == number
        worker.send(request_id=1, cancel=True)
        assert worker.answer()["wasCancelled"] is True


# --- Processes ----------------------------------------------------------------------------------------------


def test_a_process_that_dies_fails_its_request_only(python: str, src: Path, tmp_path: Path) -> None:
    slow = slow_source(tmp_path)
    with Worker(python, "--jobs=1") as worker:
        worker.send(triple(slow, "slow.py", tmp_path / "slow.pyc"), 1)
        for number in range(2, 22):  # some of them wait in the pipe of the process
            worker.send(triple(src, "good.py", tmp_path / f"{number}.pyc"), number)
        while not children(worker.process.pid):
            time.sleep(0.01)
        time.sleep(0.1)
        os.kill(children(worker.process.pid)[0], signal.SIGSEGV)
        answer = worker.answer()
        assert answer["requestId"] == 1 and answer["exitCode"] == 1
        assert answer["output"].startswith("slow.py: the compiler process died")
        for number in range(2, 22):
            assert worker.answer() == {"exitCode": 0, "output": "", "requestId": number}
    assert leftovers(tmp_path) == []


def test_no_process_is_left(some_python: str, src: Path, tmp_path: Path) -> None:
    with Worker(some_python, "--jobs=2") as worker:
        for number in range(1, 11):
            worker.send(triple(src, "good.py", tmp_path / f"{number}.pyc"), number)
        for _ in range(10):
            worker.answer()
        pids = children(worker.process.pid)
        assert 1 <= len(pids) <= 2
        assert worker.end() == 0
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_nobody_reads_the_answers(some_python: str, src: Path, tmp_path: Path) -> None:
    command = [some_python, "-S", str(PROGRAM), "--persistent_worker"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        process.stdout.close()
        process.stdin.write(json.dumps({"arguments": triple(src, "good.py", tmp_path / "good.pyc")}).encode() + b"\n")
        process.stdin.flush()
        assert process.wait(PATIENCE) == 1
        assert process.stderr.read() == b""


def resident(pid: int) -> int:
    """The memory of a process and its children, in KiB."""
    total = 0
    for process in [pid, *children(pid)]:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total


def test_memory_stays_flat(python: str, tmp_path: Path) -> None:
    """Though each source is full of new names, which Python 3.12 keeps for ever once it has seen them."""
    # What costs memory is the length of the names, and what costs time is their number.
    text = "\n".join(f"name_%d_{number}_{'x' * 400} = {number}" for number in range(300))
    sizes = []
    with Worker(python, "--jobs=1") as worker:
        for start in range(1, 301, 5):
            for number in range(start, start + 5):
                source = tmp_path / f"{number - start}.py"
                source.write_text(text.replace("%d", str(number)))
                worker.send(triple(source, "some.py", source.with_suffix(".pyc")), number)
            assert [worker.answer()["exitCode"] for _ in range(5)] == [0] * 5
            while len(children(worker.process.pid)) > 1:  # one that was replaced is still on its way out
                time.sleep(0.01)
            sizes.append(resident(worker.process.pid))
    assert max(sizes[30:]) < max(sizes[:30]) * 1.1, sizes


def test_runs_isolated(some_python: str, src: Path, tmp_path: Path) -> None:
    """Python looks neither beside the program nor in the current directory for modules: `-I`."""
    (tmp_path / "json.py").write_text("raise SystemExit('not me')\n")
    run = one_shot(some_python, *triple(src, "good.py", tmp_path / "a.pyc"), flags=("-I",), cwd=tmp_path)
    assert run.returncode == 0
    script = f"""
import subprocess, sys
run = subprocess.run([sys.executable, "-I", "-S", {str(PROGRAM)!r}, "--persistent_worker"], cwd={str(tmp_path)!r},
    input=b'{{"requestId":3}}\\n', stdout=subprocess.PIPE)
print(run.returncode, run.stdout)
"""
    shown = in_python(some_python, script)
    assert shown.startswith('0 b\'{"exitCode":2') and '"requestId":3' in shown
