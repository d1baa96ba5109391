"""Tells where a slot of many values is said to have one: "his hobby is chess now", "a gecko; the parrot died"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from umi.domain.fact import FactStatus
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.tokens import Token

_RENEWED: Final = {
    "hobby": frozenset("nowadays instead switched".split()),
    "learning": frozenset("now nowadays instead switched started begun began start new these".split()),
    "pet": frozenset("instead replaced".split()),
}
"""Slots of which most hold one value at a time, and words that say that it takes the place of another."""
_NOUNS: Final = {"hobby": ("hobby", "pastime"), "learning": (), "pet": ("pet",)}
_ALSO: Final = frozenset("also too another second besides both addition plus still well and two".split())


def mark_only(drafts: Sequence[Draft], tokens: Sequence[Token]) -> None:
    """Mark the values that are the only ones of their slot."""
    slots = {draft.slot for draft in drafts if draft.slot in _RENEWED}
    if not slots:
        return
    words = {token.word for token in tokens}
    owned = {token.word for before, token in pairwise(tokens) if before.word in {"'s", "my", "her", "his", "new"}}
    for slot in slots:
        found = [draft for draft in drafts if draft.slot == slot]
        current = [draft for draft in found if draft.status is FactStatus.CURRENT]
        renewed = not _RENEWED[slot].isdisjoint(words) and _ALSO.isdisjoint(words)
        renewed = renewed or (len(current) == 1 and not owned.isdisjoint(_NOUNS[slot]))
        if len(current) == 1 and (renewed or len(found) > 1):
            current[0].is_only = True
