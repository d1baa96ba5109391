"""Tasks: work on an entity that outlives the process, written and finished in the transactions it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from umi.domain.change import Applied, Batch, Outcome
from umi.domain.scope import Scope
from umi.domain.text import cut
from umi.domain.time import from_microseconds
from umi.ports.store import Task, TaskState
from umi.stores.relational.database import Database, Row, listed
from umi.stores.relational.transaction import Transaction

_ERROR_CHARACTERS_MAX = 500
_STATES = (TaskState.WAITING, TaskState.RUNNING, TaskState.FAILED)


def are_held(transaction: Transaction, batch: Batch) -> bool:
    """Whether every task that the batch finishes is still its owner's."""
    held = (transaction.db.value("task_held", (finish.task, finish.owner)) for finish in batch.finishes)
    return all(value is not None for value in held)


def settle(transaction: Transaction, batch: Batch, answers: Sequence[Applied]) -> None:
    """Take the tasks away that are done, and write those down that are asked for.

    Where a change was stale, what it was decided from has changed: the work is not done yet.
    """
    is_stale = any(answer.outcome is Outcome.STALE for answer in answers)
    for finish in () if is_stale else batch.finishes:
        transaction.db.run("task_delete", (finish.task,))
    known = {answer.id for answer in answers if answer.outcome is Outcome.KNOWN}
    for ask in batch.asks:
        version = None if ask.id in known else transaction.find(ask.scope, ask.id)
        if version is not None:
            transaction.db.run("task_add", (ask.kind, version.number, transaction.at))


def lease(db: Database, kind: str, *, owner: str, limit: int, now: int, until: int) -> list[Task]:
    """Take tasks that are due. Call it inside a write transaction."""
    numbers = db.column("tasks_due", (kind, now, limit))
    if not numbers:
        return []
    for number in numbers:
        db.run("task_lease", (number, owner, until))
    return [_task(row) for row in db.each("tasks_numbered", (listed(numbers),))]


def postpone(db: Database, task: int, owner: str, *, due_at: int | None, now: int, error: str) -> None:
    """Let a task be due again, or never. Call it inside a write transaction."""
    state = TaskState.FAILED if due_at is None else TaskState.WAITING
    told = cut(error, _ERROR_CHARACTERS_MAX)
    db.run("task_postpone", (task, owner, _STATES.index(state), now if due_at is None else due_at, told))


def tasks(db: Database, scope: Scope, states: Sequence[TaskState], limit: int) -> list[Task]:
    wanted = sum(1 << _STATES.index(state) for state in set(states or _STATES))
    return [_task(row) for row in db.each("tasks_in_scope", {**_named(scope), "states": wanted, "limit": limit})]


def retry(db: Database, scope: Scope, now: int) -> int:
    """Let what failed be due again. Call it inside a write transaction."""
    return db.changed("tasks_retry", {**_named(scope), "now": now})


def _named(scope: Scope) -> dict[str, Any]:
    return {
        "tenant": scope.tenant,
        "user": scope.user,
        "namespace": scope.namespace,
        "agent": scope.agent,
        "session": scope.session,
    }


def _task(row: Row) -> Task:
    number, kind, state, tries, due_at, error, tenant, user, namespace, agent, session, id = row
    scope = Scope(tenant=tenant, user=user or None, namespace=namespace or None, agent=agent or None, session=session)
    return Task(
        number=number,
        kind=kind,
        scope=scope,
        id=id,
        state=_STATES[int(state)],
        tries=tries,
        due_at=from_microseconds(due_at),
        error=error,
    )
