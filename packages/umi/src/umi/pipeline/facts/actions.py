"""Reads a clause whose verb tells the slot: "Marta joined Globex", "Globex hired Marta", "call me Bob"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import Complement, complements, listed, value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.frames import FRAMES, INVERSE, Frame
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.slots import SLOTS
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS

_SPORTS_NOT = frozenset("role part trick game games music song tag".split())
_FULL_LIST_MAX = 6
_GERUND_WORDS_MAX = 6
_VAGUE_GERUNDS = frozenset("being feeling having seeing getting making knowing hearing thinking doing".split())
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


def read_office(phrase: Phrase, group: Group, rest: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield whose manager or dentist someone becomes: "Bob took over as Marta's manager"."""
    status = group.status(mode="enter")
    for part in complements(rest) if status and group.lemma in _TAKING_OFFICE else ():
        about = phrase_at(part.tokens, 0, scene) if part.preposition in {"", "as"} and part.tokens else None
        if about is None or not about.is_relation or not about.owner or about.name or not phrase.subject:
            continue
        if status is not None and not phrase.noun and phrase.tokens:
            yield Draft(
                subject=about.owner,
                slot=about.slot,
                value=phrase.tokens,
                status=status,
                mode="enter",
                weight=0.88 * about.surety,
            )


def read_inverse(tokens: Sequence[Token], phrase: Phrase, group: Group, scene: Scene) -> Iterator[Draft]:
    """Yield what is said of the object: "Globex hired Marta", "Alice manages my team mate Tom"."""
    stated = INVERSE.get(group.lemma)
    if stated is None or group.passive or phrase.noun:
        return
    about = phrase_at(tokens, group.end, scene)
    if about is None or not about.subject or about.subject == phrase.subject:
        return
    slot, mode, kind = stated
    status = group.status(mode=mode)
    value = phrase.tokens
    if status is not None and value and fits(kind, value, is_chat=True):
        yield Draft(subject=about.subject, slot=slot, value=value, status=status, mode=mode, weight=0.9 * about.surety)


def read_naming(tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield the name in "call me Bob", "everyone calls me Teddy", "you can call Marta Mimi"."""
    for place, token in enumerate(tokens[:-2]):
        known = VERBS.get(token.word)
        if known is None or known.lemma not in {"call", "name", "nickname"} or (token.capital and place):
            continue
        about = phrase_at(tokens, place + 1, scene)
        if about is None or (about.noun and not about.name):
            continue
        value = value_tokens(tokens[about.end :], "name")
        if value and fits("name", value, is_chat=True) and (is_named(value) or len(value) == 1):
            if any(one.word in {"not", "n't"} for one in tokens[:place]):
                continue
            yield Draft(subject=about.subject, slot="name", value=value, status=FactStatus.CURRENT, weight=0.85)


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
        if not weight or (frame.is_named and not is_named(value) and weight < 1) or not _is_sensible(frame, value):
            continue
        draft = Draft(
            subject=phrase.subject,
            slot=_slot(frame, value),
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


def _slot(frame: Frame, value: Sequence[Token]) -> str:
    """What is called a team by its last word is one, and a street is an address."""
    if frame.slot == "lives_in" and fits("street", value, is_chat=True):
        return "address"
    return frame.slot


def _is_sensible(frame: Frame, value: Sequence[Token]) -> bool:
    match frame.slot:
        case "plays":
            return value[-1].word not in _SPORTS_NOT
        case "salary":
            return value[0].text[0] in "$\u20ac\u00a3" or value[0].word.endswith("k")
        case _:
            return True
