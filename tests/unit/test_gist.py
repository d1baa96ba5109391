"""A gist is made of whole sentences of its sources, says when and by whom, and is no longer than half of them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.moving import START

from umi.domain.entity import Entity, MemoryType, Trust
from umi.domain.scope import Scope
from umi.limits import GIST_BYTES_MAX
from umi.pipeline.upkeep.gist import SOURCE, gist_entity, gist_of


def turn(text: str, place: int = 0, *, trust: Trust = Trust.USER, speaker: str | None = "Ada") -> Entity:
    at = START + timedelta(days=place)
    return Entity(
        id=f"e{place}", scope=Scope(session="s"), content=text, name="", created_at=at, updated_at=at, event_time=at,
        speaker=speaker, trust=trust, topics=("garden",), importance=place / 10,
    )  # fmt: skip


TALK = [
    turn("Hi there! How are you?", 0),
    turn("We planted 12 roses behind the house. It was nice.", 1),
    turn("ok, thanks", 2),
    turn("Did you sleep well last night, or was the neighbour's dog barking again?", 2),
    turn("The roses came from Lisbon, and Maria brought them. So there.", 3),
]


def test_what_tells_most_is_kept_and_small_talk_is_not():
    gist = gist_of(TALK)

    assert "12 roses" in gist
    assert "How are you" not in gist
    assert "thanks" not in gist


def test_each_line_says_when_and_by_whom():
    assert gist_of(TALK).splitlines()[0].startswith("2026-05-09 Ada: ")


@given(st.lists(st.text(min_size=1, max_size=400).filter(str.strip), min_size=2, max_size=8))
def test_a_gist_is_never_empty_and_has_a_limit(texts: list[str]):
    gist = gist_of([turn(text, place) for place, text in enumerate(texts)])

    assert gist.strip()
    assert len(gist.encode()) <= 2 * GIST_BYTES_MAX


def test_a_gist_is_as_late_as_the_last_and_as_little_trusted_as_the_least_of_its_sources():
    made = gist_entity([*TALK, turn("Rain is forecast.", 5, trust=Trust.UNTRUSTED)], id="g", now=START)

    assert (made.event_time, made.trust, made.importance) == (START + timedelta(days=5), Trust.UNTRUSTED, 0.5)
    assert (made.memory_type, made.topics, made.source) == (MemoryType.SEMANTIC, ("garden",), SOURCE)
    assert made.scope.session == "s"
