"""What `remember` answers, and what becomes of the evolutions that it tells of."""

from __future__ import annotations

from pathlib import Path

from tests.unit.parity.making import Reader, opened, person

from umi import EvolutionRelation, Memory, Receipt, RememberOptions, RememberResult
from umi.domain.relation import RelationKind


async def _moved(memory: Memory) -> tuple[Receipt, Receipt]:
    berlin = await memory.remember("I live in Berlin.", speaker="Ada", event_time="2025-03-02")
    lisbon = await memory.remember("I moved to Lisbon.", speaker="Ada", event_time="2026-01-07")
    return berlin, lisbon


def test_upstreams_name_for_it_is_another_name_of_the_receipt():
    assert RememberResult is Receipt


async def test_counts_may_be_read_or_called(tmp_path: Path):
    async with opened(tmp_path) as memory:
        berlin, lisbon = await _moved(memory)

    assert (berlin.entity_count, berlin.entity_count()) == (1, 1)
    assert f"{berlin.entity_count} {berlin.entity_count()}" == "1 1"
    assert not berlin.has_evolutions
    assert not berlin.has_evolutions()
    assert lisbon.has_evolutions
    assert lisbon.has_evolutions() is True
    assert repr(lisbon.has_evolutions) == "True"


async def test_the_text_itself_comes_first_among_the_entities(tmp_path: Path):
    reader = Reader(claims={"entities": [person("Alice"), person("Bob")], "facts": [], "relations": []})
    async with opened(tmp_path, reader) as memory:
        result = await memory.remember("Alice knows Bob.", RememberOptions(extract_entities=True))

    assert [(one.entity_type, one.name) for one in result.iter_entities()] == [
        ("note", "Alice knows Bob."), ("person", "Alice"), ("person", "Bob"),
    ]  # fmt: skip
    assert result.iter_entities() == result.entities
    assert result.entities[0].id == result.id


async def test_the_usage_of_a_model_is_told(tmp_path: Path):
    async with opened(tmp_path, Reader()) as memory:
        read = await memory.remember("Alice knows Bob.", RememberOptions(extract_entities=True))
        local = await memory.remember("Bob knows Alice.", RememberOptions(extract_entities=False))

    assert read.usage.cost_usd is None
    assert (local.usage.input_tokens, local.usage.output_tokens, local.usage.cost_usd) == (0, 0, 0.0)


async def test_an_evolution_says_which_way_it_goes_why_and_how_sure(tmp_path: Path):
    async with opened(tmp_path) as memory:
        berlin, lisbon = await _moved(memory)

    [evolution] = lisbon.evolutions
    assert (evolution.source_id, evolution.target_id, evolution.type) == (berlin.id, lisbon.id, "update")
    assert evolution.reason
    assert 0 < evolution.confidence <= 1


async def test_evolutions_are_kept_and_found_from_both_ends(tmp_path: Path):
    async with opened(tmp_path) as memory:
        berlin, lisbon = await _moved(memory)
    async with opened(tmp_path) as memory:
        from_the_older = await memory.relations(berlin.id)
        from_the_newer = await memory.relations(lisbon.id)

    assert from_the_older == from_the_newer
    [kept] = (EvolutionRelation.of(relation) for relation in from_the_older)
    assert kept is not None
    assert (kept.source_id, kept.target_id, kept.type) == (berlin.id, lisbon.id, "update")


async def test_contradictions_are_found_and_shown_with_what_they_contradict(tmp_path: Path):
    async with opened(tmp_path) as memory:
        one = await memory.remember_fact("Ada", "lives_in", "Berlin", event_time="2026-01-01")
        other = await memory.remember_fact("Ada", "lives_in", "Lisbon", event_time="2026-01-01")
        relations = await memory.relations(other.id)
        found = await memory.recall("Where does Ada live?")

    assert [relation.kind for relation in relations] == [RelationKind.CONTRADICT]
    evolution = EvolutionRelation.of(relations[0])
    assert evolution is not None
    assert evolution.is_conflict()
    assert {hit.id: hit.conflicts for hit in found} == {one.id: (other.id,), other.id: (one.id,)}


async def test_an_evolution_is_taken_back_by_undoing_what_decided_it(tmp_path: Path):
    async with opened(tmp_path) as memory:
        berlin, lisbon = await _moved(memory)
        await memory.undo(lisbon)

        assert await memory.relations(berlin.id) == []
        old = await memory.get(berlin.id)
    assert old is not None
    assert old.status == "active"
