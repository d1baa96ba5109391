"""Rows that wait to be written together: a statement for many rows costs the server and us little more than for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umi.stores.relational.database import Values

# Statements that take columns of rows, in the order that they are written in: content's rows look at the log's.
_ORDER = (
    "log_add",
    "content_add",
    "entity_add",
    "label_add",
    "fact_add",
    "speaker_add",
    "embedding_put",
    "partition_last",
    "session_turns",
)
_COUNTERS = frozenset({"partition_last", "session_turns"})
# Statements on what does not wait, unless a counter does.
_APART = frozenset({"tenant_get", "tenant_add", "model_get", "model_add", "partition_next", "session_next"})
_ROWS_MAX = 5_000
_LARGEST = "content_add"  # ends with all that an entity says
_CHARACTERS_MAX = 16 << 20  # a value of the server's holds 1 GB


class Gathered:
    """What was asked for and is not sent yet. It is sent before any statement that could tell."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Values]] = {}
        self._count = 0
        self._characters = 0

    @property
    def is_full(self) -> bool:
        return self._count >= _ROWS_MAX or self._characters >= _CHARACTERS_MAX

    def precedes(self, name: str) -> bool:
        """Whether what waits has to be sent before a statement."""
        return bool(self._count) and not (name in _APART and _COUNTERS.isdisjoint(self._rows))

    @staticmethod
    def takes(name: str) -> bool:
        """Whether a statement writes many rows at once."""
        return name in _ORDER

    def add(self, name: str, values: Values) -> None:
        self._rows.setdefault(name, []).append(values)
        self._count += 1
        if name == _LARGEST and isinstance(values, tuple):
            self._characters += len(str(values[-1]))

    def take(self) -> Iterator[tuple[str, Values]]:
        """Yield each statement with the columns of what it is to write; nothing waits from here on."""
        rows, self._rows, self._count, self._characters = self._rows, {}, 0, 0
        for name in _ORDER:
            if name in rows:
                yield name, _columns(rows[name])

    def clear(self) -> None:
        self._rows, self._count, self._characters = {}, 0, 0


def _columns(rows: Sequence[Values]) -> Values:
    """Turn rows into columns, by the names or the places of the values."""
    named = [row for row in rows if isinstance(row, dict)]
    if named:
        return {name: [row[name] for row in named] for name in named[0]}
    return [list(column) for column in zip(*rows, strict=True)]
