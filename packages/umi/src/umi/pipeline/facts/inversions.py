"""Reads facts whose subject is not the clause's: "Globex hired Marta", "call me Bob", "they made Marta team lead"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import complements, value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.frames import INVERSE
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.noun_phrases import Phrase, Scene, name_end, phrase_at
from umi.pipeline.facts.phrases import BE
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS, Form

_TAKING_OFFICE = frozenset("take become step come start serve act replace succeed".split())
_APPOINTING = frozenset("make appoint promote name elect".split())
_COUPLED = {
    "married": FactStatus.CURRENT,
    "engaged": FactStatus.CURRENT,
    "dating": FactStatus.CURRENT,
    "divorced": FactStatus.PAST,
    "separated": FactStatus.PAST,
    "split": FactStatus.PAST,
}


def read_appointment(tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield the role in "they made Marta head of design" and "Globex promoted me to lead"."""
    for place in range(1, len(tokens) - 2):
        known = VERBS.get(tokens[place].word)
        if known is None or known.lemma not in _APPOINTING or Form.PAST not in known.forms:
            continue
        about = phrase_at(tokens, place + 1, scene)
        if about is None or about.noun or about.end >= len(tokens):
            continue
        start = about.end + (tokens[about.end].word in {"to", "as"})
        value, weight = weighed(tokens[start:], "role", is_chat=False)
        if weight:
            status = FactStatus.CURRENT
            yield Draft(
                subject=about.subject, slot="role", value=value, status=status, mode="enter", weight=0.88 * about.surety
            )


def read_couple(tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield who is with whom in "Tom and Jane got married"."""
    phrase = phrase_at(tokens, 0, scene)
    start = phrase.end + 1 if phrase is not None else 0
    if phrase is None or phrase.noun or start >= len(tokens) or tokens[phrase.end].word not in {"and", "&"}:
        return
    end = name_end(tokens, start)
    if not end or end >= len(tokens):
        return
    words = [token.word for token in tokens[end : end + 4]]
    status = next((_COUPLED[word] for word in words if word in _COUPLED), None)
    if status is not None and (words[0] in BE or words[0] in {"have", "got", "are", "split"}):
        value = tokens[start:end]
        yield Draft(subject=phrase.subject, slot="partner", value=value, status=status, weight=0.85)


def read_office(phrase: Phrase, group: Group, rest: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield whose manager or dentist someone becomes: "Bob took over as Marta's manager"."""
    status = group.status(mode="enter")
    if group.lemma in {"replace", "succeed"} and not group.passive:
        yield from _succession(phrase, group, rest, scene)
        return
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


def _succession(phrase: Phrase, group: Group, rest: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield the new one and the old one in "Greta replaced Omar as Rashid's manager"."""
    status = group.status(mode="enter")
    parts = {part.preposition: part.tokens for part in complements(rest)}
    about = phrase_at(parts["as"], 0, scene) if parts.get("as") else None
    if about is None or not about.noun or not about.owner or status is not FactStatus.CURRENT or not phrase.tokens:
        return
    old = value_tokens(parts.get("", ()), "person")
    weight = 0.88 * about.surety
    yield Draft(subject=about.owner, slot=about.slot, value=phrase.tokens, status=status, mode="enter", weight=weight)
    if old:
        past = FactStatus.PAST
        yield Draft(subject=about.owner, slot=about.slot, value=old, status=past, mode="enter", weight=weight)


def read_inverse(phrase: Phrase, group: Group, tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
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
