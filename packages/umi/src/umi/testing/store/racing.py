"""Doing things at once: whoever is first, nothing is lost, nothing is done twice, and nothing is seen by halves."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from umi.domain.change import Ask, Batch, Finish, Outcome
from umi.domain.erasure import Erase
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.errors import NotFound
from umi.testing.store.making import (
    NOON,
    SOLE,
    add,
    apply,
    broken,
    by_vector,
    by_words,
    forget,
    listed,
    restore,
    vector,
)
from umi.testing.store.versions import DAY, alter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umi.domain.change import Applied
    from umi.ports.store import Store, Task
    from umi.testing.store.backend import Backend

ADA = Scope(user="ada")


async def _opened(backend: Backend, place: Any, stack: AsyncExitStack, count: int) -> list[Store]:
    """Several openings of one place, closed with the stack."""
    stores = [await backend.open(place) for _ in range(count)]
    for store in stores:
        stack.push_async_callback(store.close)
    return stores


class Racing:
    """What holds when many ask at once, through one opening of a place or through several."""

    async def test_writers_through_several_openings_are_all_kept_and_numbered_once(self, backend: Backend, place: Any):
        async with AsyncExitStack() as stack:
            stores = await _opened(backend, place, stack, 3)
            work = [apply(stores[n % 3], add(f"w{n} left"), add(f"w{n} right")) for n in range(60)]
            answers = await asyncio.gather(*work)
            assert sorted(answer.seq for applied in answers for answer in applied) == list(range(1, 121))
            assert all(right.seq == left.seq + 1 for left, right in answers)
            ids = sorted(f"w{n} {side}" for n in range(60) for side in ("left", "right"))
            for store in stores:
                assert sorted(await listed(store)) == sorted(await by_words(store, "left right")) == ids
                assert (await by_vector(store, vector("w7 left")))[0] == "w7 left"
                assert await broken(store) == []
            assert (await stores[0].verify([])).ok

    async def test_the_same_key_through_several_openings_is_kept_once(self, backend: Backend, place: Any):
        async with AsyncExitStack() as stack:
            stores = await _opened(backend, place, stack, 3)
            work = [apply(stores[n % 3], add(f"text {n}", id=f"id {n}", key="the key")) for n in range(30)]
            answers = [applied[0] for applied in await asyncio.gather(*work)]
            assert Counter(answer.outcome for answer in answers) == {Outcome.APPLIED: 1, Outcome.KNOWN: 29}
            assert len({(answer.id, answer.seq) for answer in answers}) == 1
            assert await listed(stores[0]) == [answers[0].id]

    async def test_changes_to_one_entity_at_once_come_one_after_another(self, store: Store):
        await apply(store, add("heron"))
        values = [number / 100 for number in range(1, 41)]
        await asyncio.gather(*(apply(store, alter("heron", importance=value)) for value in values))
        [kept] = await store.get(SOLE, ["heron"])
        events = (await store.history(SOLE, "heron"))[1:]
        assert kept is not None
        assert kept.revision == 41
        assert sorted(event.after["importance"] for event in events) == values
        assert [event.before["importance"] for event in events[1:]] == [
            event.after["importance"] for event in events[:-1]
        ]
        assert kept.importance == events[-1].after["importance"]

    async def test_forgetting_and_restoring_at_once_end_as_the_log_says(self, store: Store):
        await apply(store, add("heron"))
        work = [apply(store, (restore, forget)[number % 2]("heron")) for number in range(40)]
        answers = [applied[0] for applied in await asyncio.gather(*work)]
        events = await store.history(SOLE, "heron")
        assert len(events) == 1 + sum(answer.outcome is Outcome.APPLIED for answer in answers)
        is_there = events[-1].act != "forget"
        assert await listed(store) == await by_words(store, "heron") == ["heron"] * is_there
        assert await by_vector(store, vector("heron")) == ["heron"] * is_there

    async def test_of_changes_that_expect_the_same_revision_one_is_applied(self, store: Store):
        await apply(store, add("heron"))
        work = [apply(store, replace(alter("heron", importance=n / 100), revision=1)) for n in range(20)]
        outcomes = Counter(applied[0].outcome for applied in await asyncio.gather(*work))
        assert outcomes == {Outcome.APPLIED: 1, Outcome.STALE: 19}

    async def test_a_caller_who_gives_up_leaves_whole_batches(self, store: Store):
        works = [asyncio.ensure_future(apply(store, add(f"{n} left"), add(f"{n} right"))) for n in range(40)]
        for step, work in enumerate(works):
            if step % 3 == 0:
                await asyncio.sleep(0)
                work.cancel()
        answers = await asyncio.gather(*works, return_exceptions=True)
        kept = set(await listed(store))
        for number, answer in enumerate(answers):
            both = {f"{number} left", f"{number} right"}
            assert isinstance(answer, asyncio.CancelledError) or both <= kept
            assert kept & both in (both, set())
        await apply(store, add("after"))
        assert await by_words(store, "after") == ["after"]
        assert await broken(store) == []

    async def test_a_reader_who_gives_up_disturbs_nobody(self, store: Store):
        await apply(store, *(add(f"heron {number}") for number in range(50)))
        for _ in range(20):
            reading = asyncio.ensure_future(by_vector(store, vector("heron")))
            await asyncio.sleep(0)
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
        assert len(await by_words(store, "heron")) == 50
        await apply(store, add("heron too"))
        assert len(await by_vector(store, vector("heron"))) == 51

    async def test_every_task_goes_to_one_of_many_who_lease_at_once(self, backend: Backend, place: Any):
        async with AsyncExitStack() as stack:
            stores = await _opened(backend, place, stack, 2)
            asks = [Ask(kind="k", scope=SOLE, id=f"e{n}") for n in range(40)]
            groups = [[add(f"text {n}", id=f"e{n}")] for n in range(40)]
            await stores[0].apply(Batch(groups=groups, actor="tests", asks=asks))
            done: list[str] = []

            async def work(owner: int) -> None:
                store = stores[owner % 2]
                while leased := await store.lease("k", owner=f"o{owner}", limit=3, until=NOON + 400 * DAY):
                    for task in leased:
                        await _finish(store, task, f"o{owner}")
                        done.append(task.id)

            await asyncio.gather(*map(work, range(6)))
            assert sorted(done) == sorted(f"e{n}" for n in range(40))
            assert await stores[1].tasks(SOLE, limit=100) == []

    async def test_erasing_while_others_write_leaves_nothing_of_what_was_erased(self, store: Store):
        await apply(store, *(add(f"hers {n}", scope=ADA) for n in range(20)), *(add(f"ours {n}") for n in range(20)))

        async def write() -> Sequence[Applied]:
            return await apply(store, *(add(f"more {n}") for n in range(20)))

        async def change() -> None:
            for number in range(20):
                with suppress(NotFound):
                    await apply(store, alter(f"hers {number}", scope=ADA, importance=0.9))

        await asyncio.gather(store.erase(Erase(scope=ADA, actor="tests")), write(), change())
        assert await listed(store, ADA) == []
        assert await by_words(store, "hers", ADA) == []
        assert await store.count(SOLE, EVERYTHING) == 40
        assert (await store.verify([])).findings == ()
        assert await broken(store) == []

    async def test_closing_while_others_write_keeps_what_was_acknowledged(self, backend: Backend, place: Any):
        store = await backend.open(place)
        works = [asyncio.ensure_future(apply(store, add(f"text {number}"))) for number in range(30)]
        await works[0]
        await store.close()
        answers = await asyncio.gather(*works, return_exceptions=True)
        acknowledged = {f"text {n}" for n, answer in enumerate(answers) if not isinstance(answer, BaseException)}
        again = await backend.open(place)
        try:
            assert acknowledged <= set(await listed(again))
            assert await broken(again) == []
        finally:
            await again.close()


async def _finish(store: Store, task: Task, owner: str) -> None:
    answers = await store.apply(Batch(groups=[], actor="tests", finishes=[Finish(task=task.number, owner=owner)]))
    assert list(answers) == []
