"""Reads what stands against a fact just read: "..., not Lisbon", "... but rugby", "now it's Greta"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from umi.domain.fact import FactStatus
from umi.pipeline.facts.clauses import Clause
from umi.pipeline.facts.complements import value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.frames import KINDS
from umi.pipeline.facts.groups import group_at
from umi.pipeline.facts.kinds import fits
from umi.pipeline.facts.tokens import Token

_PREPOSITIONS = frozenset(["in", "at", "as", "for", "with", "on", "a", "an"])


def contrasts(clause: Clause, drafts: Sequence[Draft], *, is_chat: bool) -> Iterator[Draft]:
    """Yield the value that does not hold in "Porto, not Lisbon", and the one that does in "not football but rugby"."""
    if not drafts:
        return
    first = drafts[0]
    for tail in clause.tails:
        if [token.word for token in tail[:2]] == ["before", "that"]:
            yield from _former(first, tail[2:], is_chat=is_chat)
            continue
        negated = tail[0].word == "not"
        if not negated and not (tail is clause.instead and first.status is FactStatus.NEGATED):
            continue
        value = value_tokens([token for token in tail[negated:] if token.word not in _PREPOSITIONS], "any")
        if value and fits("thing", value, is_chat=is_chat):
            first.is_change = True
            status = FactStatus.NEGATED if negated else FactStatus.CURRENT
            yield replace(first, value=value, status=status, mode="state", weight=first.weight * 0.9)


def _former(first: Draft, tokens: Sequence[Token], *, is_chat: bool) -> Iterator[Draft]:
    """Yield what held earlier: "at Stripe now, before that Accenture"."""
    kind = KINDS.get(first.slot, "any")
    rest = tokens[1:] if tokens and tokens[0].word in _PREPOSITIONS else tokens
    value, weight = weighed(rest, kind, is_chat=is_chat) if rest and kind != "any" else ([], 0.0)
    if weight:
        yield replace(first, value=value, status=FactStatus.PAST, weight=first.weight * weight)


def resumed(tokens: Sequence[Token], topic: Draft, *, is_chat: bool) -> Iterator[Draft]:
    """Yield the new value in "now it's Greta", where `topic` is the fact that "it" takes up."""
    group = group_at(tokens, 1)
    status = group.status(mode="state") if group is not None and group.lemma == "be" else None
    if group is None or status is None or topic.mode != "state":
        return
    kind = KINDS.get(topic.slot, "any")
    value, weight = weighed(tokens[group.end :], kind, is_chat=is_chat) if kind != "any" else ([], 0.0)
    if kind == "any":
        value = value_tokens(tokens[group.end :], "any")
        named = bool(value) and (value[0].capital or value[0].kind != "word")
        weight = 1.0 if named or topic.slot.startswith("favorite_") else 0.0
    if value and weight and fits("thing", value, is_chat=is_chat):
        yield replace(topic, value=value, status=status, weight=0.85 * weight, is_change=True)
