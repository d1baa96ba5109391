"""What passes a filter that is asked again and again, while everything changes in between."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from tests.embedding import HashingEmbedder

from umi import Memory
from umi.domain.entity import EntityType
from umi.stores.relational import passing as lists

FILTERS = ({"lacking": {"shown": True}}, {"entity_types": ("note",), "lacking": {"shown": True}}, {"roles": ("user",)})


async def standing(memory: Memory, filter: Mapping[str, object]) -> set[str]:
    """Look at each row, by a statement that knows nothing of the lists."""
    return {entity.id async for entity in memory.entities(**filter)}  # pyright: ignore[reportArgumentType]


async def change(memory: Memory, source: Random, step: int, ids: list[str]) -> None:
    """Do one thing of all that may change what passes."""
    what, one = source.randrange(7), source.choice(ids)
    match what:
        case 0 | 1:
            marked, role = {"shown": source.random() < 0.5}, source.choice(["user", "assistant"])
            turn = {"text": f"Ship {step} came in", "id": f"e{step}", "metadata": marked, "role": role}
            await memory.remember_many([turn])
            ids.append(f"e{step}")
        case 2:
            await memory.record([{"text": f"Ship {step} left", "id": f"r{step}", "metadata": {"shown": True}}])
            ids.append(f"r{step}")
        case 3:
            await memory.forget(one)
        case 4:
            await memory.restore(one)
        case 5:
            await memory.revise(one, metadata={"shown": source.random() < 0.5})
        case _:
            await memory.erase(ids=[one])
            ids.remove(one)
            ids.append((await memory.remember(f"Ship {step} sank", id=f"n{step}")).id)


@pytest.mark.parametrize("seed", range(3))
async def test_counts_and_searches_are_of_what_passes_now_whatever_was_changed(tmp_path: Path, seed: int):
    source = Random(seed)
    memory = Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder(dimensions=16))
    async with memory:
        beside = memory.scoped(namespace="beside")
        ids = [(await memory.remember(f"Harbour {number}")).id for number in range(3)]
        for step in range(40):
            await change(memory, source, step, ids)
            if step % 5 == 0:
                await beside.remember(f"Elsewhere {step}", metadata={"shown": False})
            for filter in FILTERS:
                for place in (memory, beside):
                    expected = await standing(place, filter)
                    found = await place.search("ship", words=0, meaning=1, limit=500, **filter)  # pyright: ignore[reportArgumentType]
                    assert await place.count(**filter) == len(expected)  # pyright: ignore[reportArgumentType]
                    assert {hit.id for hit in found} == expected


async def test_a_list_is_given_up_where_too_much_was_changed_or_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "_TOUCHED_MAX", 2)
    monkeypatch.setattr(lists, "_KEPT_ROWS_MAX", 3)
    memory = Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder(dimensions=16))
    async with memory:
        for round in range(3):
            await memory.remember_many([{"text": f"Note {round} {number}"} for number in range(4)])
            for type in EntityType:
                expected = await standing(memory, {"entity_types": (type.value,)})
                assert await memory.count(entity_types=(type.value,)) == len(expected)


async def test_the_same_words_are_found_under_a_filter_that_most_passes_as_under_one_that_few_do(tmp_path: Path):
    memory = Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder(dimensions=16))
    async with memory:
        many = [{"text": f"Heron {n} stands still", "metadata": {"shown": n % 9 == 0}} for n in range(90)]
        await memory.remember_many(many)
        most = await memory.search("heron", words=1, meaning=0, limit=200, lacking={"shown": True})
        few = await memory.search("heron", words=1, meaning=0, limit=200, lacking={"shown": False})

        assert (len(most), len(few)) == (80, 10)
        assert [hit.entity.metadata["shown"] for hit in (*most, *few)] == [False] * 80 + [True] * 10
