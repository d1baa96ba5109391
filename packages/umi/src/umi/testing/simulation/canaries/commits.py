"""Canaries of durability: what is acknowledged is not on disk, or only a half of it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

import apsw

from umi.testing.simulation.canaries.breaking import Canary
from umi.testing.simulation.swarm import Swarm


def _unsynchronised(run: Callable[..., Any]) -> Callable[..., Any]:
    def broken(connection: Any, statement: str) -> Any:
        return run(connection, statement.replace("synchronous = FULL", "synchronous = OFF"))

    return broken


def _swallowing(commit: Callable[..., Any]) -> Callable[..., Any]:
    """What the disk refuses at the very end is told as done."""

    def broken(writer: Any, group: list[Any]) -> None:
        try:
            commit(writer, group)
        except apsw.Error:
            if not all(ticket.applied for ticket in group):
                raise

    return broken


def _logged_alone(record: Callable[..., Any]) -> Callable[..., Any]:
    def broken(transaction: Any, *given: Any) -> int:
        seq: int = record(transaction, *given)
        transaction.db.command("COMMIT")
        transaction.db.command("BEGIN IMMEDIATE")
        return seq

    return broken


def _without_savepoints(_: Callable[..., Any]) -> Callable[..., Any]:
    @contextmanager
    def broken(_: Any) -> Generator[None]:
        yield

    return broken


def _row_by_row(transaction: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing is taken back where a part fails: what was written so far is committed."""

    @contextmanager
    def broken(db: Any) -> Generator[None]:
        db.command("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            if db.connection.in_transaction:
                db.command("COMMIT")

    del transaction
    return broken


def _late_vectors(_: Callable[..., Any]) -> Callable[..., Any]:
    """The vector waits in memory until the next change: acknowledged, and not indexed."""
    waiting: dict[int, list[tuple[Any, ...]]] = {}

    def broken(transaction: Any, number: int, name: str, vector: Any, *, active: bool) -> None:
        model, _ = transaction.model(name, len(vector))
        late = waiting.setdefault(id(transaction.db), [])
        for row in late:
            transaction.db.run("embedding_put", row)
        late[:] = [(number, model, active, vector.astype("<f2").tobytes())]

    return broken


def _standing_clock(_: Callable[..., Any]) -> Callable[..., Any]:
    def broken(transaction: Any) -> None:
        transaction.at = transaction._now  # noqa: SLF001

    return broken


COMMITS: Final = (
    Canary(
        name="fsync dropped",
        wrong="the store does not synchronise its journal: a power loss takes what was acknowledged",
        parts=[("umi.stores.sqlite.connection:_run", _unsynchronised)],
    ),
    Canary(
        name="log not in the transaction",
        wrong="each entry of the log is committed before the rows that it tells of",
        parts=[
            ("umi.stores.relational.transaction:Transaction.record", _logged_alone),
            ("umi.stores.sqlite.database:Database.savepoint", _without_savepoints),
        ],
    ),
    Canary(
        name="acknowledged before the commit",
        wrong="a commit that fails is told as done",
        parts=[("umi.stores.relational.writing:Writer._commit", _swallowing)],
    ),
    Canary(
        name="no roll-back",
        wrong="where a part of a transaction fails, what was written before it is committed",
        parts=[
            ("umi.stores.sqlite.database:Database.transaction", _row_by_row),
            ("umi.stores.sqlite.database:Database.savepoint", _without_savepoints),
        ],
        swarm=Swarm(is_shared=True, pause_ms_max=1, mix={"correct": 3, "undo": 4, "forget": 1, "restore": 1}),
    ),
    Canary(
        name="index acknowledged early",
        wrong="a vector waits in memory for the next change, while its text is acknowledged",
        parts=[("umi.stores.relational.transaction:Transaction.put_vector", _late_vectors)],
    ),
    Canary(
        name="clock going backwards",
        wrong="recorded times are the machine's, which stand still and go back",
        parts=[("umi.stores.relational.transaction:Transaction.begin_batch", _standing_clock)],
    ),
)
