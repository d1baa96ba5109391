"""Canaries of changing: what was decided is lost, made twice, or done to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Final

from umi.domain.change import IDENTITY_OF_KEY, IDENTITY_RELEASED
from umi.testing.simulation.canaries.breaking import Canary
from umi.testing.simulation.swarm import Swarm


def _always(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_: True


def _last_wins(alter: Callable[..., Any]) -> Callable[..., Any]:
    def broken(transaction: Any, change: Any, actor: str) -> Any:
        return alter(transaction, replace(change, revision=None), actor)

    return broken


def _keys_released(run: Callable[..., Any]) -> Callable[..., Any]:
    def broken(db: Any, name: str, values: Any = ()) -> None:
        run(db, name, values)
        if name == "identity_release":
            run(db, name, (values[0], IDENTITY_OF_KEY, IDENTITY_RELEASED))

    return broken


def _ever_new(_: Callable[..., Any]) -> Callable[..., Any]:
    numbers = count()
    return lambda *_: IDENTITY_OF_KEY + next(numbers).to_bytes(20, "big")


def _tasks_stay(run: Callable[..., Any]) -> Callable[..., Any]:
    def broken(db: Any, name: str, values: Any = ()) -> None:
        if name != "task_delete":
            run(db, name, values)

    return broken


def _one_before(undo: Callable[..., Any]) -> Callable[..., Any]:
    def broken(transaction: Any, change: Any, actor: str) -> Any:
        return undo(transaction, replace(change, seq=max(1, change.seq - 1)), actor)

    return broken


def _half_undone(group: Callable[..., Any]) -> Callable[..., Any]:
    def broken(transaction: Any, change: Any) -> Any:
        return group(transaction, change)[:1]

    return broken


def _forgets_nothing(act: Callable[..., Any]) -> Callable[..., Any]:
    """The status changes, the words and the vector stay where they were."""

    def broken(transaction: Any, number: int, before: Any, after: Any) -> None:
        run = transaction.db.run

        def leaving(name: str, values: Any = ()) -> None:
            if name != "embedding_active":
                run(name, values)

        transaction.db.run = leaving
        try:
            act(transaction, number, before, after)
        finally:
            del transaction.db.run

    return broken


CHANGES: Final = (
    Canary(
        name="lost update",
        wrong="a decision is applied although what it was decided from has changed meanwhile",
        parts=[("umi.stores.relational.transaction:Transaction.holds", _always)],
        swarm=Swarm(agents=3, is_shared=True, operations=12, pause_ms_max=1, mix={"correct": 1}),
    ),
    Canary(
        name="revision ignored",
        wrong="a change that expects a revision is applied to any",
        parts=[("umi.stores.relational.applying:_alter", _last_wins)],
        swarm=Swarm(nodes=2, agents=3, is_shared=True, pause_ms_max=1, mix={"remember": 1, "revise": 6}),
    ),
    Canary(
        name="resurrecting retry",
        wrong="a caller's key is free again once its memory is forgotten: a late retry brings it back",
        parts=[("umi.stores.sqlite.database:Database.run", _keys_released)],
    ),
    Canary(
        name="idempotency forgotten",
        wrong="the same key makes a new memory each time",
        parts=[("umi.pipeline.remember.accept:_identity", _ever_new)],
    ),
    Canary(
        name="job done twice",
        wrong="a task is not taken away by the commit that does it",
        parts=[("umi.stores.sqlite.database:Database.run", _tasks_stay)],
    ),
    Canary(
        name="lease ignored",
        wrong="a worker finishes a task although its lease has gone to another",
        parts=[("umi.stores.relational.tasks:are_held", _always)],
        swarm=Swarm(
            nodes=3, agents=3, pause_ms_max=5_000, mix={"remember": 3}, extraction="behind", model_ms_max=90_000
        ),
    ),
    Canary(
        name="undo of the wrong change",
        wrong="the change before is taken back",
        parts=[("umi.stores.relational.applying:_undo", _one_before)],
    ),
    Canary(
        name="half undone",
        wrong="of what was decided together, only the first change is taken back",
        parts=[("umi.stores.relational.applying:_group", _half_undone)],
        swarm=Swarm(is_shared=True, pause_ms_max=1, mix={"correct": 3, "undo": 4}),
    ),
    Canary(
        name="forgotten, and still a neighbour",
        wrong="what is forgotten stays among the active vectors",
        parts=[("umi.stores.relational.applying:_change_status", _forgets_nothing)],
    ),
)
