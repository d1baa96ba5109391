"""Archival memory: entities of a Memory, with their history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.embedding import HashingEmbedder
from tests.moving import START, MovedClock, opened

from umi import Memory
from umi.domain.change import Act
from umi.domain.entity import Entity, EntityType, MemoryType, Status
from umi.domain.naming import id_of
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.errors import (
    Conflict,
    EmptyQueryError,
    EmptyTextError,
    Invalid,
    InvalidLimitError,
    InvalidScopeError,
    NotFound,
)
from umi.errors import MemoryError as UmiError
from umi.tiers.archival import ArchivalMemory

AT = datetime(2025, 1, 2, tzinfo=UTC)
DIMENSIONS = 384


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: MovedClock) -> Iterator[Memory]:
    with opened(tmp_path / "memory.db", clock, embedder=HashingEmbedder(dimensions=DIMENSIONS)) as memory:
        yield memory


@pytest.fixture
def archive(memory: Memory) -> ArchivalMemory:
    return ArchivalMemory(memory)


async def test_what_is_remembered_is_kept_as_an_entity_and_found_again(archive: ArchivalMemory):
    alice = await archive.remember("Software engineer at Acme Corp", "person", "Alice", importance=0.9)

    assert (alice.entity_type, alice.name, alice.importance) == (EntityType.PERSON, "Alice", 0.9)
    assert alice.memory_type is MemoryType.SEMANTIC
    assert await archive.get(alice.id) == alice
    assert [hit.id for hit in await archive.recall("Who is an engineer at Acme?")] == [alice.id]


async def test_without_a_name_it_takes_its_first_line_cut_between_words(archive: ArchivalMemory):
    entity = await archive.remember("The quick brown fox jumps over the lazy dog and then sleeps\nall day")

    assert entity.name == "The quick brown fox jumps over the lazy dog and…"
    assert entity.entity_type is EntityType.NOTE


async def test_two_texts_under_one_name_are_both_kept(archive: ArchivalMemory):
    first = await archive.remember("Alice likes tea", "person", "Alice")
    second = await archive.remember("Alice plays the piano", "person", "Alice")

    assert first.id != second.id
    assert await archive.count("person") == 2


async def test_the_same_text_is_kept_once(archive: ArchivalMemory):
    first = await archive.remember("Alice likes tea", "person", "Alice")

    assert await archive.remember("Alice likes tea", "person", "Alice") == first
    assert await archive.count() == 1


async def test_a_preference_and_other_names_of_types_are_understood(archive: ArchivalMemory):
    tea = await archive.remember("Likes tea", "Preference")
    acme = await archive.remember("Makes anvils", "ORG", "Acme")

    assert (tea.entity_type, tea.memory_type) == (EntityType.NOTE, MemoryType.PREFERENCE)
    assert acme.entity_type is EntityType.ORGANIZATION


async def test_its_times_and_its_original_are_kept(archive: ArchivalMemory):
    kept = await archive.remember(
        "The plan", event_time=AT, document_time="2025-01-01", source_ref="s3://bucket/plan.pdf", metadata={"a": [1]}
    )

    assert kept.event_time == AT
    assert kept.document_time == datetime(2025, 1, 1, tzinfo=UTC)
    assert kept.source_ref == SourceRef("s3://bucket/plan.pdf")
    assert kept.metadata == {"a": [1]}


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("", "note"), EmptyTextError),
        ((7, "note"), Invalid),
        (("text", "robot"), Invalid),
        (("text", "note", 7), Invalid),
    ],
)
async def test_what_cannot_be_used_is_refused(archive: ArchivalMemory, args: tuple[Any, ...], error: type[UmiError]):
    with pytest.raises(error):
        await archive.remember(*args)
    assert await archive.count() == 0


async def test_an_empty_question_is_refused(archive: ArchivalMemory):
    with pytest.raises(EmptyQueryError):
        await archive.recall(" ")


async def test_recall_gives_as_many_as_are_asked_for(memory: Memory):
    archive = ArchivalMemory(memory, recall_limit=2)
    for number in range(4):
        await archive.remember(f"Anvil number {number}")

    assert len(await archive.recall("anvil")) == 2
    assert len(await archive.recall("anvil", 3)) == 3
    with pytest.raises(InvalidLimitError):
        await archive.recall("anvil", 0)


async def test_an_entity_made_by_hand_is_kept_whole(archive: ArchivalMemory):
    made = Entity(
        "project",
        "Anvil",
        "Build a better anvil",
        event_time=AT,
        document_time=AT,
        source_ref=SourceRef("a.pdf", size_bytes=7),
        metadata={"team": "core"},
        topics=["iron"],
        importance=0.8,
        confidence=0.7,
        pinned=True,
    )

    kept = await archive.remember_entity(made)

    same = (
        "id entity_type name content event_time document_time source_ref metadata topics importance confidence pinned"
    )
    assert {name: getattr(kept, name) for name in same.split()} == {name: getattr(made, name) for name in same.split()}
    assert kept.created_at == START
    assert await archive.get(made.id) == kept


async def test_keeping_it_again_changes_what_differs_and_keeps_what_was(
    archive: ArchivalMemory, memory: Memory, clock: MovedClock
):
    first = await archive.remember_entity(Entity("person", "Alice", "Works at Acme", metadata={"a": 1}))
    clock.pass_time(days=1)

    second = await archive.remember_entity(Entity("person", " ALICE ", "Works at Initech", importance=0.9))

    assert second.id == first.id
    assert (second.content, second.importance, second.metadata) == ("Works at Initech", 0.9, {})
    assert (second.revision, await archive.count()) == (2, 1)
    assert [event.act for event in await memory.history(first.id)] == [Act.ADD, Act.REVISE]
    before = await memory.get(first.id, as_of=START)
    assert before is not None
    assert before.content == "Works at Acme"


async def test_keeping_the_same_again_changes_nothing(archive: ArchivalMemory):
    first = await archive.remember_entity(Entity("person", "Alice", "Works at Acme"))

    assert await archive.remember_entity(Entity("person", "Alice", "Works at Acme")) == first


async def test_what_was_forgotten_comes_back_when_it_is_kept_again(archive: ArchivalMemory):
    alice = Entity("person", "Alice", "Works at Acme")
    await archive.remember_entity(alice)

    assert await archive.forget(alice.id) is True
    assert await archive.forget(alice.id) is False
    assert await archive.forget("nobody") is False
    assert await archive.get(alice.id) is None
    assert await archive.count() == 0
    kept = await archive.remember_entity(alice)
    assert (kept.id, kept.status) == (alice.id, Status.ACTIVE)
    assert await archive.count() == 1


async def test_what_was_erased_can_be_kept_anew(archive: ArchivalMemory, memory: Memory):
    alice = Entity("person", "Alice", "Works at Acme", event_time=AT)
    await archive.remember_entity(alice)
    await memory.erase(ids=[alice.id], reason="asked to")

    assert (await archive.remember_entity(alice)).id == alice.id
    assert await archive.count() == 1


async def test_two_entities_of_the_same_words_and_moment_are_two(archive: ArchivalMemory):
    names = ["Alice", "Bob"]

    kept = [await archive.remember_entity(Entity("person", name, "An engineer", event_time=AT)) for name in names]

    assert [entity.id for entity in kept] == [id_of("person", name) for name in names]
    assert [entity.name for entity in kept] == names


async def test_a_vector_that_it_carries_is_its_embedding(archive: ArchivalMemory, memory: Memory):
    near = HashingEmbedder(dimensions=DIMENSIONS).embed(["penguin"])[0]
    await archive.remember_entity(Entity("note", "a", "Quite other words").with_embedding(near.tolist()))
    await archive.remember_entity(Entity("note", "b", "More words still"))

    [hit, *_] = await archive.recall("penguin")

    assert hit.name == "a"
    revised = Entity("note", "b", "Even more words").with_embedding(near.tolist())
    await archive.remember_entity(revised)
    assert {hit.name for hit in await memory.recall("penguin", limit=2)} == {"a", "b"}


async def test_a_vector_of_another_size_is_refused(archive: ArchivalMemory):
    with pytest.raises(Invalid, match="384"):
        await archive.remember_entity(Entity("note", "a", "Words", embedding=[1.0, 0.0]))

    assert await archive.count() == 0


async def test_updating_changes_what_is_there_and_nothing_else(archive: ArchivalMemory):
    alice = await archive.remember("Alice likes tea", "person", "Alice")

    updated = await archive.update(alice.with_content("Alice likes coffee"))

    assert (updated.id, updated.content, updated.revision) == (alice.id, "Alice likes coffee", 2)
    with pytest.raises(NotFound):
        await archive.update(Entity("person", "Nobody", "Nothing"))
    assert await archive.count() == 1


async def test_the_people_of_two_users_are_never_mixed_up(memory: Memory):
    mine, yours = (ArchivalMemory(memory.scoped(user=user)) for user in ("ada", "bob"))

    my_alice = await mine.remember_entity(Entity("person", "Alice", "Friend of Ada"))
    your_alice = await yours.remember_entity(Entity("person", "Alice", "Friend of Bob"))

    assert my_alice.id != your_alice.id
    assert my_alice.id == Entity("person", "Alice", "x", scope=Scope(user="ada")).id
    assert await mine.get(your_alice.id) is None
    assert await mine.forget(your_alice.id) is False
    assert [entity.content for entity in await yours.list()] == ["Friend of Bob"]


async def test_an_entity_of_another_scope_is_refused(memory: Memory):
    mine = ArchivalMemory(memory.scoped(user="ada"))

    with pytest.raises(InvalidScopeError):
        await mine.remember_entity(Entity("person", "Alice", "x", scope=Scope(user="bob")))
    with pytest.raises(InvalidScopeError):
        await mine.remember_entity(Entity("person", "Alice", "x", scope=Scope(tenant="other")))
    await mine.remember_entity(Entity("person", "Alice", "x", id="a-1"))
    with pytest.raises(Conflict):
        await ArchivalMemory(memory.scoped(user="bob")).remember_entity(Entity("person", "Alice", "x", id="a-1"))


async def test_entities_are_listed_in_order_by_type_and_from_a_place_on(archive: ArchivalMemory):
    for number in range(7):
        await archive.remember(f"Note {number}")
        await archive.remember(f"Task {number}", "task")

    assert [entity.content for entity in await archive.list("task", limit=2, offset=3)] == ["Task 3", "Task 4"]
    assert len(await archive.list()) == 14
    assert await archive.list("task", offset=7) == []
    assert (await archive.count(), await archive.count("Todo"), await archive.count("person")) == (14, 7, 0)


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 10_001}, {"offset": -1}, {"offset": 1.5}, {"entity_type": "robot"}]
)
async def test_a_listing_that_cannot_be_is_refused(archive: ArchivalMemory, asked: dict[str, Any]):
    with pytest.raises(Invalid):
        await archive.list(**asked)


def test_every_method_has_a_blocking_twin(archive: ArchivalMemory):
    alice = archive.remember_sync("Alice likes tea", "person", "Alice")

    assert archive.recall_sync("tea")[0].id == alice.id
    assert archive.get_sync(alice.id) == alice
    assert archive.update_sync(alice.with_meta("a", 1)).metadata == {"a": 1}
    assert archive.list_sync("person")[0].id == alice.id
    assert archive.count_sync() == 1
    assert archive.remember_entity_sync(Entity("note", "b", "B")).name == "b"
    assert archive.forget_sync(alice.id) is True
