"""Reads what someone is: "a nurse", "34", "vegan", "from Leeds", "at Globex", "into climbing"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.entity import MentionKind
from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import Complement, complements, value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import fits, is_role
from umi.pipeline.facts.noun_phrases import Phrase
from umi.pipeline.facts.phrases import ADVERBS, PREPOSITIONS
from umi.pipeline.facts.tokens import Token

_LINKS = {"from": ("from", "place"), "into": ("likes", "thing"), "on": ("team", "team"), "in": ("timezone", "zone")}
_PRESENT = frozenset("now currently nowadays these still longer presently anymore".split())
_FANS = frozenset(["fan", "lover", "supporter", "enthusiast", "devotee"])
_LENGTHS = frozenset("cm m ft feet foot inches centimeters metres meters tall".split())


def read_predicates(phrase: Phrase, rest: Sequence[Token], status: FactStatus, *, is_chat: bool) -> Iterator[Draft]:
    """Yield what is said of someone by an adjective, a noun or a preposition after "is"."""
    if not phrase.subject:
        return
    parts = complements(rest)
    sure = phrase.surety
    if parts and not parts[0].preposition:
        yield from _predicate(phrase, parts[0].tokens, rest, status)
    for part in parts:
        if part.preposition in {"at", "with", "@"} and part in parts[:2]:
            yield from _workplace(phrase, part, parts, status, is_chat=is_chat)
        link = _LINKS.get(part.preposition)
        if link is None or (
            part.preposition == "from" and part is not parts[0] and parts[0].tokens and not _is_origin(parts[0].tokens)
        ):
            continue
        slot, kind = link
        if slot == "likes" and not _is_bare(parts[0]):
            continue
        value = value_tokens(part.tokens, kind)
        if value and fits(kind, value, is_chat=is_chat):
            yield Draft(subject=phrase.subject, slot=slot, value=value, status=status, weight=0.85 * sure)


def _is_bare(part: Complement) -> bool:
    """Whether nothing but adverbs stands between "is" and the preposition: not in "is looking into"."""
    return bool(part.preposition) or all(token.word in ADVERBS or token.word == "more" for token in part.tokens)


def _is_origin(tokens: Sequence[Token]) -> bool:
    return all(
        token.word in {"originally", "actually", "not", "also", "really", "now", "still", "currently", "back"}
        for token in tokens
    )


def _workplace(
    phrase: Phrase, part: Complement, parts: Sequence[Complement], status: FactStatus, *, is_chat: bool
) -> Iterator[Draft]:
    """Yield the employer of "is at X": sure after a role and for a known one, less so with "now"."""
    value, weight = weighed(part.tokens, "org", is_chat=is_chat)
    mention = value[0].mention if value else None
    if not weight or (mention is not None and mention.kind in {MentionKind.PERSON, MentionKind.PLACE}):
        return
    if status is FactStatus.PAST and part.preposition != "with" and len(parts) == 1:
        return  # "was at McGee's" is a visit
    before = [] if parts[0].preposition else value_tokens(parts[0].tokens, "role")
    role = bool(before) and is_role(before)
    if not role and parts[0].tokens and not parts[0].preposition and not _is_origin(parts[0].tokens):
        return
    slot = "studies_at" if role and before[-1].word == "student" else "works_at"
    if role or (mention is not None and mention.kind is MentionKind.ORGANIZATION):
        weight *= 0.88
    else:
        now = any(token.word in _PRESENT for one in parts for token in one.tokens)
        weight *= 0.82 if now or status is FactStatus.NEGATED else 0.7
    yield Draft(subject=phrase.subject, slot=slot, value=value, status=status, weight=weight * phrase.surety)


def _predicate(phrase: Phrase, tokens: Sequence[Token], rest: Sequence[Token], status: FactStatus) -> Iterator[Draft]:
    sure = 0.9 * phrase.surety
    first = value_tokens(tokens, "role")
    for kind, slot in (("role", "role"), ("diet", "diet"), ("people", "nationality")):
        if first and fits(kind, first, is_chat=False) and _is_only(kind, first, tokens):
            yield Draft(subject=phrase.subject, slot=slot, value=first, status=status, weight=sure)
            return
    if any(token.word in _FANS for token in tokens):
        place = next((at for at, token in enumerate(rest) if token.word == "of"), 0)
        value = value_tokens(rest[place + 1 :], "thing") if place else []
        if value and fits("thing", value, is_chat=False):
            yield Draft(subject=phrase.subject, slot="likes", value=value, status=status, weight=sure)
        return
    number = value_tokens(tokens, "age")
    if number and any(token.word in _LENGTHS for token in number):
        yield Draft(subject=phrase.subject, slot="height", value=number, status=status, weight=sure)
    elif number and status is not FactStatus.PAST and _is_age(number, rest):
        yield Draft(subject=phrase.subject, slot="age", value=number[:1], status=status, weight=sure)


def _is_age(number: Sequence[Token], rest: Sequence[Token]) -> bool:
    """ "Is 34", and no more than "years old" after it: not "is one with nature", not "down 10 in the 4th"."""
    after = next((at for at, token in enumerate(rest) if token is number[-1]), 0) + 1
    following = rest[after].word if after < len(rest) else ""
    bare = number[0].word == "one" or rest[0].word == "down"
    return bool(fits("age", number, is_chat=False)) and not bare and following not in PREPOSITIONS


def _is_only(kind: str, value: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """An adjective of a people or a diet stands alone: "is Brazilian", not "is Italian food"."""
    if kind == "role":
        return tokens[0].word not in {"my", "our", "his", "her", "their", "your", "that"}
    return len(value) <= 2 and value[-1] is not None  # noqa: PLR2004
