"""A remote-execution server: buildbox-casd behind a proxy.

Bazel 7 asks for version 2.0 of the API and casd says it speaks 2.1 and later, although what Bazel sends is the same
in both (https://github.com/bazelbuild/remote-apis). The proxy forwards every call as bytes and adds 2.0 to the answer
of GetCapabilities.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent import futures
from pathlib import Path

import grpc

_RUNNER = "/usr/bin/buildbox-run-hosttools"

# ServerCapabilities.low_api_version = {major: 2, minor: 0}: a field that comes again replaces what was there.
_LOW_API_VERSION = b"\x22\x04\x08\x02\x10\x00"


class _Forward(grpc.GenericRpcHandler):
    """Hands every call on: on the wire a unary call is a stream of one message."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method

        def forward(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            call = self._channel.stream_stream(method)(requests, metadata=context.invocation_metadata())
            context.add_callback(call.cancel)
            try:
                for response in call:
                    yield response + (_LOW_API_VERSION if method.endswith("/GetCapabilities") else b"")
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())

        return grpc.stream_stream_rpc_method_handler(forward)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def remote_executor(cache: Path, env: Mapping[str, str] = {}) -> Iterator[str]:
    """Run the server, with `env` added to its environment; gives the address for `--remote_executor`."""
    port = _free_port()
    cache.mkdir(parents=True)
    with (cache.parent / "casd.log").open("wb") as log:
        casd = subprocess.Popen(
            ["buildbox-casd", f"--bind=127.0.0.1:{port}", f"--buildbox-run={_RUNNER}", "--jobs=2", str(cache)],
            env={**os.environ, **env},
            stdout=log,
            stderr=log,
        )
        server = grpc.server(futures.ThreadPoolExecutor(32))
        try:
            _wait_for(port, casd)
            with grpc.insecure_channel(
                f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1)]
            ) as channel:
                server.add_generic_rpc_handlers((_Forward(channel),))
                proxy = server.add_insecure_port("127.0.0.1:0")
                server.start()
                yield f"grpc://127.0.0.1:{proxy}"
                server.stop(None).wait()
        finally:
            casd.terminate()
            casd.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "buildbox-casd ended; see casd.log"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
            return
        time.sleep(0.05)
    raise AssertionError("buildbox-casd does not listen")
