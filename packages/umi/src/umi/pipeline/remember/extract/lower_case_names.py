"""Names that were typed without a capital: known places after a preposition, and any word after a strong cue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from umi.domain.entity import Mention, MentionKind
from umi.pipeline.remember.extract.gazetteer import (
    GIVEN_NAMES,
    GIVEN_NAMES_AMBIGUOUS,
    ORGANIZATIONS,
    ORGANIZATIONS_AMBIGUOUS,
    PLACES,
    PLACES_AMBIGUOUS,
)
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON, KIN, NOT_LOWER_NAMES, PEOPLES, PETS
from umi.pipeline.remember.extract.patterns import unwrapped

_BEFORE_PLACE = frozenset(
    "in to from near visit visited visiting around via through leaving outside between and or love miss explore "
    "across".split()
)
_BEFORE_ORG = frozenset("at for joined joining join from with left by leaving".split())
_BEFORE_PERSON = frozenset(
    "with met meet told asked texted called call and tell ask saw thank thanks hey hi hello dear married dating".split()
)
_PHRASE_END = unwrapped(
    r"""(?=\W*$|[.,;:!?)]| (?:
    and|but|so|in|with|for|when|because|since|last|next|this|now|as|on|at|to|where|which|who|after|before|while|until|
    till|rn|tho|lol|a|about|ago|from|or)\b)"""
)
_CUED = re.compile(
    r"\b(?:(?:live|lives|lived|living|based|born|raised|grew up|relocated|relocating|moved|moving|flew|flying)"
    r"(?: back| over| down| out| up)? (?:in|to) (?P<place>[^\W\d_]{3,20})|"
    r"(?:work|works|worked|working|interning|interned|intern|employed|job) (?:at|for) "
    r"(?P<organization>[^\W\d_]\w{2,20})|"
    r"(?:my name is|my name's|name's|call me) (?P<person>[^\W\d_]{2,20})|"
    rf"(?:{PETS})s? (?:named|called) (?P<other>[^\W\d_]{{2,20}})){_PHRASE_END}"
)
_KIN_NAME = re.compile(rf"\b(?:my|our|his|her|their) (?:[a-z]{{2,12}} )?(?:{KIN}),? (?:named |called )?$")
_REACH = 48
_KINDS = {kind.value: kind for kind in MentionKind}

_PLACES_LOWER = PLACES - PLACES_AMBIGUOUS
_ORGANIZATIONS_LOWER = ORGANIZATIONS - ORGANIZATIONS_AMBIGUOUS
_PERSONS_LOWER = GIVEN_NAMES - GIVEN_NAMES_AMBIGUOUS - CALENDAR
_FIRST_WORDS = {name.split()[0] for name in _PLACES_LOWER | _ORGANIZATIONS_LOWER | _PERSONS_LOWER}


def lower_case_names(text: str, folded: str, lower: AbstractSet[str]) -> Iterator[Mention]:
    """Yield the names that were typed without a capital. `lower` holds the text's lower-case words."""
    for word in sorted(_FIRST_WORDS & {word.removesuffix("'s") for word in lower}):
        yield from _known(text, folded, word)
    for found in _CUED.finditer(folded):
        group = found.lastgroup
        if group is not None and _is_nameable(text, found, group):
            yield _mention(text, found.start(group), found.end(group), _KINDS[group], 0.6)


def _is_nameable(text: str, found: re.Match[str], group: str) -> bool:
    word = found[group]
    if (
        text[found.start(group)].isupper()
        or word in NOT_LOWER_NAMES
        or word in COMMON
        or word in CALENDAR
        or word in PEOPLES
    ):
        return False
    return not word.endswith(("ing", "ly", "ers", "ies", "ness", "tion"))


def _known(text: str, folded: str, first: str) -> Iterator[Mention]:
    """Yield every place where a known name begins with this word in lower case."""
    for found in re.finditer(rf"(?<![\w@/.'-]){re.escape(first)}(?![\w-])", folded):
        start = found.start()
        if text[start].isupper():
            continue
        head = folded[max(0, start - _REACH) : start]
        words = _NEXT_WORDS.match(folded, start)
        names = [] if words is None else _shorter_and_shorter(words[0])
        for name in names or [first]:
            kind = _kind(name, head)
            if kind:
                yield _mention(text, start, start + len(name), kind, 0.7)
                break


_NEXT_WORDS = re.compile(r"[^\W_]\w{0,20}(?: [^\W_]\w{0,20}){0,2}")


def _shorter_and_shorter(words: str) -> list[str]:
    parts = words.split(" ")
    return [" ".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _kind(name: str, head: str) -> MentionKind | None:
    """Tell what a known name stands for, when the word before it is one that names follow."""
    before = head.rsplit(maxsplit=1)[-1] if head.endswith(" ") and not head.isspace() else ""
    if name in _PLACES_LOWER and (" " in name or before in _BEFORE_PLACE):
        return MentionKind.PLACE
    if name in _ORGANIZATIONS_LOWER and before in _BEFORE_ORG:
        return MentionKind.ORGANIZATION
    if name in _PERSONS_LOWER and (before in _BEFORE_PERSON or _KIN_NAME.search(head)):
        return MentionKind.PERSON
    return None


def _mention(text: str, start: int, end: int, kind: MentionKind, confidence: float) -> Mention:
    return Mention(text=text[start:end], kind=kind, start=start, end=end, confidence=confidence)
