"""Saying that something held until now, and telling what changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from umi.domain.change import Act
from umi.domain.entity import Status
from umi.engine.memory import Memory
from umi.errors import InvalidLimitError, NotFound


async def test_what_is_over_is_no_answer_for_now_and_stays_the_answer_for_then():
    async with Memory.sim(1) as memory:
        kept = await memory.remember("I live in Paris")
        then = memory.clock.now()

        assert await memory.retire(kept.id, reason="moved away")
        assert not await memory.retire(kept.id)

        assert [hit.id for hit in await memory.recall("Where do I live?")] == []
        assert [hit.id for hit in await memory.recall("Where do I live?", valid_at=then)] == [kept.id]
        entity = await memory.get(kept.id)
        assert entity is not None
        assert entity.status is Status.SUPERSEDED
        assert entity.valid_until is not None


async def test_what_was_over_can_be_brought_back():
    async with Memory.sim(1) as memory:
        kept = await memory.remember("I live in Paris")
        await memory.retire(kept.id)

        assert await memory.restore(kept.id)

        assert [hit.id for hit in await memory.recall("Where do I live?")] == [kept.id]
        with pytest.raises(NotFound):
            await memory.retire("nothing has this id")


async def test_changes_are_told_oldest_first_between_two_times():
    async with Memory.sim(1) as memory:
        before = memory.clock.now() - timedelta(seconds=1)
        kept = await memory.remember("A note")
        between = (await memory.history(kept.id))[0].recorded_at
        await memory.forget(kept.id, reason="enough")

        assert [event.act for event in await memory.events(before)] == [Act.ADD, Act.FORGET]
        assert [event.reason for event in await memory.events(between)] == ["enough"]
        assert [event.act for event in await memory.events(before, between)] == [Act.ADD]
        assert len(await memory.events(before, limit=1)) == 1
        with pytest.raises(InvalidLimitError):
            await memory.events(before, limit=0)
