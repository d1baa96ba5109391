"""The recipe for a store on a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from umi.errors import Invalid, Unsupported
from umi.limits import POSTGRES_CONNECTIONS_COUNT_MAX
from umi.ports.backend import Connected, StoreParts
from umi.ports.store import Store
from umi.vectors.postgres.backend import check_schema

SCHEMA_DEFAULT = "umi"
READERS_DEFAULT = 4


@dataclass(frozen=True, slots=True)
class PostgresStorageBackend(Connected):
    """Memories in one schema of a PostgreSQL database, with pgvector: for many processes and machines.

    `url` is what the server's clients take: "postgresql://user:password@host/database", or "host=... dbname=...".
    `schema` holds everything of one store, and is made if it is new. `pool_size` is how many reads run at once; a
    writer and, now and then, one connection more come on top.

    Raises:
        Invalid: the schema's name or the number of connections cannot be used.

    """

    url: str = field(repr=False)
    schema: str = field(default=SCHEMA_DEFAULT, kw_only=True)
    pool_size: int = field(default=READERS_DEFAULT, kw_only=True)

    def __post_init__(self) -> None:
        check_schema(self.schema)
        if not 1 <= self.pool_size <= POSTGRES_CONNECTIONS_COUNT_MAX:
            raise Invalid(f"pool_size is from 1 to POSTGRES_CONNECTIONS_COUNT_MAX, {POSTGRES_CONNECTIONS_COUNT_MAX}.")

    @classmethod
    def connect(cls, url: str, *, schema: str = SCHEMA_DEFAULT, pool_size: int = READERS_DEFAULT) -> Self:
        """Name a server. Nothing is opened before a Memory opens it; awaiting the answer gives the same."""
        return cls(url, schema=schema, pool_size=pool_size)

    def open(self, parts: StoreParts) -> Store:
        """Connect, making the schema if it is new or bringing it up to date.

        Raises:
            StorageError: the server cannot be reached or written.
            StoreTooNewError: the schema was written by a newer Umi.
            Unsupported: psycopg is not installed, or the server lacks pgvector.

        """
        try:
            from umi.stores.postgres.store import PostgresStore
            from umi.vectors.postgres.server import Address
        except ImportError as error:
            raise Unsupported(
                f"PostgreSQL needs a package that is not installed ({error.name}): pip install 'umi-memory[postgres]'"
            ) from error
        return PostgresStore(Address(url=self.url, schema=self.schema), parts, readers=self.pool_size)
