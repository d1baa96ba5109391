"""Keeping what is derived right: unindexed entities, another model, counts, checks and copies."""

# ruff: noqa: ASYNC240 - a test may block its own loop

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.errors import Conflict
from umi.ports.store import IndexEntry
from umi.testing.store.making import (
    MODEL,
    SOLE,
    add,
    apply,
    broken,
    by_vector,
    by_words,
    forget,
    index_words,
    listed,
    restore,
    vector,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from umi.domain.entity import Entity
    from umi.ports.store import Store
    from umi.testing.store.backend import Backend

OTHER_MODEL, OTHER_DIMENSIONS = "another", 24


class Upkeep:
    """What upkeep promises."""

    async def test_nothing_is_unindexed_after_ordinary_writes(self, store: Store):
        await apply(store, add("one"), add("two"), forget("two"))
        assert list(await store.unindexed(limit=10)) == []
        assert await broken(store) == []

    async def test_a_store_remembers_the_model_it_was_built_with(self, backend: Backend, place: Any):
        store = await backend.open(place)
        assert store.built_with == MODEL
        await apply(store, add("one"))
        await store.close()
        store = await backend.open(place, model=OTHER_MODEL, dimensions=OTHER_DIMENSIONS)
        assert store.built_with == MODEL
        await store.close()

    async def test_the_same_model_with_other_dimensions_is_a_conflict(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await apply(store, add("one"))
        await store.close()
        with pytest.raises(Conflict):
            await backend.open(place, model=MODEL, dimensions=OTHER_DIMENSIONS)

    async def test_another_model_never_mixes_and_is_reindexed_piece_by_piece(self, backend: Backend, place: Any):
        texts = [f"text {number}" for number in range(10)]
        store = await backend.open(place)
        applied = await apply(
            store, *map(add, texts), add("away", scope=Scope(tenant="t")), add("gone"), forget("gone")
        )
        await store.close()
        store = await backend.open(place, model=OTHER_MODEL, dimensions=OTHER_DIMENSIONS)
        try:
            assert sorted(await by_words(store, "text")) == texts
            late = await store.unindexed(limit=100, after=applied[9].seq)
            assert {entity.id for entity in late} == {"away", "gone"}
            assert await by_vector(store, _other("text 3")) == []  # words still work, vectors are not yet there
            assert (await store.stats()).vectors_awaited == 12
            pieces = 0
            while waiting := await store.unindexed(limit=4):
                assert len(waiting) <= 4
                await store.index(_entries(waiting))
                pieces += 1
            assert pieces == 3
            assert await by_vector(store, _other("text 3"), limit=1) == ["text 3"]
            assert await by_vector(store, _other("away"), Scope(tenant="t")) == ["away"]
            assert store.built_with == MODEL
            await store.adopt_model()
            assert store.built_with == OTHER_MODEL
            assert await broken(store) == []
        finally:
            await store.close()
        store = await backend.open(place, model=OTHER_MODEL, dimensions=OTHER_DIMENSIONS)
        assert store.built_with == OTHER_MODEL
        await store.close()

    async def test_a_reader_of_the_old_model_sees_only_what_is_left_of_it(self, backend: Backend, place: Any):
        old = await backend.open(place)
        await apply(old, add("one"), add("two"))
        assert len(await by_vector(old, vector("one"))) == 2
        new = await backend.open(place, model=OTHER_MODEL, dimensions=OTHER_DIMENSIONS)
        try:
            waiting = await new.unindexed(limit=1)
            await new.index(_entries(waiting))
            left = {"one", "two"} - {waiting[0].id}
            assert set(await by_vector(old, vector("one"))) == left
        finally:
            await new.close()
            await old.close()

    async def test_reindexing_replaces_the_words(self, store: Store):
        await apply(store, add("heron"))
        await store.index([_entry("heron", "stork egret")])
        assert await by_words(store, "heron") == []
        assert await by_words(store, "egret") == ["heron"]
        assert await broken(store) == []

    async def test_reindexing_what_is_forgotten_or_absent_does_nothing(self, store: Store):
        await apply(store, add("heron"), forget("heron"))
        await store.index([_entry("heron", "heron"), _entry("never", "never")])
        assert await by_words(store, "heron never") == []
        assert await broken(store) == []

    async def test_writers_and_a_reindexer_do_not_disturb_each_other(self, store: Store):
        await apply(store, *(add(f"old {number}") for number in range(20)))

        async def write() -> None:
            for number in range(20):
                await apply(store, add(f"new {number}"))

        async def reindex() -> None:
            for number in range(20):
                await store.index([_entry(f"old {number}", f"fresh {number}")])

        await asyncio.gather(write(), reindex())
        assert len(await by_words(store, "fresh")) == 20
        assert len(await by_words(store, "new")) == 20
        assert (await by_vector(store, vector("new 7")))[0] == "new 7"
        assert await broken(store) == []

    async def test_stats_count_what_is_there(self, store: Store):
        empty = await store.stats()
        assert (empty.entities, empty.changes, empty.tenants, empty.vectors) == (0, 0, 0, 0)
        await apply(store, add("a", scope=Scope(user="u", session="s")), add("b", scope=Scope(tenant="t")), add("c"))
        await apply(store, forget("c"), restore("c"), forget("c"))
        stats = await store.stats()
        assert (stats.entities, stats.forgotten, stats.changes) == (2, 1, 6)
        assert (stats.tenants, stats.partitions, stats.sessions) == (2, 3, 1)
        assert (stats.vectors_awaited, stats.model) == (0, MODEL)
        assert stats.bytes > 0

    async def test_sweeping_a_sound_store_removes_nothing(self, store: Store):
        await apply(store, add("one"), add("two"), forget("two"))
        await store.sweep()
        assert await by_words(store, "one") == ["one"]
        await apply(store, restore("two"))
        assert (await by_vector(store, vector("two")))[0] == "two"
        assert await broken(store) == []

    async def test_a_backup_is_a_store_of_its_own(self, backend: Backend, store: Store, tmp_path: Path):
        await apply(store, add("one"), add("two"), forget("two"))
        copy = tmp_path / "copy.db"
        await store.backup(copy)
        await apply(store, add("three"))
        copied = await backend.open(copy)
        try:
            assert await listed(copied) == ["one"]
            assert await by_words(copied, "one three") == ["one"]
            assert await by_vector(copied, vector("one")) == ["one"]
            assert (await copied.get(SOLE, ["two"]))[0] is not None
            assert await broken(copied) == []
            await apply(copied, add("four"), restore("two"))
            assert await copied.count(SOLE, EVERYTHING) == 3
        finally:
            await copied.close()
        assert await listed(store) == ["one", "three"]

    async def test_a_backup_never_overwrites(self, store: Store, tmp_path: Path):
        await apply(store, add("one"))
        there = tmp_path / "there"
        there.write_bytes(b"precious")
        with pytest.raises(Conflict):
            await store.backup(there)
        assert there.read_bytes() == b"precious"
        assert [entry.name for entry in tmp_path.iterdir()] == ["there"]

    async def test_a_backup_while_others_write_is_consistent(self, backend: Backend, store: Store, tmp_path: Path):
        await apply(store, *(add(f"before {number}") for number in range(200)))
        writing = [asyncio.create_task(apply(store, add(f"left {n}"), add(f"right {n}"))) for n in range(60)]
        copies = [tmp_path / f"copy{number}.db" for number in range(3)]
        for copy in copies:
            await store.backup(copy)
        await asyncio.gather(*writing)
        for copy in copies:
            copied = await backend.open(copy)
            ids = await listed(copied)
            assert {f"before {number}" for number in range(200)} <= set(ids)
            lefts = {id.split()[1] for id in ids if id.startswith("left")}
            assert lefts == {id.split()[1] for id in ids if id.startswith("right")}
            assert await broken(copied) == []
            await copied.close()


def _other(text: str) -> Any:
    return vector(text, OTHER_DIMENSIONS)


def _entries(waiting: Sequence[Entity]) -> list[IndexEntry]:
    return [
        IndexEntry(tenant=one.scope.tenant, id=one.id, words=index_words(one.content), vector=_other(one.id))
        for one in waiting
    ]


def _entry(id: str, text: str) -> IndexEntry:
    return IndexEntry(tenant=SOLE.tenant, id=id, words=index_words(text), vector=vector(text))
