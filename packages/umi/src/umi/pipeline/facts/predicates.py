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
_RESIDENTS = frozenset(["resident", "dweller", "local"])
_SEATS = frozenset("ceo cto cfo coo cmo founder co-founder president owner chairman head director".split())
_LENGTHS = frozenset("cm m ft feet foot inches centimeters metres meters tall".split())


def read_predicates(phrase: Phrase, rest: Sequence[Token], status: FactStatus, *, is_chat: bool) -> Iterator[Draft]:
    """Yield what is said of someone by an adjective, a noun or a preposition after "is"."""
    if not phrase.subject or not phrase.is_someone:
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


def apposition(phrase: Phrase, tail: Sequence[Token]) -> Iterator[Draft]:
    """Yield what stands between commas: "Rashid, a software engineer, ..." and "Rashid, 42, ..."."""
    if tail[0].word in {"a", "an", "the", "our", "my"} or tail[0].kind == "number":
        yield from _predicate(phrase, tail, tail, FactStatus.CURRENT)


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
    before = [] if parts[0].preposition else value_tokens(parts[0].tokens, "role")
    role = bool(before) and is_role(before)
    if status is FactStatus.PAST and not role and part.preposition != "with":
        return  # "was at McGee's" is a visit
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
            yield from _seated(phrase, slot, first, status, sure)
            return
    if len(tokens) > 1 and tokens[-1].word in _RESIDENTS:
        value, weight = weighed([token for token in tokens[:-1] if token.capital], "place", is_chat=False)
        if weight:
            yield Draft(subject=phrase.subject, slot="lives_in", value=value, status=status, weight=sure)
        return
    if any(token.word in _FANS for token in tokens):
        place = next((at for at, token in enumerate(rest) if token.word == "of"), 0)
        value = value_tokens(rest[place + 1 :], "thing") if place else []
        if value and fits("thing", value, is_chat=False):
            yield Draft(subject=phrase.subject, slot="likes", value=value, status=status, weight=sure)
        return
    if phrase.is_self and status is FactStatus.CURRENT and _is_own_name(tokens, rest):
        yield Draft(subject=phrase.subject, slot="name", value=tokens, status=status, weight=sure * 0.95)
        return
    number = value_tokens(tokens, "age")
    if number and any(token.word in _LENGTHS for token in number):
        yield Draft(subject=phrase.subject, slot="height", value=number, status=status, weight=sure)
    elif number and status is not FactStatus.PAST and _is_age(number, rest):
        yield Draft(subject=phrase.subject, slot="age", value=number[:1], status=status, weight=sure)


def _is_own_name(tokens: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Read "I'm Priya" and no more."""
    mention = tokens[0].mention
    is_person = mention is not None and mention.kind is MentionKind.PERSON
    return is_person and len(tokens) == len(rest) <= 3 and all(token.capital for token in tokens)  # noqa: PLR2004


def _seated(phrase: Phrase, slot: str, value: Sequence[Token], status: FactStatus, weight: float) -> Iterator[Draft]:
    """Yield the role; "CTO of Nordea" is a role and a company."""
    place = next((at for at, token in enumerate(value) if token.word == "of"), 0)
    after = value[place + 1 :] if place else value[:0]
    if slot == "role" and after and value[place - 1].word in _SEATS and _is_company(after):
        yield Draft(subject=phrase.subject, slot="works_at", value=after, status=status, weight=weight * 0.9)
        value = value[:place]
    yield Draft(subject=phrase.subject, slot=slot, value=value, status=status, weight=weight)


def _is_company(tokens: Sequence[Token]) -> bool:
    mention = tokens[0].mention
    return mention is not None and (mention.kind in {MentionKind.ORGANIZATION, MentionKind.OTHER})


def _is_age(number: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Read "Is 34", and no more than "years old" after it: not "is one with nature", not "down 10 in the 4th"."""
    after = next((at for at, token in enumerate(rest) if token is number[-1]), 0) + 1
    following = rest[after].word if after < len(rest) else ""
    bare = number[0].word == "one" or rest[0].word == "down"
    return bool(fits("age", number, is_chat=False)) and not bare and following not in PREPOSITIONS


def _is_only(kind: str, value: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """An adjective of a people or a diet stands alone: "is Brazilian", not "is Italian food"."""
    if kind == "role":
        return tokens[0].word not in {"my", "our", "his", "her", "their", "your", "that"}
    return len(value) <= 2  # noqa: PLR2004
