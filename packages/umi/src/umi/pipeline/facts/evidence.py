"""Reads what a sentence states by what it holds: "In the org chart you will find me under Pricing" is of a team.

Where no verb says it, the words beside a value of the right kind do, if the sentence speaks of one person. What is read
so is less sure than what a verb says, and is asked only of a slot that no verb has settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from umi.domain.fact import FactStatus
from umi.pipeline.facts.cues import cued, stems
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import fits
from umi.pipeline.facts.leavings import is_left, leavings
from umi.pipeline.facts.noun_phrases import Scene
from umi.pipeline.facts.phrases import PREPOSITIONS
from umi.pipeline.facts.spans import Span, lexical, names
from umi.pipeline.facts.tokens import Token

_TOKENS_MAX: Final = 60
_WEIGHT: Final = 0.62
_KINDS: Final = {
    "email": "email",
    "phone": "phone",
    "floor": "floor",
    "diet": "diet",
    "pet": "pet",
    "learning": "language",
    "drives": "car",
    "role": "role",
    "favorite_color": "color",
    "favorite_food": "dish",
    "hobby": "pastime",
}
_PEOPLE: Final = frozenset(["manager", "partner"])
_NAMED: Final = frozenset(["gym", "works_at", "team", "lives_in", "favorite_band"])
_SELVES: Final = frozenset("i me my we our us mine 'm im ive myself".split())
_OTHERS: Final = frozenset("he she his her him they their them hers".split())
_LEADS: Final = {
    "gym": frozenset("at to from with in by of for than over join joined hello goodbye bye : left".split()),
    "works_at": frozenset("at to from with by for than over join joined hello goodbye bye : left is".split()),
    "team": frozenset("under in on within into to from than with hello goodbye bye : is about as".split()),
    "lives_in": frozenset("in at to from near around than hello goodbye bye : left".split()),
}
_UNREAL: Final = frozenset("might could should".split())


def read_evidence(tokens: Sequence[Token], scene: Scene, *, settled: AbstractSet[str]) -> Iterator[Draft]:
    """Yield what the words of a sentence tell of the slots that are not settled."""
    if len(tokens) > _TOKENS_MAX:
        return
    slots = [slot for slot in cued(stems(token.word for token in tokens)) if slot not in settled]
    if not slots or not _UNREAL.isdisjoint(token.word for token in tokens):
        return
    over = leavings(tokens)
    spans = names(tokens, is_chat=scene.is_chat)
    for slot in slots:
        values = _values(slot, tokens, spans)
        subject = _subject(slot, tokens, spans, values, scene) if values else ""
        if not subject:
            continue
        values = [span for span in values if _text(tokens, span) != subject]
        left = [span for span in values if is_left(tokens, span.start, over)]
        new = [span for span in values if span not in left]
        if new:
            yield _draft(slot, tokens, new[-1], subject, FactStatus.CURRENT, changes=bool(left))
        for span in left:
            yield _draft(slot, tokens, span, subject, FactStatus.PAST, changes=True)


def _draft(slot: str, tokens: Sequence[Token], span: Span, subject: str, status: FactStatus, *, changes: bool) -> Draft:
    value = tokens[span.start : span.end]
    return Draft(subject=subject, slot=slot, value=value, status=status, weight=_WEIGHT, is_change=changes)


def _values(slot: str, tokens: Sequence[Token], spans: Sequence[Span]) -> list[Span]:
    if slot in _KINDS:
        return list(lexical(_KINDS[slot], tokens))
    if slot in _PEOPLE:
        return [one for one in spans if one.is_person or fits("person", tokens[one.start : one.end], is_chat=False)]
    leads = _LEADS.get(slot)
    return [one for one in spans if not one.is_person and (leads is None or _before(tokens, one) in leads)]


def _before(tokens: Sequence[Token], span: Span) -> str:
    place = span.start - 1
    while place >= 0 and tokens[place].word in {"the", "a", "my", "her", "his"}:
        place -= 1
    return tokens[place].word if place >= 0 else ""


def _subject(
    slot: str, tokens: Sequence[Token], spans: Sequence[Span], values: Sequence[Span], scene: Scene
) -> str:
    """Return whom the sentence speaks of: one who is named, or the speaker."""
    words = {token.word for token in tokens}
    is_self = not _SELVES.isdisjoint(words)
    if slot in _PEOPLE:
        return scene.speaker if is_self else _of_two(tokens, spans)
    inside = {place for value in values for place in range(value.start, value.end)}
    others = [one for one in spans if one.start not in inside]
    owners = [one for one in others if one.end < len(tokens) and tokens[one.end].word == "'s"]
    people = [one for one in others if one.is_person]
    others = [one for one in others if _before(tokens, one) not in PREPOSITIONS - {"with", "for", "about"}]
    named = next(iter([*owners, *people, *others]), None)
    if named is not None and (not is_self or named in owners or not _OTHERS.isdisjoint(words)):
        return _text(tokens, named)
    if is_self:
        return scene.speaker
    return scene.last if not _OTHERS.isdisjoint(words) else scene.speaker if scene.is_chat else ""


def _of_two(tokens: Sequence[Token], spans: Sequence[Span]) -> str:
    """Return the one whose manager or partner another is: an owner, or who stands after a verb."""
    for span in spans:
        if span.end < len(tokens) and tokens[span.end].word == "'s":
            return _text(tokens, span)
    for span in spans:
        if _before(tokens, span) in _DONE_TO:
            return _text(tokens, span)
    return _text(tokens, spans[0]) if spans else ""


_DONE_TO: Final = frozenset("to leads manages supervises runs oversees for got".split())


def _text(tokens: Sequence[Token], span: Span) -> str:
    parts: list[str] = []
    for place in range(span.start, span.end):
        glued = place > span.start and tokens[place].start == tokens[place - 1].end
        parts.append(tokens[place].text if glued or place == span.start else f" {tokens[place].text}")
    return "".join(parts)
