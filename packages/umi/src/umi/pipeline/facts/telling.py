"""A fact as a sentence: what is kept, found and shown of one that was given without a text."""

from __future__ import annotations

from typing import Final

from umi.domain.fact import SELF, FactStatus

_VERBS: Final = {
    "lives_in": ("lives in", "lived in", "is moving to", "does not live in"),
    "works_at": ("works at", "worked at", "will work at", "does not work at"),
    "studies_at": ("studies at", "studied at", "will study at", "does not study at"),
    "likes": ("likes", "liked", "will like", "does not like"),
    "dislikes": ("dislikes", "disliked", "will dislike", "does not dislike"),
    "speaks": ("speaks", "spoke", "will speak", "does not speak"),
    "owns": ("owns", "owned", "will own", "does not own"),
    "plays": ("plays", "played", "will play", "does not play"),
    "drives": ("drives", "drove", "will drive", "does not drive"),
    "from": ("is from", "was from", "will be from", "is not from"),
    "allergic_to": ("is allergic to", "was allergic to", "will be allergic to", "is not allergic to"),
}
_BE = ("is", "was", "will be", "is not")
_PLACES = {
    FactStatus.CURRENT: 0,
    FactStatus.PAST: 1,
    FactStatus.FUTURE: 2,
    FactStatus.NEGATED: 3,
}


def sentence(subject: str, slot: str, value: str, status: FactStatus) -> str:
    """Return "Alice lives in Lisbon." or, of a slot without a verb, "Alice's favorite color is teal."."""
    who = "The user" if subject == SELF else subject
    place = _PLACES[status]
    if slot in _VERBS:
        return f"{who} {_VERBS[slot][place]} {value}."
    ending = "'" if who.endswith(("s", "S")) else "'s"
    return f"{who}{ending} {slot.replace('_', ' ')} {_BE[place]} {value}."
