"""Reads an exchange of one value for another: "swapped her Volvo for a Tesla", "from Acme to Globex"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from umi.domain.entity import MentionKind
from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import Complement, complements, value_tokens
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.noun_phrases import Phrase
from umi.pipeline.facts.phrases import PRONOUNS
from umi.pipeline.facts.slots import SLOTS, canonical_name
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS
from umi.pipeline.remember.extract.gazetteer import ORGANIZATIONS, PLACES

_FROM_TO = frozenset(
    "move relocate switch change transfer go convert migrate upgrade transition jump shift come turn promote rename "
    "update step advance rotate swap trade join".split()
)
_OF_NOUNS = frozenset("switch change move update shift rename transfer upgrade go".split())
_FOR = frozenset("swap trade exchange ditch drop dump sell leave replace switch give quit change".split())
_WITH = frozenset("replace swap".split())
_CHOICES = ("team", "project", "email", "phone", "street", "zone", "car", "diet", "role", "place", "org")
_SLOT_OF_KIND = {"street": "address", "zone": "timezone", "car": "drives", "place": "lives_in", "org": "works_at"}
_FROM_TO_STRONG = frozenset("switch change upgrade convert migrate".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What was, what is now, and the noun that says of what."""

    old: Sequence[Token]
    new: Sequence[Token]
    noun: str


def read_change(phrase: Phrase, group: Group, rest: Sequence[Token], *, is_chat: bool) -> Iterator[Draft]:
    """Yield the new value and the old one of an exchange."""
    exchange = _exchange(group, complements(rest), phrase)
    status = group.status(mode="enter")
    if exchange is None or status is None:
        return
    slot, weight = _slot(exchange, group, phrase, is_chat=is_chat)
    if not slot:
        return
    subject = phrase.owner if phrase.noun and not phrase.name else phrase.subject
    if not subject:
        return
    weight *= phrase.surety
    common = {"subject": subject, "slot": slot, "mode": "enter", "is_change": True}
    if exchange.new:
        yield Draft(value=exchange.new, status=status, weight=weight, **common)
    if exchange.old and status is FactStatus.CURRENT:
        yield Draft(value=exchange.old, status=FactStatus.PAST, weight=weight, **common)


def _exchange(group: Group, parts: Sequence[Complement], phrase: Phrase) -> Exchange | None:
    by_word = {part.preposition: part.tokens for part in parts}
    held = by_word.get("", ())
    old = new = ()
    noun = ""
    if group.lemma in _WITH and ("with" in by_word or "by" in by_word):
        old, new = held, by_word.get("with") or by_word.get("by") or ()
    elif group.lemma in _FOR and "for" in by_word:
        old, new = held or by_word.get("in", ()), by_word["for"]
    elif group.lemma in (_OF_NOUNS if phrase.noun and not phrase.is_relation else _FROM_TO) and (
        "to" in by_word or "from" in by_word
    ):
        old, new = by_word.get("from", ()), by_word.get("to", ())
        noun = _noun(held)
        if not new and group.lemma in _FROM_TO_STRONG and old and held:
            new = held
    if not new or not (old or noun or phrase.noun):
        return None
    noun = noun or " ".join(phrase.noun) or (_purpose(by_word) if "for" in by_word and group.lemma not in _FOR else "")
    noun = noun or _purpose(by_word)
    before, after = value_tokens(old, "any"), value_tokens(new, "any")
    if not after or after[0].word in PRONOUNS or after[0].word in VERBS:
        return None
    return Exchange(old=before, new=after, noun=noun)


def _noun(tokens: Sequence[Token]) -> str:
    """The noun in "switched her major from": it has a possessive or is known."""
    kept = [token.word for token in value_tokens(tokens, "any")]
    return " ".join(kept) if kept and not is_named(value_tokens(tokens, "any")) else ""


def _purpose(by_word: dict[str, tuple[Token, ...]]) -> str:
    held = [token.word for token in by_word.get("for", ())]
    return held[0] if len(held) == 1 and canonical_name(held[0]) in SLOTS else ""


def _slot(exchange: Exchange, group: Group, phrase: Phrase, *, is_chat: bool) -> tuple[str, float]:
    """Tell which slot an exchange is of: by the noun if there is one, else by what both values are."""
    if exchange.noun:
        name = canonical_name(exchange.noun)
        known = name in SLOTS or name.startswith("favorite_") or bool(phrase.noun)
        if name == "role" and not fits("role", exchange.new, is_chat=is_chat):
            name = "works_at"
        if known:
            return name, 0.88
    for kind in _CHOICES:
        sides = [side for side in (exchange.new, exchange.old) if side]
        if sides and any(_is(kind, side, group) for side in sides):
            return _SLOT_OF_KIND.get(kind, kind), 0.9
    if not (exchange.old and is_named(exchange.old) and exchange.new and is_named(exchange.new)):
        if group.lemma in _FROM_TO_STRONG and exchange.old and exchange.new:
            return "uses", 0.6
        return "", 0.0
    if group.lemma in {"move", "relocate"}:
        return "lives_in", 0.85
    if group.lemma in _FROM_TO_STRONG and (phrase.subject[:1].islower() or len(exchange.new) > 1):
        return "uses", 0.65
    return "works_at", 0.65


def _is(kind: str, side: Sequence[Token], group: Group) -> bool:
    joined = " ".join(token.word for token in side)
    match kind:
        case "place":
            return joined in PLACES or (
                side[0].mention is not None and side[0].mention.kind is MentionKind.PLACE and group.lemma != "switch"
            )
        case "org":
            return joined in ORGANIZATIONS or (
                side[0].mention is not None
                and side[0].mention.kind is MentionKind.ORGANIZATION
                and group.lemma not in {"upgrade"}
            )
        case _:
            return bool(fits(kind, side, is_chat=False))
