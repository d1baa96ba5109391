"""Asking a model how a new memory stands to older ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.enrich.conftest import Model

from umi.domain.completion import CompletionRequest
from umi.domain.entity import Entity
from umi.domain.relation import RelationKind
from umi.errors import Invalid, ProviderResponseError
from umi.limits import COMPARED_COUNT_MAX
from umi.pipeline.enrich.tracker import DetectionOptions, EvolutionTracker
from umi.providers.llm.callable import CallableProvider

NEW = Entity("person", "Alice", "Alice works at Initech")
OLD = [Entity("note", f"old {number}", f"Alice worked at firm {number}") for number in range(12)]


def tracker(model: Model) -> EvolutionTracker:
    def ask(request: CompletionRequest) -> Any:
        return model(request)

    return EvolutionTracker(CallableProvider(ask))


def told(**rest: Any) -> Mapping[str, Any]:
    return {"type": "update", "number": 2, "reason": "she changed jobs", "confidence": 0.9, **rest}


@pytest.mark.parametrize("kind", ["update", "extend", "derive", "contradict"])
async def test_how_it_stands_to_an_older_one_is_told_by_that_ones_id(kind: str):
    found = await tracker(Model(told(type=kind))).detect(NEW, OLD)

    assert found is not None
    assert (found.kind, found.id) == (RelationKind(kind), OLD[1].id)
    assert (found.reason, found.confidence) == ("she changed jobs", 0.9)


@pytest.mark.parametrize(
    "rest",
    [{"type": "none"}, {"number": 0}, {"number": 99}, {"number": -1}, {"confidence": 0.29}],
    ids=str,
)
async def test_what_bears_on_nothing_that_was_offered_is_nothing(rest: dict[str, Any]):
    assert await tracker(Model(told(**rest))).detect(NEW, OLD) is None


async def test_without_older_ones_nothing_is_asked():
    model = Model(told())

    assert await tracker(model).detect(NEW, []) is None
    assert await tracker(model).detect(NEW, [NEW]) is None
    assert model.asked == []


async def test_only_so_many_are_compared():
    model = Model(told(number=1))

    await tracker(model).detect(NEW, OLD)
    await tracker(model).detect(NEW, OLD, DetectionOptions(max_comparisons=3))

    assert [request.prompt.count("worked at firm") for request in model.asked] == [COMPARED_COUNT_MAX, 3]


async def test_a_longer_reason_is_cut_between_characters():
    found = await tracker(Model(told(reason="ł" * 5_000))).detect(NEW, OLD)

    assert found is not None
    assert len(found.reason) == 300


@pytest.mark.parametrize("rest", [{"type": "replaces"}, {"number": "two"}, {"confidence": "high"}], ids=str)
async def test_an_answer_of_another_shape_is_told(rest: dict[str, Any]):
    with pytest.raises(ProviderResponseError):
        await tracker(Model(told(**rest))).detect(NEW, OLD)


@pytest.mark.parametrize("options", [{"min_confidence": -1}, {"max_comparisons": 0}, {"max_comparisons": 11}], ids=str)
def test_options_that_cannot_be_used_are_refused(options: dict[str, Any]):
    with pytest.raises(Invalid):
        DetectionOptions(**options)
