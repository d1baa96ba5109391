"""Reads a clause around "is": "Marta's boss is Bob", "Bob is Marta's boss", "Marta is a nurse from Leeds"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.frames import KINDS
from umi.pipeline.facts.groups import Group, group_at
from umi.pipeline.facts.kinds import PETS, fits, is_named
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.predicates import read_predicates
from umi.pipeline.facts.slots import RELATIONS, SLOTS, canonical_name, is_known
from umi.pipeline.facts.tokens import Token

# After "my", nouns that say no fact of one value, whatever follows them.
_VAGUE = frozenset(
    """
    goal point problem question plan idea thing dream hope heart mind life day week weekend part way opinion guess
    favorite thought feeling concern wish aim advice suggestion understanding experience fear reason biggest main
    first last next only whole family friend everything intention priority issue worry challenge journey passion
    focus love job_search hands hand eyes eye head face body back legs stomach house room kitchen work code app
    story message apology pleasure fault turn time bad mistake response answer answers result results motto goto
    choice inspiration motivation strategy approach current_setup project_goal trip vacation holiday date_night
    world ability confidence progress struggle soul spirit mood situation schedule comfort_zone support
    favorite_part favorite_thing favorite_memory favorite_moment favorite_aspect fan fans dad_s interest
    """.split()
)
_DWELLINGS = frozenset("lives_in apartment flat house condo studio room loft".split())
_PLAIN_WORDS_MAX = 2
_IS_VALUE_WORD_MAX = 6
_WHERE_SLOTS = {
    "live": "lives_in",
    "reside": "lives_in",
    "stay": "lives_in",
    "base": "lives_in",
    "work": "works_at",
    "study": "studies_at",
    "grow": "from",
    "bear": "from",
    "bank": "bank",
    "train": "gym",
}


def read_copula(
    phrase: Phrase, tokens: Sequence[Token], group: Group, scene: Scene, *, is_chat: bool
) -> Iterator[Draft]:
    """Yield what a clause with "is" states."""
    rest = tokens[group.end :]
    status = group.status(mode="state")
    if status is None or not rest:
        return
    found = list(_reversed(phrase, tokens, group, scene, status))
    if not found and phrase.noun and not phrase.name:
        found = list(possessive(phrase, rest, status, is_chat=is_chat))
    if not found:
        found = list(read_predicates(phrase, rest, status, is_chat=is_chat))
    yield from found


def possessive(phrase: Phrase, rest: Sequence[Token], status: FactStatus, *, is_chat: bool) -> Iterator[Draft]:
    """Yield the value of "Marta's phone number is ...", and the person of "my sister is Elena"."""
    slot = phrase.slot
    if slot in _DWELLINGS:
        yield from _dwelling(phrase, rest, status)
    if slot == "name" or (slot in {"full_name", "first_name"}):
        yield from _named(phrase, rest, status)
        return
    if not phrase.owner and slot not in SLOTS and len(phrase.noun) < 2:  # noqa: PLR2004
        return
    kind = "person" if slot in RELATIONS else KINDS.get(slot, "any")
    value = value_tokens(rest, kind)
    if status is FactStatus.FUTURE and not any(token.date for token in rest):
        return
    if not value or (slot in RELATIONS and not _is_who(value)) or not _is_value(slot, kind, value, is_chat=is_chat):
        return
    if not phrase.owner and not (value[0].date or value[0].kind != "word" or is_named(value) or len(value) == 1):
        return
    if not phrase.owner and len(value) == 1 and _is_adjective(value[0]):
        return
    subject, slot = (phrase.owner, slot) if phrase.owner else _of_nobody(phrase)
    if phrase.is_old and status is FactStatus.CURRENT:
        status = FactStatus.PAST
    weight = 0.9 if slot in SLOTS or slot in RELATIONS or slot.startswith("favorite_") else 0.8
    yield Draft(
        subject=subject, slot=slot, value=value, status=status, weight=weight * phrase.surety, is_change=phrase.is_new
    )


def _dwelling(phrase: Phrase, rest: Sequence[Token], status: FactStatus) -> Iterator[Draft]:
    """Yield where someone lives from where their flat is: "Marta's place is in Bergen"."""
    if not phrase.owner or rest[0].word not in {"in", "at", "on"}:
        return
    for kind, slot in (("street", "address"), ("place", "lives_in")):
        value, weight = weighed(rest[1:], kind, is_chat=False)
        if weight:
            yield Draft(subject=phrase.owner, slot=slot, value=value, status=status, weight=0.85 * phrase.surety)
            return


def _is_who(value: Sequence[Token]) -> bool:
    """A relation is a name; "my partner is pregnant" tells none."""
    return is_named(value) or bool(fits("person", value, is_chat=False))


def called(phrase: Phrase, rest: Sequence[Token], status: FactStatus) -> Iterator[Draft]:
    """Yield the name in "my girlfriend is called Anna" and "our cat is named Whiskers"."""
    if not phrase.noun:
        return
    value = value_tokens(rest, "name")
    if not value or not fits("name", value, is_chat=True):
        return
    weight = 0.9 * phrase.surety
    if phrase.is_relation:
        yield Draft(
            subject=phrase.owner, slot=phrase.slot, value=value, status=status, weight=weight, is_change=phrase.is_new
        )
        return
    yield Draft(subject=phrase.subject, slot="name", value=value, status=status, weight=weight)
    if phrase.noun[-1] in PETS and phrase.owner:
        yield Draft(subject=phrase.owner, slot="pet", value=value, status=status, weight=weight)


def _of_nobody(phrase: Phrase) -> tuple[str, str]:
    """Read "The wifi password": the last noun is the slot, and the words before it are the subject."""
    if len(phrase.noun) == 1:
        return phrase.noun[0], canonical_name(phrase.noun[0])
    return " ".join(phrase.noun[:-1]), canonical_name(phrase.noun[-1])


def _named(phrase: Phrase, rest: Sequence[Token], status: FactStatus) -> Iterator[Draft]:
    value = value_tokens(rest, "name")
    if not value or not phrase.owner or not fits("name", value, is_chat=True):
        return
    yield Draft(subject=phrase.owner, slot="name", value=value, status=status, weight=0.9 * phrase.surety)
    owner, apart, noun = phrase.owner.rpartition("'s ")
    if apart and canonical_name(noun) in RELATIONS:
        yield Draft(subject=owner, slot=canonical_name(noun), value=value, status=status, weight=0.9 * phrase.surety)
    elif apart and noun in PETS:
        yield Draft(subject=owner, slot="pet", value=value, status=status, weight=0.9 * phrase.surety)


def _is_value(slot: str, kind: str, value: Sequence[Token], *, is_chat: bool) -> bool:
    if kind != "any":
        return bool(fits(kind, value, is_chat=is_chat))
    first = value[0]
    vague = slot in _VAGUE or slot.removesuffix("s") in _VAGUE or len(value) > _IS_VALUE_WORD_MAX
    if vague or first.word in _NO_BEGINNING:
        return False
    if slot in {"team", "project"} and not is_named(value) and _is_adjective(value[-1]):
        return False
    if is_known(slot) or slot.startswith("favorite_"):
        return bool(fits("thing", value, is_chat=is_chat)) or first.kind != "word"
    is_code = any(token.kind != "word" or any(map(str.isdigit, token.word)) for token in value)
    plain = len(value) <= _PLAIN_WORDS_MAX and not any(_is_adjective(token) for token in value)
    return is_code or first.date is not None or is_named(value) or plain


_ADJECTIVAL = ("ing", "ive", "ful", "ous", "able", "ible", "less", "ish", "ent", "ed", "ly", "ic")


_NO_BEGINNING = frozenset(
    "to that when how what in on at for about from with like by of as under over near between".split()
)


def _is_adjective(token: Token) -> bool:
    return token.word in _ADJECTIVES or (not token.capital and token.word.endswith(_ADJECTIVAL))


_ADJECTIVES = frozenset(
    """
    good great bad fine nice amazing awesome awful terrible happy sad tired ready sick broken busy better worse best
    worst beautiful important hard easy difficult simple perfect late early done over full empty hot cold warm cool
    big small huge tiny long short high low open closed free right wrong true false fun funny crazy weird strange
    special different same similar new old clear unclear safe strong weak slow fast quick limited growing getting
    going coming working doing making trying looking feeling killing acting giving helping really very so too always
    never still just also here there back away gone up down off on out not no all everything nothing something
    pretty quite super kind sort under above below more less delicious proud excited worried afraid interested
    available unavailable due able unable likely crucial essential key huge incredible interesting lovely
    supportive healthy stressful sore dead alive lost stuck tough rough priceless endless
    """.split()
)


def _reversed(
    phrase: Phrase, tokens: Sequence[Token], group: Group, scene: Scene, status: FactStatus
) -> Iterator[Draft]:
    """Yield what stands the other way round: "Bob is Marta's boss", "Lisbon is where Marta lives"."""
    value = [token for token in tokens[: phrase.end] if token.word != "'s"]
    if not value or (phrase.noun and not is_named(value)):
        return
    start = group.end
    if tokens[start].word in {"where", "what", "who"}:
        yield from _relative(value, tokens, start + 1, scene, status)
        return
    about = phrase_at(tokens, start, scene)
    if about is None or not about.noun or about.name or not about.owner or tokens[start].word in {"a", "an"}:
        return
    slot = about.slot
    if phrase.owner == about.owner or slot in _VAGUE:
        return
    if not (slot in SLOTS or slot in RELATIONS or slot.startswith("favorite_")):
        return
    if slot in RELATIONS and not fits("person", value, is_chat=True):
        return
    past = about.is_old and status is FactStatus.CURRENT
    yield Draft(
        subject=about.owner,
        slot=slot,
        value=value,
        status=FactStatus.PAST if past else status,
        weight=0.88 * about.surety,
        is_change=about.is_new,
    )


def _relative(
    value: Sequence[Token], tokens: Sequence[Token], start: int, scene: Scene, status: FactStatus
) -> Iterator[Draft]:
    about = phrase_at(tokens, start, scene)
    group = group_at(tokens, about.end) if about else None
    if about is None or group is None or group.lemma not in _WHERE_SLOTS:
        return
    inner = group.status(mode="state")
    if inner is None or not about.subject:
        return
    past = FactStatus.PAST in {inner, status} and group.lemma not in {"grow", "bear"}
    yield Draft(
        subject=about.subject,
        slot=_WHERE_SLOTS[group.lemma],
        value=value,
        status=FactStatus.PAST if past else inner if status is FactStatus.CURRENT else status,
        weight=0.88 * about.surety,
    )
