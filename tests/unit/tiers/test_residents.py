"""Entities in core memory: a line each, and nothing else of a block is touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.domain.block import BlockType
from umi.domain.entity import Entity, EntityType
from umi.errors import CoreMemoryFullError
from umi.tiers.core import CoreMemory
from umi.tiers.unified.residents import BLOCKS, Residents


def entity(id: str, content: str = "An engineer", **given: Any) -> Entity:
    return Entity(given.pop("entity_type", "person"), given.pop("name", id), content, id=id, **given)


@pytest.fixture
def core() -> CoreMemory:
    return CoreMemory(4096)


@pytest.fixture
def residents(core: CoreMemory) -> Residents:
    return Residents(core, line_bytes=100)


def test_many_entities_stand_in_one_block_a_line_each(core: CoreMemory, residents: Residents):
    for id in ("Alice", "Bob", "Carol"):
        residents.put(entity(id))

    assert core.get_block("human") == "Alice: An engineer\nBob: An engineer\nCarol: An engineer"
    assert (len(residents), list(residents), residents.block_of("Bob")) == (3, ["Alice", "Bob", "Carol"], "human")


def test_dropping_one_takes_its_line_alone(core: CoreMemory, residents: Residents):
    core.set_block("human", "Written by hand\nAlice: An engineer", label="me", importance=0.9)
    for id in ("Alice", "Bob"):
        residents.put(entity(id))

    assert residents.drop("Alice") is True
    assert core.get_block("human") == "Written by hand\nAlice: An engineer\nBob: An engineer"
    assert residents.drop("Bob") is True
    assert residents.drop("Bob") is False
    assert core.block("human").content == "Written by hand\nAlice: An engineer"
    assert (core.block("human").label, core.block("human").importance) == ("me", 0.9)


def test_a_block_that_holds_nothing_any_more_is_gone(core: CoreMemory, residents: Residents):
    residents.put(entity("Alice"))
    residents.drop("Alice")

    assert core.is_empty


def test_a_line_that_somebody_changed_or_took_away_is_theirs(core: CoreMemory, residents: Residents):
    residents.put(entity("Alice"))
    residents.put(entity("Bob"))
    core.set_block("human", "Alice: A famous engineer\nBob: An engineer")

    residents.drop("Alice")
    assert core.get_block("human") == "Alice: A famous engineer\nBob: An engineer"
    core.remove_block("human")
    assert residents.drop("Bob") is True
    residents.put(entity("Bob"))
    assert core.get_block("human") == "Bob: An engineer"


def test_putting_one_again_brings_its_line_up_to_date_in_its_place(core: CoreMemory, residents: Residents):
    for id in ("Alice", "Bob"):
        residents.put(entity(id))

    residents.put(entity("Alice", "Retired"))
    assert core.get_block("human") == "Alice: Retired\nBob: An engineer"
    residents.put(entity("Alice", "Retired", entity_type="task"))
    assert (core.get_block("human"), core.get_block("goals")) == ("Bob: An engineer", "Alice: Retired")
    assert len(residents) == 2


def test_a_name_that_is_but_the_beginning_of_the_content_is_not_said_twice(core: CoreMemory, residents: Residents):
    residents.put(entity("a", "Buy more iron\n\tfor the anvils", name="Buy more…"))

    assert core.get_block("human") == "Buy more iron for the anvils"


@given(st.text(min_size=1, max_size=400).filter(str.strip), st.integers(64, 200))
def test_a_line_is_one_line_within_its_bytes(content: str, line_bytes: int):
    core = CoreMemory(4096)
    residents = Residents(core, line_bytes=line_bytes)
    given_content = content.replace("\0", "0")
    residents.put(entity("Alice", given_content))

    line = core.get_block("human")

    assert line
    assert "\n" not in line
    assert len(line.encode()) <= line_bytes


def test_what_does_not_fit_stays_outside_and_what_was_there_stays(core: CoreMemory, residents: Residents):
    residents.put(entity("Alice"))
    core.set_block("facts", "f" * (4096 - 30))

    with pytest.raises(CoreMemoryFullError):
        residents.put(entity("Bob"))
    with pytest.raises(CoreMemoryFullError):
        residents.put(entity("Alice", "x" * 90))

    assert core.get_block("human") == "Alice: An engineer"
    assert list(residents) == ["Alice"]


def test_every_kind_of_entity_has_a_block_that_is_not_the_systems():
    assert set(BLOCKS) == set(EntityType)
    assert BlockType.SYSTEM not in BLOCKS.values()


MOVES = st.lists(
    st.tuples(st.sampled_from(["put", "drop", "write"]), st.sampled_from("abcd"), st.sampled_from(["x", "y y", "z"])),
    max_size=30,
)


@given(MOVES)
def test_whatever_moves_in_and_out_what_was_written_by_hand_stays(moves: list[tuple[str, str, str]]):
    core = CoreMemory(4096)
    residents = Residents(core, line_bytes=100)
    written: list[str] = []
    lines: dict[str, str] = {}
    for kind, id, text in moves:
        if kind == "put":
            residents.put(entity(id, text))
            lines[id] = f"{id}: {text}"
        elif kind == "drop":
            assert residents.drop(id) == (lines.pop(id, None) is not None)
        else:
            written.append(f"note {id} {text}")
            core.set_block("human", "\n".join(filter(None, [core.get_block("human"), written[-1]])))

        assert set(residents) == set(lines)
        assert sorted((core.get_block("human") or "").split("\n")) == sorted([*written, *lines.values()] or [""])
