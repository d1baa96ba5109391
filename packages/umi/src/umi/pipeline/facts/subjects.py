"""Who or what a fact is about, in a form that is equal for the same one."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from umi.domain.fact import SELF
from umi.pipeline.remember.extract.name_words import TITLES

_SELVES: Final = frozenset(
    "i me my mine myself we us our ours user human customer client person self you your the-user".split()
)
"""Ways to speak of whoever speaks, and the roles that logs give them."""
_DETERMINERS = frozenset(["the", "a", "an", "this", "that"])
# "Captain" and "coach" before a name are titles; alone, or in "Ada's doctor", they are who is meant.
_TITLES = TITLES | {"mister", "missus", "sr", "sra", "herr", "frau", "lord", "lady", "dame"}
_POSSESSIVE = re.compile(r"(?:'s?)+$")
_WORD = re.compile(r"[^\s,;:!?()\[\]{}\"\u201c\u201d]+")


def speaker_subject(speaker: str | None) -> str:
    """Return whom "I" means: the speaker's name, or the user where the speaker has none."""
    name = (speaker or "").strip()
    return SELF if not name or name.casefold() in _SELVES else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def subject_key(name: str) -> str:
    """Return the identity of a subject: "Dr. Alice Smith's" is `alice smith`, "the user" is `SELF`.

    "Ada's husband" keeps its possessive, because Ada is someone else.
    """
    plain = _folded(_folded(name)).replace("\u2019", "'").replace("\u2018", "'")  # twice: folding may compose anew
    parts = [part.rstrip(".") or part for part in _WORD.findall(plain)]
    while len(parts) > 1 and (parts[0] in _DETERMINERS or (parts[0] in _TITLES and not parts[0].endswith("'s"))):
        del parts[0]
    if not parts:
        return " ".join(plain.split())
    parts[-1] = _POSSESSIVE.sub("", parts[-1]) or parts[-1]
    if len(parts) == 1 and parts[0] in _SELVES:
        return SELF
    if parts[0] in {"my", "our", "user's", "your"} and len(parts) > 1:
        parts[0] = f"{SELF}'s"
    return " ".join(parts)
