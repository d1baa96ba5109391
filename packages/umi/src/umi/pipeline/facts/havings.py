"""Reads what someone has: "has a sister named Elena", "got a new boss, Ingrid", "has a nut allergy"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import value_tokens
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import PETS, fits
from umi.pipeline.facts.noun_phrases import Phrase
from umi.pipeline.facts.slots import RELATIONS, SLOTS, canonical_name
from umi.pipeline.facts.tokens import Token

_GETTING = frozenset("have get adopt see date hire meet buy rescue find own develop".split())
_NAMING = frozenset(["named", "called"])
_PRACTITIONERS = ("dentist", "therapist", "psychiatrist", "pediatrician", "vet", "doctor")
_ALLERGIES = frozenset(["allergy", "allergies", "intolerance"])
_LEADING = frozenset("a an the new two three my another this current little big older younger".split())
_NOUN_WORDS_MAX = 4
_OWNING = frozenset("my her his their our new permanent into".split())
_PEOPLE = frozenset("guy girl man woman boy someone somebody person".split())


def read_having(
    phrase: Phrase,
    group: Group,
    rest: Sequence[Token],
    tails: Sequence[Sequence[Token]],
    *,
    before: AbstractSet[str],
) -> Iterator[Draft]:
    """Yield the name, the allergy or the value that stands beside what someone has.

    `before` are the words of the sentence so far: after "switched dentists", "sees Dr. Wong" names one.
    """
    status = group.status(mode="state" if group.lemma in {"have", "own"} else "enter")
    if group.lemma not in _GETTING or status is None or not rest or group.passive:
        return
    if group.lemma in {"see", "date"} and not group.past and not group.future and not group.negated:
        status = FactStatus.CURRENT
    if group.lemma == "see":
        yield from _practitioner(phrase, rest, status, before)
    yield from _allergy(phrase, rest, status)
    noun, place = _noun(rest)
    if not noun:
        return
    is_new = any(token.word == "new" for token in rest[:place])
    value, kind = _beside(noun, rest[place:], tails)
    slot = _slot(noun, group)
    if not value or not slot or not fits(kind if kind != "any" else "thing", value, is_chat=True):
        return
    yield Draft(
        subject=phrase.subject, slot=slot, value=value, status=status, weight=0.88 * phrase.surety, is_change=is_new
    )


def read_home(phrase: Phrase, group: Group, rest: Sequence[Token]) -> Iterator[Draft]:
    """Yield the place in "calls Chicago home" and "has made Vienna her home"."""
    words = [token.word for token in rest]
    if group.lemma not in {"call", "make"} or "home" not in words[1:]:
        return
    status = group.status(mode="state" if group.lemma == "call" else "enter")
    value = value_tokens([token for token in rest[: words.index("home")] if token.word not in _OWNING], "place")
    if status and value and fits("place", value, is_chat=True) and phrase.subject:
        yield Draft(
            subject=phrase.subject,
            slot="lives_in",
            value=value,
            status=status,
            weight=0.9 * phrase.surety,
            mode="state",
        )


def _practitioner(
    phrase: Phrase, rest: Sequence[Token], status: FactStatus, before: AbstractSet[str]
) -> Iterator[Draft]:
    value = value_tokens(rest, "person")
    if value and value[0].word in {"dr", "doctor"} and len(value) > 1:
        slot = next((slot for slot in _PRACTITIONERS if {slot, f"{slot}s"} & before), "doctor")
        yield Draft(subject=phrase.subject, slot=slot, value=value, status=status, weight=0.85 * phrase.surety)


def _slot(noun: Sequence[str], group: Group) -> str:
    name = canonical_name(" ".join(noun))
    if noun[-1] in PETS:
        return "pet"
    if noun[-1] in _PEOPLE:
        return "partner" if group.lemma in {"see", "date"} and group.progressive else ""
    return name if name in RELATIONS or name in SLOTS or name.startswith("favorite_") else ""


def _noun(rest: Sequence[Token]) -> tuple[list[str], int]:
    words: list[str] = []
    place = 0
    while place < len(rest) and rest[place].word in _LEADING:
        place += 1
    while place < len(rest) and len(words) < _NOUN_WORDS_MAX:
        token = rest[place]
        if token.kind != "word" or token.capital or token.word in _NAMING or token.date:
            break
        words.append(token.word)
        place += 1
    return words, place


def _beside(noun: Sequence[str], rest: Sequence[Token], tails: Sequence[Sequence[Token]]) -> tuple[list[Token], str]:
    """Return what stands beside the noun: a name after "named", or what follows a comma or colon."""
    if rest and rest[0].word in _NAMING:
        return value_tokens(rest[1:], "name"), "name"
    person = canonical_name(" ".join(noun)) in RELATIONS or noun[-1] in PETS
    if rest and rest[0].capital and person:
        return value_tokens(rest, "name"), "name"
    if tails and not rest:
        if tails[0][0].word in _NAMING:
            return value_tokens(tails[0][1:], "name"), "name"
        return value_tokens(tails[0], "name" if person else "any"), "name" if person else "any"
    return [], "name"


def _allergy(phrase: Phrase, rest: Sequence[Token], status: FactStatus) -> Iterator[Draft]:
    place = next((at for at, token in enumerate(rest) if token.word in _ALLERGIES), -1)
    if place < 0:
        return
    if place + 1 < len(rest) and rest[place + 1].word in {"to", "of"}:
        value = value_tokens(rest[place + 2 :], "thing")
    else:
        value = value_tokens([token for token in rest[:place] if token.word not in {"severe", "bad", "mild"}], "thing")
    if value and fits("thing", value, is_chat=False):
        yield Draft(subject=phrase.subject, slot="allergic_to", value=value, status=status, weight=0.9 * phrase.surety)
