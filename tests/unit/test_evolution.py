"""What a newer memory does to an older one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from umi.domain.evolution import EvolutionRelation, EvolutionType
from umi.domain.relation import Relation, RelationKind
from umi.errors import EmptyTextError, Invalid, InvalidImportanceError, TextTooLongError
from umi.errors import MemoryError as UmiError

AT = datetime(2026, 5, 8, 12, tzinfo=UTC)


def evolved(**given: Any) -> EvolutionRelation:
    whole: dict[str, Any] = {"source_id": "entity-1", "target_id": "entity-2", "evolution_type": "update", **given}
    return EvolutionRelation(**whole)


def test_it_is_made_by_keyword_and_by_place():
    by_keyword = evolved(reason="Job change", confidence=0.95, created_at=AT)

    assert by_keyword == EvolutionRelation("entity-1", "entity-2", "UPDATE", "Job change", 0.95, created_at=AT)
    assert by_keyword.type is by_keyword.evolution_type is EvolutionType.UPDATE
    assert f"Evolution: {by_keyword.evolution_type} ({by_keyword.confidence})" == "Evolution: update (0.95)"
    assert by_keyword.created_at == AT


def test_the_same_edge_has_the_same_id_and_another_has_another():
    assert evolved().id == evolved(reason="Another", confidence=0.1).id
    assert len({evolved().id, evolved(evolution_type="extend").id, evolved(target_id="entity-3").id}) == 3
    assert evolved(source_id="entity-2", target_id="entity-1").id != evolved().id
    assert evolved(id="e-1").id == "e-1"


def test_without_a_time_it_is_of_the_present():
    assert evolved().created_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "confidence", "conflict", "additive", "high", "open_"),
    [
        ("update", 0.8, False, False, True, False),
        ("extend", 0.79, False, True, False, False),
        ("derive", 1.0, False, True, True, False),
        ("contradict", 0.79, True, False, False, False),
        ("contradict", 0.8, True, False, True, True),
    ],
)
def test_what_it_says(kind: str, confidence: float, conflict: bool, additive: bool, high: bool, open_: bool):
    relation = evolved(evolution_type=kind, confidence=confidence)

    assert relation.is_conflict() is conflict
    assert relation.is_additive() is additive
    assert relation.is_high_confidence() is high
    assert relation.needs_resolution() is open_


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"source_id": ""}, EmptyTextError),
        ({"target_id": " "}, EmptyTextError),
        ({"target_id": "x" * 257}, TextTooLongError),
        ({"target_id": "entity-1"}, Invalid),
        ({"evolution_type": "none"}, Invalid),
        ({"evolution_type": 1}, Invalid),
        ({"reason": "é" * 513}, TextTooLongError),
        ({"confidence": 1.01}, InvalidImportanceError),
        ({"confidence": float("nan")}, InvalidImportanceError),
        ({"confidence": True}, InvalidImportanceError),
        ({"created_at": "soon"}, Invalid),
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, Any], error: type[UmiError]):
    with pytest.raises(error):
        evolved(**given)


def test_a_builder_gives_what_the_constructor_does():
    built = (
        EvolutionRelation.builder("entity-1", "entity-2", "derive")
        .with_id("e-1")
        .with_reason("Follows")
        .with_confidence(0.9)
        .with_created_at("2026-05-08T12:00Z")
        .build()
    )

    assert built == EvolutionRelation("entity-1", "entity-2", "derive", "Follows", 0.9, id="e-1", created_at=AT)
    assert EvolutionRelation.builder("a", "b", "update").build().confidence == 0.5


@pytest.mark.parametrize("kind", RelationKind)
def test_a_stored_relation_is_turned_round_from_the_older_to_the_newer(kind: RelationKind):
    stored = Relation(source="new", target="old", kind=kind, reason="moved", confidence=0.9, recorded_at=AT, seq=3)

    found = EvolutionRelation.of(stored)

    if kind.value in list(EvolutionType):
        assert found == EvolutionRelation("old", "new", kind.value, "moved", 0.9, created_at=AT)
    else:
        assert found is None
