"""Finds who a clause is about and its verb, also where one of the two is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from umi.pipeline.facts.clauses import Clause
from umi.pipeline.facts.groups import Group, group_at
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.phrases import BE
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS, Form

_FRAGMENTS = frozenset(["at", "@", "with", "in", "into", "from", "on"])
_BEFORE_FRAGMENT = frozenset(["now", "currently", "still", "also", "back"])
_SCANNED_MAX = 8
_LASTING = frozenset("live reside stay drive work study".split())
_ING = frozenset([Form.ING])
_NO_BEGINNING = frozenset(["be", "being", "having", "have", "get", "been"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Predication:
    """A subject and its verb."""

    phrase: Phrase
    group: Group


def predication(clause: Clause, scene: Scene, *, prior: Phrase | None, is_chat: bool) -> Predication | None:
    """Find the subject and the verb of a clause. `prior` is the subject of the clause before in the sentence."""
    tokens = clause.tokens
    if clause.lead == "which":
        return None
    phrase = phrase_at(tokens, 0, scene)
    if phrase is not None:
        group = group_at(tokens, phrase.end) or _verbless(tokens, phrase.end)
        if group is not None:
            return Predication(phrase=phrase, group=group)
        return _scanned(tokens, scene)
    if clause.lead == "who" and (prior is None or prior.subject == scene.speaker):
        return None
    return _elided(tokens, scene, prior=prior, opened=bool(clause.opening), is_chat=is_chat) or _scanned(tokens, scene)


def _verbless(tokens: Sequence[Token], place: int) -> Group | None:
    """Read "Marta @ Globex" and "marta now at globex", where "is" is left out."""
    while place < len(tokens) and tokens[place].word in _BEFORE_FRAGMENT:
        place += 1
    if place < len(tokens) and tokens[place].word in _FRAGMENTS:
        return Group(lemma="be", end=place)
    return None


def _elided(
    tokens: Sequence[Token], scene: Scene, *, prior: Phrase | None, opened: bool, is_chat: bool
) -> Predication | None:
    """Read a clause without subject: the one before it goes on, or the speaker is meant ("moved to lisbon!")."""
    if prior is not None and prior.subject:
        phrase = Phrase(owner=prior.subject, end=0, tokens=prior.tokens, surety=0.95)
    else:
        phrase = Phrase(owner=scene.speaker, end=0, surety=0.9)
    group = group_at(tokens, 0)
    if group is not None and group.lemma:
        stands = _may_begin(tokens, group, has_prior=prior is not None, is_chat=is_chat)
        return Predication(phrase=phrase, group=group) if stands else None
    group = _verbless(tokens, 0)
    if group is not None and tokens[group.end].word in {"at", "@", "with", "in"} and (group.end or opened or is_chat):
        return Predication(phrase=replace(phrase, surety=phrase.surety * 0.9), group=group)
    adjective = tokens[0].word if tokens[0].word in ADJECTIVES else ""
    if adjective or tokens[0].word == "not":
        group = Group(lemma=adjective or "be", passive=bool(adjective), negated=not adjective, end=1)
        return Predication(phrase=phrase, group=group)
    return None


def _may_begin(tokens: Sequence[Token], group: Group, *, has_prior: bool, is_chat: bool) -> bool:
    """Whether a clause may begin with its verb: not an order, and not "learning from others is fun"."""
    first = tokens[0].word
    if first in _NO_BEGINNING - ({"been"} if is_chat else set[str]()) or (first in BE - {"been"} and not has_prior):
        return False
    known = VERBS.get(tokens[group.end - 1].word)
    if first == "like" or (first == "love" and len(tokens) > 1 and tokens[1].word in BE):
        return False
    if known is None or group.end > 1:
        return True
    if known.forms <= _ING:
        return is_chat and group.lemma in _LASTING
    return has_prior or Form.PAST in known.forms


def _scanned(tokens: Sequence[Token], scene: Scene) -> Predication | None:
    """Find a named subject further on: "in spring Marta moved"."""
    for place in range(1, min(len(tokens), _SCANNED_MAX)):
        if not (tokens[place].capital or tokens[place].mention) or tokens[place - 1].capital:
            continue
        phrase = phrase_at(tokens, place, scene)
        group = group_at(tokens, phrase.end) if phrase is not None else None
        if phrase is not None and group is not None:
            return Predication(phrase=replace(phrase, surety=phrase.surety * 0.92), group=group)
    return None
