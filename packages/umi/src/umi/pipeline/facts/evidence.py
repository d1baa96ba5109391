"""Reads what a sentence states by what it holds: "In the org chart you will find me under Pricing" is of a team.

Where no verb says it, the words beside a value of the right kind do, if the sentence speaks of one person. What is read
so is less sure than what a verb says, and is asked only of a slot that no verb has settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from umi.domain.entity import MentionKind
from umi.domain.fact import FactStatus
from umi.pipeline.facts.cues import cued, stems
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import CARS, TEAMS, fits
from umi.pipeline.facts.leavings import is_left, leavings
from umi.pipeline.facts.noun_phrases import Scene
from umi.pipeline.facts.phrases import DETERMINERS, PREPOSITIONS
from umi.pipeline.facts.spans import Span, lexical, names
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS, Form

_TOKENS_MAX: Final = 32
_PICTURES_FROM: Final = 0x2600
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
_RIVALS: Final = {
    "works_at": ("gym", "team", "studies_at", "floor", "favorite_band"),
    "lives_in": ("team", "floor", "gym", "works_at", "from"),
    "team": ("manager", "works_at", "gym", "floor"),
    "favorite_food": ("favorite_color",),
    "gym": ("floor",),
    "manager": ("partner", "best_friend"),
    "partner": ("manager",),
    "phone": (),
}
"""A sentence that tells one of these tells no other: "works out at Metroflex" is of no employer."""
_PEOPLE: Final = frozenset(["manager", "partner"])
_ORDER: Final = (*_KINDS, "gym", "manager", "partner", "team", "works_at", "favorite_band", "lives_in")
_SELVES: Final = frozenset("i me my we our us mine 'm im ive myself".split())
_OTHERS: Final = frozenset("he she his her him they their them hers".split())
_LEADS: Final = {
    "gym": frozenset("at to from by than joined hello goodbye bye : ! left forget of".split()),
    "works_at": frozenset("that at to from by for than joined hello goodbye bye : ! left is".split()),
    "team": frozenset("of under in on within into to from than with hello goodbye bye : is about as".split()),
    "lives_in": frozenset("in at to from near around than hello goodbye bye : ! left".split()),
}
_ADDRESSED: Final = frozenset("you your congrats congratulations".split())
_CHOOSING: Final = frozenset(["rest", "only", "one", "let", "u"])
_CODE: Final = frozenset("{}<>`")
_UNREAL: Final = frozenset("might could should 'll considering thinking want wanted wish hoping maybe".split())


def read_evidence(tokens: Sequence[Token], scene: Scene, *, settled: AbstractSet[str]) -> Iterator[Draft]:
    """Yield what the words of a sentence tell of the slots that are not settled."""
    if len(tokens) > _TOKENS_MAX:
        return
    for piece in _pieces(tokens) if scene.is_chat else (tokens,):
        yield from _read_piece(piece, scene, settled)


def _pieces(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the stretches of a chat that end with a picture."""
    start = 0
    for place, token in enumerate(tokens):
        if token.kind == "mark" and ord(token.text[0]) > _PICTURES_FROM:
            yield tokens[start : place + 1]
            start = place + 1
    if start < len(tokens):
        yield tokens[start:]


def _read_piece(tokens: Sequence[Token], scene: Scene, settled: AbstractSet[str]) -> Iterator[Draft]:
    slots = _slots(tokens)
    spans = names(tokens, is_chat=scene.is_chat) if slots or scene.is_chat else []
    named = next((one for one in spans if one.is_person), None)
    scene.named = _text(tokens, named) if named is not None else scene.named
    words = {token.word for token in tokens}
    if {"if", "would"} <= words and _CHOOSING.isdisjoint(words):
        return
    if not slots or not _UNREAL.isdisjoint(words) or not _CODE.isdisjoint(words):
        return
    taken = set(settled)
    over = leavings(tokens)
    for slot in slots:
        if not taken.isdisjoint(_RIVALS.get(slot, ())):
            continue
        values = _values(slot, tokens, spans)
        subject = _subject(slot, tokens, spans, values, scene) if values else ""
        if not subject:
            continue
        taken.add(slot)
        values = [span for span in values if _text(tokens, span) != subject]
        left = [span for span in values if is_left(tokens, span.start, over)]
        new = [span for span in values if span not in left]
        if new and slot not in settled:
            yield _draft(slot, tokens, new[-1], subject, FactStatus.CURRENT, changes=bool(left))
        for span in left if new or slot in settled else ():  # what only tells of a loss stays to be found
            yield _draft(slot, tokens, span, subject, FactStatus.PAST, changes=True)


def _slots(tokens: Sequence[Token]) -> list[str]:
    """Return the slots that the sentence may speak of, those that are surest first."""
    found = set(cued(stems(token.word for token in tokens)))
    kinds = {token.kind for token in tokens}
    found |= {slot for slot in ("email", "phone") if slot in kinds}
    return [slot for slot in _ORDER if slot in found]


def _draft(slot: str, tokens: Sequence[Token], span: Span, subject: str, status: FactStatus, *, changes: bool) -> Draft:
    value = tokens[span.start : span.end]
    return Draft(subject=subject, slot=slot, value=value, status=status, weight=_WEIGHT, is_change=changes)


def _values(slot: str, tokens: Sequence[Token], spans: Sequence[Span]) -> list[Span]:
    if slot in _KINDS:
        return list(lexical(_KINDS[slot], tokens))
    if slot in _PEOPLE:
        return [one for one in spans if one.is_person or one.is_strange or _is_someone(tokens[one.start : one.end])]
    leads = _LEADS.get(slot)
    found = [
        one
        for one in spans
        if not one.is_person and (leads is None or _before(tokens, one) in leads or _is_home(slot, tokens, one))
    ]
    if leads is None and found and len(found) == len(spans) > 1:
        return found[1:]  # the first one is who likes the other
    return [one for one in found if slot == "team" or not _is_team(tokens, one)]


def _is_someone(tokens: Sequence[Token]) -> bool:
    """Whether an unknown name may be a person's: letters alone, and no place or company."""
    mention = tokens[0].mention
    known = mention is not None and mention.kind in {MentionKind.PLACE, MentionKind.ORGANIZATION}
    plain = all(token.kind == "word" and token.capital and token.word not in CARS for token in tokens)
    return plain and not known and bool(fits("person", tokens, is_chat=False))


def _is_home(slot: str, tokens: Sequence[Token], span: Span) -> bool:
    """Whether a name stands where one of its slot stands without a preposition: "a Rome resident", "Globex pays"."""
    if slot == "works_at" and span.start == 0:
        return _word_at(tokens, span.end) in {"pays", "employs", "signs", "sends"}
    return slot == "lives_in" and _word_at(tokens, span.end) == "resident"


def _is_team(tokens: Sequence[Token], span: Span) -> bool:
    following = _word_at(tokens, span.end)
    return following in TEAMS or following in {"group", "guys", "folks"}


def _word_at(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].word if place < len(tokens) else ""


def _before(tokens: Sequence[Token], span: Span) -> str:
    place = span.start - 1
    while place >= 0 and tokens[place].word in {"the", "a", "my", "her", "his"}:
        place -= 1
    return tokens[place].word if place >= 0 else ""


def _subject(slot: str, tokens: Sequence[Token], spans: Sequence[Span], values: Sequence[Span], scene: Scene) -> str:
    """Return whom the sentence speaks of: one who is named, or the speaker."""
    words = {token.word for token in tokens}
    is_self = not _SELVES.isdisjoint(words)
    known = scene.last or scene.named
    if slot in _PEOPLE:
        known = known if known != _text(tokens, values[-1]) else ""
        return scene.speaker if is_self else _of_two(tokens, spans) if len(spans) > 1 else known
    named = _named(tokens, spans, values)
    if named is not None and (not is_self or not _OTHERS.isdisjoint(words) or _leads(tokens, named)):
        return _text(tokens, named)
    if is_self:
        return scene.speaker
    if not _ADDRESSED.isdisjoint(words):
        return ""  # "Congrats on getting a pup!" is of whoever is spoken to
    return known if known and (scene.is_chat or not _OTHERS.isdisjoint(words)) else scene.speaker


def _named(tokens: Sequence[Token], spans: Sequence[Span], values: Sequence[Span]) -> Span | None:
    """Return the name that is no value: an owner, a person, or what may be a person's name by its place."""
    inside = {place for value in values for place in range(value.start, value.end)}
    others = [one for one in spans if one.start not in inside]
    owners = [one for one in others if _word_at(tokens, one.end) == "'s" and not one.is_strange]
    people = [one for one in others if one.is_person]
    placed = [one for one in others if _before(tokens, one) not in PREPOSITIONS - _ABOUT]
    placed = [one for one in placed if not one.is_strange or _acts(tokens, one)]
    return next(iter([*owners, *people, *placed]), None)


def _acts(tokens: Sequence[Token], span: Span) -> bool:
    """Whether a verb follows what may be a name in lower case, or a word leads to it: "eszter got", "ping tuan"."""
    if span.start and tokens[span.start - 1].word in DETERMINERS:
        return False
    following = _word_at(tokens, span.end)
    known = VERBS.get(following)
    finite = known is not None and bool(known.forms & {Form.PAST, Form.THIRD})
    return finite or following in _ACTING or _before(tokens, span) in _SPOKEN_OF


def _leads(tokens: Sequence[Token], span: Span) -> bool:
    """Whether the one named is who acts, though the speaker is there too: "shirin keeps texting me"."""
    return _word_at(tokens, span.end) == "'s" or (span.start <= 1 and _acts(tokens, span))


def _of_two(tokens: Sequence[Token], spans: Sequence[Span]) -> str:
    """Return the one whose manager or partner another is: an owner, or who stands after a verb."""
    for span in spans:
        if _word_at(tokens, span.end) == "'s":
            return _text(tokens, span)
    for span in spans:
        if _before(tokens, span) in _DONE_TO:
            return _text(tokens, span)
    return _text(tokens, spans[0])


_DONE_TO: Final = frozenset("to leads manages supervises runs oversees for of".split())
_ABOUT: Final = frozenset("with for about as on into".split())
_ACTING: Final = frozenset("is 's has = + got gets keeps pulled now + was trains".split())
_SPOKEN_OF: Final = frozenset("ping heard hear into for about saw w with but".split())


def _text(tokens: Sequence[Token], span: Span) -> str:
    parts: list[str] = []
    for place in range(span.start, span.end):
        glued = place > span.start and tokens[place].start == tokens[place - 1].end
        parts.append(tokens[place].text if glued or place == span.start else f" {tokens[place].text}")
    return "".join(parts)
