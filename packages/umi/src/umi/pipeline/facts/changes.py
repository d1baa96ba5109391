"""Reads an exchange of one value for another: "swapped her Volvo for a Tesla", "from Acme to Globex"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from umi.domain.entity import MentionKind
from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import Complement, complements, value_tokens
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.lexicon import DIET, LANGUAGES, color_end, pastime_end
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
_OF_NOUNS = frozenset(
    "switch change move update shift rename transfer upgrade go push reschedule set postpone extend".split()
)
_FOR = frozenset("swap trade exchange ditch drop dump sell leave replace switch give quit change".split())
_MOVING = frozenset(["move", "relocate", "transfer"])
_WITH = frozenset("replace swap".split())
_CHOICES = (
    "team",
    "project",
    "email",
    "phone",
    "street",
    "zone",
    "car",
    "diet",
    "role",
    "school",
    "employer",
    "place",
    "org",
)
_SLOT_OF_KIND = {
    "street": "address",
    "zone": "timezone",
    "car": "drives",
    "place": "lives_in",
    "org": "works_at",
    "employer": "works_at",
    "school": "studies_at",
}
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
    draft = Draft(
        subject=subject, slot=slot, value=exchange.new, status=status, mode="enter", weight=weight, is_change=True
    )
    yield draft
    if exchange.old and status is FactStatus.CURRENT:
        yield replace(draft, value=exchange.old, status=FactStatus.PAST)


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
    if not new or not (old or noun or phrase.noun or _is_typed(group, new)):
        return None
    noun = noun or " ".join(phrase.noun) or ("" if group.lemma in _MOVING else _purpose(by_word))
    before, after = value_tokens(old, "any"), value_tokens(new, "any")
    if not after or after[0].word in PRONOUNS or after[0].word in VERBS:
        return None
    return Exchange(old=before, new=after, noun=noun)


def _is_typed(group: Group, new: Sequence[Token]) -> bool:
    """Whether the new value alone tells the slot: "upgraded to a BMW", "switched to keto"."""
    value = value_tokens(new, "any")
    return group.lemma in _FROM_TO_STRONG and any(fits(kind, value, is_chat=False) for kind in ("car", "diet", "team"))


def _noun(tokens: Sequence[Token]) -> str:
    """The noun in "switched her major from": it has a possessive or is known."""
    kept = [token.word for token in value_tokens(tokens, "any")]
    return " ".join(kept) if kept and not is_named(value_tokens(tokens, "any")) else ""


def _purpose(by_word: dict[str, tuple[Token, ...]]) -> str:
    held = [token.word for token in by_word.get("for", ())]
    return held[0] if len(held) == 1 and canonical_name(held[0]) in SLOTS else ""


def _slot(exchange: Exchange, group: Group, phrase: Phrase, *, is_chat: bool) -> tuple[str, float]:
    """Tell which slot an exchange is of: by the noun if there is one, else by what both values are."""
    by_noun = _slot_of_noun(exchange, phrase, is_chat=is_chat) if exchange.noun else ""
    if by_noun:
        return by_noun, 0.88
    if exchange.noun and group.lemma in _MOVING:
        return "", 0.0
    for kind in _CHOICES:
        if any(side and _is(kind, side, group) for side in (exchange.new, exchange.old)):
            return _SLOT_OF_KIND.get(kind, kind), 0.9
    return _guessed(exchange, group, phrase)


def _slot_of_noun(exchange: Exchange, phrase: Phrase, *, is_chat: bool) -> str:
    name = canonical_name(exchange.noun)
    if name == "role" and not fits("role", exchange.new, is_chat=is_chat):
        return "works_at"
    return name if name in SLOTS or name.startswith("favorite_") or phrase.noun else ""


def _guessed(exchange: Exchange, group: Group, phrase: Phrase) -> tuple[str, float]:
    """Guess what two names are that nothing tells: what "I" switch between is a tool, what Marta does an employer."""
    strong = group.lemma in _FROM_TO_STRONG
    lexical = _by_lexicon(exchange.new) or _by_lexicon(exchange.old)
    if lexical:
        return lexical, 0.85
    names = bool(exchange.old and is_named(exchange.old) and exchange.new and is_named(exchange.new))
    if exchange.old and fits("field", exchange.old, is_chat=False) == fits("field", exchange.new, is_chat=False) == 1:
        return "studies", 0.75
    if not names:
        return ("uses", 0.6) if strong and exchange.old and exchange.new else ("", 0.0)
    if group.lemma in _MOVING:
        return "lives_in", 0.85
    if strong and (phrase.is_self or len(exchange.new) > 1):
        return "uses", 0.65
    return "works_at", 0.65


def _by_lexicon(side: Sequence[Token]) -> str:
    words = [token.word for token in side]
    if not words:
        return ""
    if words[-1] in LANGUAGES:
        return "learning"
    if DIET.fullmatch(words[0]):
        return "diet"
    if words[-1] in {"floor", "storey"}:
        return "floor"
    return "hobby" if pastime_end(words, 0) == len(words) else "favorite_color" if color_end(words, 0) else ""


def _is(kind: str, side: Sequence[Token], group: Group) -> bool:
    joined = " ".join(token.word for token in side)
    match kind:
        case "place":
            return joined in PLACES or (
                side[0].mention is not None and side[0].mention.kind is MentionKind.PLACE and group.lemma != "switch"
            )
        case "employer":
            return joined in ORGANIZATIONS - PLACES
        case "org":
            return joined in ORGANIZATIONS or (
                side[0].mention is not None
                and side[0].mention.kind is MentionKind.ORGANIZATION
                and group.lemma != "upgrade"
            )
        case _:
            return bool(fits(kind, side, is_chat=False))
