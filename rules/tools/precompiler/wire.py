"""The worker protocol, as JSON and as length-delimited protobuf, without libraries for either.

The messages are those of https://github.com/bazelbuild/bazel/blob/master/src/main/protobuf/worker_protocol.proto.
`Json` and `Proto` cut the input into messages (`frames`), read one (`decode`) and write one (`encode`).
The list of inputs, which can be thousands of times as large as all the rest, is skipped and not decoded.
"""

# What `json` is made of; to import that, with `re`, takes as long as a file or two take to compile.
from _json import encode_basestring_ascii, make_scanner

LONGEST_MESSAGE = 2**31 - 1
ARGUMENTS, INPUTS, REQUEST_ID, CANCEL, SANDBOX_DIR = 1, 2, 3, 4, 6
INPUTS_KEY = INPUTS << 3 | 2


class Malformed(Exception):
    """A message makes no sense; `request_id` is that of the request it holds, 0 if that is not known."""

    def __init__(self, message, request_id=0):
        super().__init__(message)
        self.request_id = request_id


class BrokenStream(Exception):
    """The input makes no sense, and it cannot be known where the next message starts."""


class Request:
    """A work request: its arguments (list of str), id (0 unless multiplexed), and the sandbox's directory."""

    def __init__(self):
        self.arguments = []
        self.request_id = 0
        self.cancel = False
        self.sandbox_dir = ""


class Plain:
    """What the scanner asks for: JSON is read as json.loads reads it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_int, parse_float, parse_constant = int, float, float


scan = make_scanner(Plain)


class Json:
    """Each message is an object on a line of its own, in ASCII or UTF-8."""

    def __init__(self):
        self.parts = []

    def frames(self, data):
        """Take more bytes of the input and give the messages that they complete."""
        start = 0
        while True:
            end = data.find(b"\n", start)
            if end < 0:
                break
            self.parts.append(data[start:end])
            yield b"".join(self.parts)
            self.parts.clear()
            start = end + 1
        self.parts.append(data[start:])

    def rest(self):
        """Give the bytes taken that make no complete message."""
        return b"".join(self.parts)

    def decode(self, message):
        """Give the request in `message` (bytes). Raises Malformed."""
        try:
            try:
                fields = loads(without_inputs(message))
            except ValueError:
                fields = loads(message)
        except (ValueError, RecursionError) as error:
            raise Malformed(f"not a work request in JSON: {error}") from None
        if type(fields) is not dict:
            raise Malformed("not a work request in JSON: it is not an object")
        request = Request()
        for name, field in (
            ("request_id", "requestId"),
            ("cancel", "cancel"),
            ("sandbox_dir", "sandboxDir"),
            ("arguments", "arguments"),
        ):
            value = fields.get(field)
            if value is None:  # as good as not there
                continue
            if type(value) is not type(getattr(request, name)):
                raise Malformed(f"work request: bad value of {field}: {value!r:.80}", request.request_id)
            setattr(request, name, value)
        if not all(type(argument) is str for argument in request.arguments):
            raise Malformed("work request: arguments are not all strings", request.request_id)
        return request

    def encode(self, request_id, exit_code, output, was_cancelled):
        """Give the bytes of a work response."""
        cancelled = ',"wasCancelled":true' if was_cancelled else ""
        output = encode_basestring_ascii(output)
        return f'{{"exitCode":{exit_code},"output":{output},"requestId":{request_id}{cancelled}}}\n'.encode()


def loads(data):
    """Give the value that the JSON text `data` (bytes) stands for. Raises ValueError or RecursionError."""
    try:
        text = data.decode().strip(" \t\r\n")
        value, end = scan(text, 0)
        if end == len(text):
            return value
    except (ValueError, RecursionError, StopIteration, SystemError):
        pass  # Without `json`, the scanner cannot say what is wrong; 3.10 and 3.11 raise a SystemError instead.
    import json

    return json.loads(data)


def without_inputs(line):
    """Give the JSON object `line` (bytes) with an empty list of inputs, or as it is if that is not safe.

    `"inputs":[` with its two quotes is never part of a string. Nor is `],"` with a letter behind it: the quote
    would end the string, and a letter cannot come next; nor is a `]}` that ends the line. So from the one to the
    first of the other nothing is cut in two but lists nested in inputs; then what we give closes more than it
    opens, and is not valid.
    """
    key = line.find(b'"inputs":')
    start = line.find(b"[", key) + 1
    if key < 0 or line[start : start + 1] != b"{" or line[key + 9 : start - 1].strip():
        return line
    end = start
    while True:
        end = line.find(b"]", end + 1)  # much faster than a search for more than one character
        if end < 0:
            return line
        after = b"".join(line[end + 1 : end + 20].split())  # without spaces
        if (after[:2] == b',"' and after[2:3].isalpha()) or (after == b"}" and len(line) <= end + 20):
            return line[:start] + line[end:]


class Proto:
    """Each message has its length before it, as a varint."""

    def __init__(self):
        self.buffer = bytearray()

    def frames(self, data):
        """Take more bytes of the input and give the messages that they complete. Raises BrokenStream."""
        self.buffer += data
        while self.buffer:
            try:
                length, start = varint(self.buffer, 0)
            except IndexError:
                return
            except ValueError:
                length = LONGEST_MESSAGE + 1
            if length > LONGEST_MESSAGE:
                raise BrokenStream("the input is no sequence of protobuf messages with their lengths")
            if len(self.buffer) < start + length:
                return
            message = bytes(self.buffer[start : start + length])
            del self.buffer[: start + length]
            yield message

    def rest(self):
        """Give the bytes taken that make no complete message."""
        return bytes(self.buffer)

    def decode(self, message):
        """Give the request in `message` (bytes). Raises Malformed."""
        request = Request()
        try:
            at = 0
            while at < len(message):
                if message[at] == INPUTS_KEY:  # by the thousand
                    length = message[at + 1]
                    at += 2
                    if length > 0x7F:
                        length, at = varint(message, at - 1)
                    at += length
                    continue
                key, at = varint(message, at)
                field, kind = key >> 3, key & 7
                value = None
                if kind == 0:
                    value, at = varint(message, at)
                elif kind in (1, 5):
                    at += 8 if kind == 1 else 4
                elif kind == 2:
                    length, at = varint(message, at)
                    if field in (ARGUMENTS, SANDBOX_DIR):
                        value = message[at : at + length].decode("utf-8", "surrogateescape")
                    at += length
                else:
                    raise ValueError
                if field == ARGUMENTS and kind == 2:
                    request.arguments.append(value)
                elif field == SANDBOX_DIR and kind == 2:
                    request.sandbox_dir = value
                elif field == REQUEST_ID and kind == 0:
                    value &= 0xFFFFFFFF
                    request.request_id = value - (value >> 31 << 32)
                elif field == CANCEL and kind == 0:
                    request.cancel = value != 0
            if at > len(message):
                raise ValueError
        except (ValueError, IndexError):
            raise Malformed("not a work request in protobuf", request.request_id) from None
        return request

    def encode(self, request_id, exit_code, output, was_cancelled):
        """Give the bytes of a work response."""
        text = output.encode("utf-8", "backslashreplace")
        message = b""
        if exit_code:
            message += b"\x08" + to_varint(exit_code)
        if text:
            message += b"\x12" + to_varint(len(text)) + text
        if request_id:
            message += b"\x18" + to_varint(request_id & 0xFFFFFFFFFFFFFFFF)
        if was_cancelled:
            message += b"\x20\x01"
        return to_varint(len(message)) + message


def varint(data, at):
    """Give the number at `at` in `data` and where it ends. Raises IndexError if it is cut off, else ValueError."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value, shift = byte & 0x7F, 7
    while shift < 70:
        at += 1
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + 1
        shift += 7
    raise ValueError("a number has more than 10 bytes")


def to_varint(value):
    """Give the bytes of a number >= 0."""
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def recognise(data):
    """Give the protocol of an input that starts with `data`, or None if it takes more bytes to tell.

    The server does not say which it speaks. In protobuf the input starts with a message's length and its first
    field: arguments, if there are any, as a rule; else inputs or an id. Those have to fit into that length.
    """
    try:
        length, at = varint(data, 0)
        if length == 0 and data:
            return Proto()
        field, at = varint(data, at)
        size, at = varint(data, at)
        if field == REQUEST_ID << 3 or (field in (ARGUMENTS << 3 | 2, INPUTS_KEY) and at + size <= length + 2):
            return Proto()
    except IndexError:
        if not data.endswith(b"\n"):
            return None
    except ValueError:
        pass
    return Json()
