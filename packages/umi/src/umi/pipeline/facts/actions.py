"""Reads a clause whose verb tells the slot: "Marta joined Globex", "Globex hired Marta", "call me Bob"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import Complement, complements, listed, value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.frames import FRAMES, Frame
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import TEAMS, fits, is_named
from umi.pipeline.facts.lexicon import LANGUAGES, pastime_end
from umi.pipeline.facts.noun_phrases import Phrase
from umi.pipeline.facts.phrases import ADVERBS
from umi.pipeline.facts.slots import SLOTS
from umi.pipeline.facts.tokens import Token

_SPORTS_NOT = frozenset("role part trick game games music song tag".split())
_FULL_LIST_MAX = 6
_GERUND_WORDS_MAX = 6
_VAGUE_GERUNDS = frozenset("being feeling having seeing getting making knowing hearing thinking doing".split())
_MOVED_ALONG = frozenset(
    "back over down up out off away house home flat family kid kids wife husband everything life base whole his her "
    "my our their the in place apartment flat room condo abroad permanently household again and".split()
)
_OFFICES = frozenset("floor desk role position group office".split())
_HELD = frozenset("flat apartment house home room place job car lease key post seat phone number".split())
_BEARING = frozenset(["stand", "bear"])
_TAKING_OFFICE = frozenset("take become step come start serve act".split())


def read_action(
    phrase: Phrase, group: Group, rest: Sequence[Token], *, tails: Sequence[Sequence[Token]], is_chat: bool
) -> Iterator[Draft]:
    """Yield what the frames of the clause's verb find in the words after it; each word serves one frame."""
    parts = complements(rest)
    if group.lemma in _BEARING and group.negated and group.can:
        group.negated = False
    elif group.lemma in _BEARING and group.lemma != "bear":
        return
    taken: set[str] = set()
    for frame in FRAMES.get(group.lemma, ()):
        if frame.slot in taken or frame.passive != group.passive or not _has_object(frame, parts):
            continue
        if frame.mode == "progressive" and not group.progressive:
            continue
        found = _framed(frame, phrase, group, parts, is_chat=is_chat)
        if found is None:
            continue
        draft, part = found
        draft = _with_gerund(draft, rest)
        parts.remove(part)
        taken.add(draft.slot)
        for one in _each(frame.slot, list(draft.value), tails):
            yield replace(draft, value=one)


def _has_object(frame: Frame, parts: Sequence[Complement]) -> bool:
    if not frame.nouns:
        return True
    if not parts or parts[0].preposition:
        return False
    return any(token.word in frame.nouns for token in parts[0].tokens)


def _framed(
    frame: Frame, phrase: Phrase, group: Group, parts: Sequence[Complement], *, is_chat: bool
) -> tuple[Draft, Complement] | None:
    status = FactStatus.PAST if frame.mode == "past" else group.status(mode=frame.mode)
    if status is None:
        return None
    for part in parts:
        if part.preposition not in frame.where or not part.tokens:
            continue
        value, weight = weighed(part.tokens, frame.kind, is_chat=is_chat)
        if (
            not weight
            or (frame.is_named and not is_named(value) and weight < 1)
            or not _is_sensible(frame, value, parts)
        ):
            continue
        draft = Draft(
            subject=phrase.subject,
            slot=_slot(frame, value, at_school=any(one.preposition == "at" for one in parts)),
            value=value,
            status=status,
            mode=frame.mode,
            is_hedged=group.hedged,
            weight=0.9 * weight * phrase.surety,
        )
        return draft, part
    return None


def _with_gerund(draft: Draft, rest: Sequence[Token]) -> Draft:
    """Take the whole of an activity: "loves going on road trips" is more than "going"."""
    first = draft.value[0]
    if draft.slot not in {"likes", "dislikes"} or not first.word.endswith("ing"):
        return draft
    place = next((at for at, token in enumerate(rest) if token is first), 0)
    whole = [token for token in rest[place : place + _GERUND_WORDS_MAX] if not token.date]
    vague = first.word in _VAGUE_GERUNDS
    return replace(draft, value=whole, weight=draft.weight * (0.6 if vague else 1))


def _each(slot: str, value: list[Token], tails: Sequence[Sequence[Token]]) -> list[list[Token]]:
    """Split the values of a slot that may have several, and add those after commas."""
    if slot not in SLOTS or not SLOTS[slot].many:
        return [value]
    values = [value] if value[0].word.endswith("ing") and len(value) > 1 else listed(value)
    if tails and any(token.word in {"and", "or"} for token in tails[-1]) and len(tails) <= _FULL_LIST_MAX:
        for tail in tails:
            for one in listed(tail):
                kept = value_tokens(one, "thing")
                values += [kept] if kept else []
    return values


def _slot(frame: Frame, value: Sequence[Token], *, at_school: bool) -> str:
    """A street is an address, and who studies Italian at no school is learning it."""
    if frame.slot == "lives_in" and fits("street", value, is_chat=True):
        return "address"
    if frame.slot == "studies" and value[-1].word in LANGUAGES and not at_school:
        return "learning"
    return frame.slot


def _is_sensible(frame: Frame, value: Sequence[Token], parts: Sequence[Complement]) -> bool:
    match frame.slot:
        case "lives_in":
            return not _is_of_work(parts) and (frame.mode != "enter" or bool(frame.nouns) or _moves_oneself(parts))
        case "works_at" if frame.where & {"at"}:
            return not _is_workout(parts)
        case "works_at" | "hobby" if frame.mode == "exit":
            return _is_left(frame.slot, value)
        case "uses":
            return value[0].kind == "word"
        case "plays" | "salary":
            return value[-1].word not in _SPORTS_NOT if frame.slot == "plays" else _is_money(value[0])
        case _:
            return True


def _is_money(token: Token) -> bool:
    return token.text[0] in "$\u20ac\u00a3" or token.word.endswith("k")


def _is_left(slot: str, value: Sequence[Token]) -> bool:
    """Whether what is quit can be of the slot: no employer is "Icelandic", and no hobby is "the flat"."""
    if slot == "hobby":
        return value[-1].word not in _HELD
    return value[0].word not in LANGUAGES and not pastime_end([token.word for token in value], 0)


def _is_of_work(parts: Sequence[Complement]) -> bool:
    """Read "Moved to the Pricing team" and "to the fourth floor" as moves within a company."""
    return any(token.word in TEAMS or token.word in _OFFICES for part in parts for token in part.tokens)


def _is_workout(parts: Sequence[Complement]) -> bool:
    return not parts[0].preposition and any(token.word == "out" for token in parts[0].tokens)


def _moves_oneself(parts: Sequence[Complement]) -> bool:
    """Read "Moved his savings to DNB" is no move; "moved house" and "moved back" are."""
    if parts[0].preposition:
        return True
    return all(token.word in _MOVED_ALONG or token.word in ADVERBS for token in parts[0].tokens)
