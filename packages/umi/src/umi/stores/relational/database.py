"""What the logic of a store needs from a connection: statements by name, transactions, and the words it is found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from umi.ports.vector_index import Numbers

    Listed: TypeAlias = NDArray[np.int64]

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[object] | Mapping[str, object]


def listed(numbers: Sequence[int] | Numbers) -> Listed:
    """Return numbers as one value that a statement reads as a list; there must be at least one."""
    return np.asarray(numbers).astype(np.int64)


class Database(Protocol):
    """One connection that runs the statements of a dialect's `queries.sql` by name.

    Its errors are the driver's; `faults_named` turns them into ours.
    """

    def each(self, name: str, values: Values = ()) -> Iterator[Row]:
        """Run a statement and read its rows one by one."""
        ...

    def rows(self, name: str, values: Values = ()) -> list[Row]: ...

    def row(self, name: str, values: Values = ()) -> Row | None:
        """Return the first row, or None."""
        ...

    def value(self, name: str, values: Values = ()) -> Any:
        """Return the first column of the first row, or None."""
        ...

    def column(self, name: str, values: Values = ()) -> list[Any]:
        """Return the first column of every row."""
        ...

    def run(self, name: str, values: Values = ()) -> None:
        """Run a statement to its end."""
        ...

    def changed(self, name: str, values: Values = ()) -> int:
        """Run a statement to its end and return how many rows it changed."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Write inside: all of it, or nothing. No other writer comes between what is read and what is written."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Write a part of a transaction inside: an error takes back that part only, and is raised."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Read inside, all as of one moment."""
        ...

    def faults_named(self) -> AbstractContextManager[None]:
        """Turn the driver's errors into ours, which say what to do."""
        ...

    def add_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        """Find a new number by its scope's, its own and its neighbours' words: in what is recalled, or what was."""
        ...

    def put_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        """Replace the words that a number is found by."""
        ...

    def delete_words(self, number: int, *, past: bool) -> None:
        """Find a number no more."""
        ...

    def forget_words(self) -> None:
        """Rewrite what the indexes of words keep without the words of rows that were deleted."""
        ...
