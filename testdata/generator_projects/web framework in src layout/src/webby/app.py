from __future__ import annotations

import typing as t

from . import cli
from .json.provider import DefaultProvider
from .sansio.scaffold import Scaffold

if t.TYPE_CHECKING:
    from .testing import Client


class Webby(Scaffold):
    provider = DefaultProvider

    def client(self) -> Client:
        from .testing import Client

        return Client(self)

    def run(self) -> int:
        return cli.run(self)
