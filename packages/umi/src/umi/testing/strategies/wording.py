"""Texts that Umi accepts: of every script, with what programs get wrong among them."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from umi.limits import ENTITY_ID_BYTES_MAX, ENTITY_NAME_BYTES_MAX, ENTITY_TOPIC_BYTES_MAX, QUERY_BYTES_MAX

PHRASES: Final = (
    "the heron stood in the reeds",
    "the egret flew over the marsh",
    "Störche über dem Fluß",
    "里斯本 的 海浪 🌊",
    "цапля в камышах",
    "מגדלור ליד הים",
    "منارة قرب البحر",
    "समुद्र के पास दीपघर",
    "등대 옆 바다",
    "ประภาคารริมทะเล",
    "φάρος δίπλα στη θάλασσα",
)
"""Short texts with words, which state nothing of anybody: nothing that is said later makes them untrue."""

AWKWARD_TEXTS: Final = (
    "é",
    "e\u0301",  # the same to a reader, another text
    "\u0130stanbul \u0131I",  # whose lower case has another length
    "\ufb01ne ß \u017f",
    "👩‍👩‍👧 🇵🇹 👍🏽",
    "zero\u200bwidth \ufeff",
    "\u202eright to left\u202c",
    " leading, trailing \t",
    "line\r\nline\u2028line",
    "\x01\x1b[31m\x7f",
    "'; DROP TABLE entities; --",
    'NEAR("a" b*) OR -c:d',
    "%s {0} ${x} \\n",
    "\U0010fffd\ufffe",
)
_CHARACTERS: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_UTF8_BYTES_MAX: Final = 4


def texts(*, characters_max: int = 60) -> st.SearchStrategy[str]:
    """Return texts that can be remembered: not blank, without NUL, and of characters only."""
    known = [text for text in (*PHRASES, *AWKWARD_TEXTS) if len(text) <= characters_max]
    drawn = st.text(_CHARACTERS, min_size=1, max_size=characters_max).filter(_says_something)
    return st.sampled_from(known) | drawn if known else drawn


def queries(*, characters_max: int = 60) -> st.SearchStrategy[str]:
    """Return questions that can be asked."""
    return texts(characters_max=min(characters_max, QUERY_BYTES_MAX // _UTF8_BYTES_MAX))


def names() -> st.SearchStrategy[str]:
    """Return names of speakers, users, namespaces, agents and sessions."""
    return _short(ENTITY_NAME_BYTES_MAX, "Ada", "ada", "Ada Lovelace", "a/b:c")


def ids() -> st.SearchStrategy[str]:
    """Return ids and keys of a caller's own."""
    return _short(ENTITY_ID_BYTES_MAX, "1", "01", "note-1", "urn:umi:1")


def topics() -> st.SearchStrategy[str]:
    """Return topics."""
    return _short(ENTITY_TOPIC_BYTES_MAX, "travel", "Travel", "work")


def _short(bytes_max: int, *usual: str) -> st.SearchStrategy[str]:
    return st.sampled_from(usual) | texts(characters_max=min(12, bytes_max // _UTF8_BYTES_MAX))


def _says_something(text: str) -> bool:
    return not text.isspace()
