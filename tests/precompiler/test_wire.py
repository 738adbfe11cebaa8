"""Laws of the two forms of the worker protocol."""

import json
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .compiler import PROGRAM
from .test_proto_worker import field, message, varint

sys.path.append(str(PROGRAM.parent))
import wire

TRICKY = ['"', "\\", "]", "}", "[", "{", "}]", '}],"a', '"inputs":[{', ",", ":", "a", "é", "\u2028", "\0", " "]
texts = st.lists(st.sampled_from(TRICKY), max_size=8).map("".join) | st.text(max_size=5)
inputs = st.lists(st.fixed_dictionaries({}, optional={"path": texts, "digest": texts}), max_size=4)
junk = st.recursive(
    texts | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("inputs") | texts, inner, max_size=3),
    max_leaves=8,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "arguments": st.lists(texts, max_size=4),
        "inputs": inputs | st.just([{"path": "x", "more": [{}]}]),
        "requestId": st.integers(-(2**31), 2**31 - 1),
        "cancel": st.booleans(),
        "sandboxDir": texts,
        "future": junk,
    },
)


def shown(request: "wire.Request") -> tuple[object, ...]:
    return request.arguments, request.request_id, request.cancel, request.sandbox_dir


def expected(fields: dict[str, object]) -> tuple[object, ...]:
    defaults: dict[str, object] = {"arguments": [], "requestId": 0, "cancel": False, "sandboxDir": ""}
    return tuple(fields.get(name, default) for name, default in defaults.items())


@given(st.data(), requests, st.booleans(), st.sampled_from([None, (",", ":"), (" , ", " : ")]))
def test_json_is_what_a_json_library_reads(data, fields, ascii_only, separators) -> None:
    names = data.draw(st.permutations(list(fields)))
    text = json.dumps({name: fields[name] for name in names}, ensure_ascii=ascii_only, separators=separators)
    try:
        line = text.encode()
    except UnicodeEncodeError:
        return
    assert shown(wire.Json().decode(line)) == expected(fields)


@given(st.lists(st.sampled_from([*TRICKY, '"inputs":[{', '"requestId":5', '"arguments":[]']), max_size=12))
def test_json_skips_nothing_of_a_valid_line(parts) -> None:
    """Whatever looks like inputs: if the line is valid, what is left has the same other fields."""
    line = "".join(parts).encode()
    try:
        fields = json.loads(line)
    except ValueError:
        return
    short = wire.without_inputs(line)
    if short != line:
        try:
            left = json.loads(short)
        except ValueError:
            return
        assert {**left, "inputs": None} == {**fields, "inputs": None}


@given(st.binary(max_size=40) | st.lists(st.sampled_from([b"{", b'"', b"}", b"[", b"\\", b"inputs"])).map(b"".join))
def test_garbage_is_malformed_and_nothing_else(data) -> None:
    for protocol in wire.Json(), wire.Proto():
        try:
            request = protocol.decode(data)
        except wire.Malformed as error:
            assert str(error)
        else:
            assert all(type(argument) is str for argument in request.arguments)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(st.lists(st.binary(max_size=200)), st.lists(st.integers(0, 2000)))
def test_messages_come_whole_however_they_arrive(messages, places) -> None:
    lines = [message.replace(b"\n", b"") for message in messages]
    for protocol, framed, expected_messages in (
        (wire.Json(), b"".join(line + b"\n" for line in lines), lines),
        (wire.Proto(), b"".join(wire.to_varint(len(sent)) + sent for sent in messages), messages),
    ):
        received = [message for part in cut(framed, places) for message in protocol.frames(part)]
        assert received == expected_messages
        assert protocol.rest() == b""


@given(
    st.lists(st.text(max_size=200), max_size=5),
    st.integers(-(2**31), 2**31 - 1),
    st.booleans(),
    st.text(max_size=5),
    st.lists(st.binary(max_size=200), max_size=5),
    st.integers(16, 2**29 - 1),
    st.randoms(),
)
def test_proto_is_what_was_sent(arguments, request_id, cancel, sandbox, inputs, unknown, chance) -> None:
    one_of_each = [field(3, request_id), field(4, int(cancel)), field(6, sandbox), field(5, 10)]
    rest = [field(2, data) for data in inputs] + one_of_each + [field(unknown, 5), field(unknown, "text")]
    chance.shuffle(rest)
    data = b"".join([field(1, argument) for argument in arguments] + rest)
    assert shown(wire.Proto().decode(data)) == (arguments, request_id, cancel, sandbox)


@given(st.integers(0, 2**63))
def test_numbers(number) -> None:
    assert wire.to_varint(number) == varint(number)
    assert wire.varint(varint(number), 0) == (number, len(varint(number)))


@given(st.integers(0, 255), st.text(), st.integers(0, 2**31 - 1), st.booleans())
def test_answers(exit_code, text, request_id, was_cancelled) -> None:
    line = wire.Json().encode(request_id, exit_code, text, was_cancelled)
    assert line.count(b"\n") == 1 and line.isascii()
    answer = json.loads(line)
    assert answer == {"exitCode": exit_code, "output": text, "requestId": request_id} | (
        {"wasCancelled": True} if was_cancelled else {}
    )
    data = wire.Proto().encode(request_id, exit_code, text, was_cancelled)
    length, start = wire.varint(data, 0)
    assert length == len(data) - start
    fields = {1: exit_code, 2: text, 3: request_id, 4: int(was_cancelled)}
    assert data[start:] == b"".join(field(number, value) for number, value in fields.items() if value)


@given(st.lists(st.text(min_size=1), min_size=1), st.integers(0, 5), st.integers(0, 2**31 - 1))
def test_the_protocol_is_recognised(arguments, inputs, request_id) -> None:
    proto = message(arguments, request_id, inputs)
    assert isinstance(wire.recognise(proto), wire.Proto)
    line = json.dumps({"arguments": arguments, "requestId": request_id}).encode() + b"\n"
    assert isinstance(wire.recognise(line), wire.Json)
    for end in range(1, 12):
        assert wire.recognise(line[:end]) is None or isinstance(wire.recognise(line[:end]), wire.Json)


@pytest.mark.parametrize(
    "data", [b"\n", b"\r\n", b"nonsense\n", b"[1]\n", b" {}\n", b"\xef\xbb\xbf{}\n", b"12\n", b"{\n"]
)
def test_bad_first_lines_are_json(data: bytes) -> None:
    assert isinstance(wire.recognise(data), wire.Json)
