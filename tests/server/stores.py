"""Stores for servers in processes of their own: a file, a PostgreSQL database, a Lance folder; and keys for them."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.postgres_server import served

from umi.domain.bounds import Bounds, Grant
from umi.server.auth.api_keys import Wanted
from umi.server.auth.principal import Quota
from umi.server.services import Services
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_NUMBERS = count()


@contextmanager
def placed(kind: str, folder: Path) -> Generator[str]:
    """Yield where a new store of a kind lies: "sqlite", "postgres" or "lance"."""
    if kind == "sqlite":
        yield str(folder / "memory.db")
    elif kind == "lance":
        yield f"lance://{folder / 'memory.lance'}"
    else:
        yield from _in_postgres(f"served_{os.getpid()}_{next(_NUMBERS)}")


def _in_postgres(name: str) -> Iterator[str]:
    for server in served():
        server.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(server.url)._replace(path=f"/{name}").geturl()
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def key_of(store: str, quota: Quota | None = None) -> str:
    """Return a new key for the tenant "t" that reads and writes."""

    async def create() -> str:
        services = Services(ServerSettings.model_validate({"store": store}))
        await services.open()
        try:
            bounds = Bounds(tenant="t", grants=frozenset({Grant.READ, Grant.WRITE}))
            _, shown = await services.keys.create(Wanted(bounds=bounds, quota=quota or Quota()))
        finally:
            await services.close()
        return shown

    return asyncio.run(create())
