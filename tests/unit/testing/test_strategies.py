"""The strategies: what they give is accepted by a Memory, and varied enough to be worth it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from umi import Memory, MemoryConfig, Receipt
from umi.domain.scope import Scope
from umi.domain.turn import Turn
from umi.engine.asking import Narrowing
from umi.errors import Invalid
from umi.errors import MemoryError as UmiError
from umi.testing import strategies

QUICK = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
LOOK = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    with Memory.sim(3, config=MemoryConfig(extraction="off")) as made:
        yield made


@given(turn=strategies.turns(), parts=strategies.scope_parts())
@QUICK
def test_every_turn_is_kept_as_it_is(memory: Memory, turn: Turn, parts: strategies.ScopeParts):
    [receipt] = memory.remember_many_sync([asdict(turn) | parts])
    assert isinstance(receipt, Receipt), receipt
    kept = memory.get_sync(receipt.id)

    assert kept is not None
    if receipt.created:
        assert (kept.content, kept.speaker, kept.topics, kept.metadata) == (
            turn.text,
            turn.speaker,
            turn.topics,
            turn.metadata,
        )


@given(query=strategies.queries(), narrowing=strategies.narrowings(), parts=strategies.scope_parts())
@QUICK
def test_every_question_can_be_asked(memory: Memory, query: str, narrowing: Narrowing, parts: strategies.ScopeParts):
    memory.recall_sync(query, limit=3, **parts, **narrowing)
    memory.scoped(**parts).count_sync(**narrowing)


@given(scope=strategies.scopes(tenant="t"), other=strategies.scopes(), id=strategies.ids(), text=strategies.texts())
@QUICK
def test_scopes_and_ids_are_accepted(memory: Memory, scope: Scope, other: Scope, id: str, text: str):
    assert scope.tenant == "t"
    assert other.tenant
    assert text.strip()
    assert memory.get_sync(id) is None


@given(short=strategies.texts(characters_max=1), at=strategies.event_times(), few=strategies.metadata(keys_max=1))
@QUICK
def test_what_is_asked_to_be_small_is_small(short: str, at: Any, few: dict[str, Any]):
    assert len(short) == 1
    assert at.tzinfo is not None
    assert len(few) <= 1


def _is_from_right_to_left(text: str) -> bool:
    return unicodedata.bidirectional(text[0]) in {"R", "AL"}


def _is_outside_of_the_first_plane(text: str) -> bool:
    return any(ord(one) > 0xFFFF for one in text)


def _has_a_combining_mark(text: str) -> bool:
    return any(unicodedata.combining(one) for one in text)


def _has_a_control_character(text: str) -> bool:
    return any(unicodedata.category(one) == "Cc" for one in text)


def _has_white_space_around_it(text: str) -> bool:
    return text != text.strip()


def _has_another_normal_form(text: str) -> bool:
    return unicodedata.normalize("NFC", text) != text


@pytest.mark.parametrize(
    "is_so",
    [
        _is_from_right_to_left,
        _is_outside_of_the_first_plane,
        _has_a_combining_mark,
        _has_a_control_character,
        _has_white_space_around_it,
        _has_another_normal_form,
    ],
)
def test_there_are_texts_of_which_one(is_so: Callable[[str], bool]):
    assert find(strategies.texts(), is_so, settings=LOOK)


def test_what_a_caller_may_pass_by_mistake_is_mostly_refused_and_never_by_a_foreign_error(memory: Memory):
    refused: list[str] = []

    @given(value=strategies.anything())
    @settings(QUICK, max_examples=60)
    def passes(value: Any) -> None:
        try:
            memory.scoped(user=value)
        except UmiError as error:
            refused.append(type(error).__name__)

    passes()
    assert len(refused) > 20


@pytest.mark.parametrize("label", [label for label, value in strategies.AWKWARD.items() if not isinstance(value, str)])
def test_what_is_no_text_is_no_id(memory: Memory, label: str):
    with pytest.raises(Invalid):
        memory.get_sync(strategies.AWKWARD[label])


@given(value=strategies.json_values())
@QUICK
def test_json_values_are_plain(value: object):
    assert isinstance(value, (str, int, float, list, dict, type(None)))


@given(name=strategies.names(), topic=strategies.topics(), phrase=st.sampled_from(strategies.PHRASES))
@QUICK
def test_names_and_topics_are_short_and_phrases_have_words(name: str, topic: str, phrase: str):
    assert len(name.encode()) <= 256
    assert len(topic.encode()) <= 256
    assert any(one.isalpha() for one in phrase)
