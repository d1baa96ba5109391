"""The statements of `queries.sql` by name, and the schema's files in order."""

from __future__ import annotations

from functools import cache

from umi.stores.relational import statements

_PACKAGE = "umi.stores.sqlite"


@cache
def _statements() -> dict[str, str]:
    return statements.statements(_PACKAGE)


def sql(name: str) -> str:
    """Return a statement. A name that does not exist is a mistake of ours and fails at once."""
    return _statements()[name]


@cache
def migrations() -> tuple[str, ...]:
    """Return the schema's steps, oldest first; step n brings a file from version n - 1 to n."""
    return statements.steps(_PACKAGE)
