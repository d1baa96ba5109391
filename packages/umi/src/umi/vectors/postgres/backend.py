"""The recipe for indexes in tables of a PostgreSQL server."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from umi.errors import Invalid, Unsupported
from umi.limits import POSTGRES_SCHEMA_BYTES_MAX
from umi.ports.backend import Connected
from umi.ports.vector_index import IndexKind
from umi.vectors.choice import index_kind

if TYPE_CHECKING:
    from umi.vectors.postgres.shelf import PostgresShelf

SCHEMA_DEFAULT = "umi_vectors"


class PostgresVectorBackend(Connected):
    """Vectors in pgvector on a PostgreSQL server.

    `url` is what the server's clients take: "postgresql://user:password@host/database", or "host=... dbname=...".

    With `PostgresStorageBackend` of the same database this is what that store does anyway: its vectors lie beside its
    rows. With another store the vectors on the server are derived: truth stays in the store, and what is lost here is
    made anew of it. Small scopes are then scanned exactly in the store itself; a table is made in `schema` for a tenant
    when a search first goes over more than some 12,000 of its vectors. Stores are told apart by their paths: those of
    different machines need schemas of their own.

    Raises:
        Invalid: the URL or the schema's name cannot be used.

    """

    def __init__(self, url: str, *, schema: str = SCHEMA_DEFAULT) -> None:
        if not isinstance(url, str) or not url:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid("Vectors lie on a server at a URL: postgresql://user@host:port/database.")
        check_schema(schema)
        self._url = url
        self.schema = schema

    @classmethod
    def connect(cls, url: str, *, schema: str = SCHEMA_DEFAULT) -> Self:
        """Name a server. Nothing is opened before a search needs it; awaiting the answer gives the same."""
        return cls(url, schema=schema)

    def index_kind(self, dimensions: int) -> IndexKind:
        """Return the kind of index for vectors of this many dimensions.

        Raises:
            Unsupported: psycopg is not installed.

        """
        memory = index_kind(dimensions)
        return IndexKind(name="postgres", make=memory.make, load=memory.load, shelf=self._shelf)

    @cached_property
    def _shelf(self) -> PostgresShelf:
        try:
            from umi.vectors.postgres.server import Address
            from umi.vectors.postgres.shelf import PostgresShelf
        except ImportError as error:
            raise Unsupported(
                f"PostgreSQL needs a package that is not installed ({error.name}): pip install 'umi-memory[postgres]'"
            ) from error
        return PostgresShelf(Address(url=self._url, schema=self.schema))

    def __repr__(self) -> str:
        return f"PostgresVectorBackend(schema={self.schema!r})"


def check_schema(name: str) -> None:
    """Refuse a name that no schema can have.

    Raises:
        Invalid: it is too long, empty, the server's own, or no text.

    """
    size = len(name.encode()) if isinstance(name, str) else 0  # pyright: ignore[reportUnnecessaryIsInstance]
    if not 0 < size <= POSTGRES_SCHEMA_BYTES_MAX or "\0" in name or name.startswith("pg_"):
        raise Invalid(f"A schema has a name of up to {POSTGRES_SCHEMA_BYTES_MAX} bytes that does not begin with pg_.")
