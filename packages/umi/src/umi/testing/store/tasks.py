"""Tasks: work that is written down with what it is for, has one owner at a time, and is gone with what came of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from umi.domain.change import Ask, Batch, Finish, Outcome
from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.ports.store import TaskState
from umi.testing.store.backend import Backend
from umi.testing.store.making import NOON, SOLE, add, apply, forget

if TYPE_CHECKING:
    from umi.ports.store import Store, Task

LONG = NOON + timedelta(days=400)
OTHER = Scope(user="someone else")


def asking(id: str, *, scope: Scope = SOLE, kind: str = "enrich") -> Batch:
    return Batch(
        groups=[[add(f"about {id}", id=id, scope=scope)]], actor="test", asks=[Ask(kind=kind, scope=scope, id=id)]
    )


async def leased(store: Store, owner: str = "one", limit: int = 10) -> list[Task]:
    return list(await store.lease("enrich", owner=owner, limit=limit, until=LONG))


class Tasks:
    """What `lease`, `extend`, `postpone` and `tasks` promise."""

    async def test_a_task_comes_with_the_change_that_asks_for_it(self, store: Store):
        await store.apply(asking("a", scope=OTHER))

        [task] = await store.tasks(OTHER, limit=10)

        assert (task.kind, task.id, task.scope, task.state, task.tries) == ("enrich", "a", OTHER, TaskState.WAITING, 0)
        assert await store.tasks(Scope(tenant="elsewhere"), limit=10) == []

    async def test_asking_twice_is_asking_once(self, store: Store):
        await store.apply(asking("a"))
        await store.apply(Batch(groups=[], actor="test", asks=[Ask(kind="enrich", scope=SOLE, id="a")]))

        assert len(await store.tasks(SOLE, limit=10)) == 1

    async def test_what_waits_or_runs_is_counted_over_all_tenants(self, store: Store):
        for id, scope in (("a", SOLE), ("b", OTHER), ("c", Scope(tenant="elsewhere"))):
            await store.apply(asking(id, scope=scope))
        assert (await store.stats()).tasks == 3

        tasks = await leased(store)
        await store.postpone(tasks[0].number, "one", due_at=LONG, error="later")
        await store.postpone(tasks[1].number, "one", due_at=None, error="never")

        assert (await store.stats()).tasks == 2

    async def test_what_was_known_already_asks_for_nothing(self, store: Store):
        await store.apply(asking("a"))
        [task] = await leased(store)
        await store.apply(Batch(groups=[], actor="test", finishes=[Finish(task=task.number, owner="one")]))

        [again] = await store.apply(asking("a"))

        assert again.outcome is Outcome.KNOWN
        assert await store.tasks(SOLE, limit=10) == []

    async def test_two_owners_never_get_the_same_task(self, store: Store):
        for number in range(7):
            await store.apply(asking(f"t{number}"))

        shares = await asyncio.gather(*(leased(store, owner, 3) for owner in "abc"))

        assert sorted(task.id for share in shares for task in share) == [f"t{number}" for number in range(7)]
        assert await leased(store, "d") == []
        assert {task.state for task in await store.tasks(SOLE, limit=10)} == {TaskState.RUNNING}

    async def test_a_finished_task_is_gone_in_the_transaction_of_what_came_of_it(self, store: Store):
        await store.apply(asking("a"))
        [task] = await leased(store)

        [applied] = await store.apply(
            Batch(
                groups=[[add("made of it", id="made")]], actor="test", finishes=[Finish(task=task.number, owner="one")]
            )
        )

        assert applied.outcome is Outcome.APPLIED
        assert await store.tasks(SOLE, limit=10) == []

    async def test_what_came_of_a_task_that_another_owns_is_stale_and_nothing_of_it_is_kept(self, store: Store):
        await store.apply(asking("a"))
        [task] = await leased(store)
        batch = Batch(
            groups=[[add("twice", id="made")]], actor="test", finishes=[Finish(task=task.number, owner="two")]
        )

        [applied] = await store.apply(batch)

        assert applied.outcome is Outcome.STALE
        assert await store.get(SOLE, ["made"]) == [None]
        assert len(await store.tasks(SOLE, limit=10)) == 1

    async def test_a_lease_that_ends_gives_the_task_to_the_next(self, store: Store):
        await store.apply(asking("a"))
        [first] = await store.lease("enrich", owner="dead", limit=10, until=NOON - timedelta(days=1))

        [task] = await leased(store, "heir")

        assert (first.tries, task.tries) == (1, 2)

    async def test_a_lease_is_extended_by_its_owner_only(self, store: Store):
        await store.apply(asking("a"))
        [task] = await store.lease("enrich", owner="one", limit=1, until=NOON - timedelta(days=1))
        await store.extend("two", [task.number], LONG)
        assert (await store.tasks(SOLE, limit=1))[0].due_at == NOON - timedelta(days=1)

        await store.extend("one", [task.number], LONG)

        assert await leased(store, "three") == []

    async def test_what_was_recorded_ahead_of_the_clock_is_due_all_the_same(self, backend: Backend, place: Any):
        store = await backend.open(place)
        try:
            for number in range(50):  # each a microsecond behind the one before, on a clock that may stand still
                await store.apply(asking(f"t{number}"))

            assert len(await leased(store, limit=100)) == 50
        finally:
            await store.close()

    async def test_a_postponed_task_waits_and_a_failed_one_waits_for_ever(self, store: Store):
        await store.apply(asking("a"))
        [task] = await leased(store)
        await store.postpone(task.number, "another", due_at=NOON, error="not mine")
        await store.postpone(task.number, "one", due_at=LONG, error="héllo")
        [waiting] = await store.tasks(SOLE, limit=10)
        assert (waiting.state, waiting.error, waiting.due_at) == (TaskState.WAITING, "héllo", LONG)
        assert await leased(store) == []

        await store.apply(asking("b"))
        [task] = await leased(store)
        await store.postpone(task.number, "one", due_at=None, error="no use")

        assert await leased(store) == []
        [failed] = await store.tasks(SOLE, states=[TaskState.FAILED], limit=10)
        assert (failed.id, failed.error) == ("b", "no use")

    async def test_what_an_owner_gives_back_is_due_at_once_as_if_it_was_never_taken(self, store: Store):
        for id in ("a", "b", "c"):
            await store.apply(asking(id))
        [_] = await leased(store, "another", limit=1)
        given, finished = await leased(store)
        await store.apply(Batch(groups=[], actor="test", finishes=[Finish(task=finished.number, owner="one")]))

        await store.release("one")
        await store.release("nobody")

        [again] = await leased(store, "third")
        assert (again.id, again.tries) == (given.id, 1)

    async def test_what_failed_is_due_again_when_asked_for(self, store: Store):
        await store.apply(asking("a", scope=OTHER))
        [task] = await leased(store)
        await store.postpone(task.number, "one", due_at=None, error="no use")

        assert await store.retry(Scope(user="nobody")) == 0
        assert await store.retry(OTHER) == 1

        [task] = await leased(store)
        assert (task.tries, task.error) == (1, "")

    async def test_what_is_erased_has_no_task_any_more(self, store: Store):
        await store.apply(asking("a"))

        await store.erase(Erase(scope=SOLE, ids=("a",), actor="test"))

        assert await store.tasks(SOLE, limit=10) == []
        assert await leased(store) == []

    async def test_what_is_forgotten_keeps_its_task(self, store: Store):
        await store.apply(asking("a"))
        await apply(store, forget("a"))

        [task] = await leased(store)

        assert task.id == "a"

    async def test_tasks_are_there_after_reopening(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await store.apply(asking("a"))
        await leased(store, "killed")
        await store.close()

        reopened = await backend.open(place)
        try:
            [task] = await reopened.tasks(SOLE, limit=10)
            assert (task.state, task.tries) == (TaskState.RUNNING, 1)
        finally:
            await reopened.close()
