"""What a later statement takes back: "I no longer avoid gluten" ends "I avoid gluten".

Facts are compared when they are said (`umi.pipeline.remember.judge`). This is for what has no slot: instructions,
constraints and preferences in any words. It is decided by words alone, and only where the later one says that something
is over and names all that the earlier one did.
"""

from __future__ import annotations

import re
from typing import Final

from umi.pipeline.facts.cues import stem
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.patterns import unwrapped
from umi.pipeline.words import content_words

_SAME_MIN: Final = 0.99  # of the earlier one's words: what is named in part is not taken back as a whole
_OVER: Final = re.compile(
    unwrapped(
        r"""
        n't [^.!?\n]{0,80}\b(?:any ?more|any longer)\b|
        \b(?:no longer|(?:not|never|no) [^.!?\n]{0,80}\b(?:any ?more|any longer)|
        (?:don't|do not|needn't|doesn't|does not) (?:have|need) to\b[^.!?\n]{0,80}\b(?:any ?more|any longer|now)|
        (?:stop|stopped|quit|gave up|given up)\b|forget (?:that|about|what i said|the rule)|never mind|
        (?:can|may|could) [^.!?\n]{0,60}\bagain|scratch that|not true any ?more|is over)\b
        """
    )
)
_FILLING: Final = frozenset(
    """
    always never longer anymore any more now again stop stopped quit please really very just still usually often need
    have forget rule instruction longer back no not do don gave given give up mind scratch
    """.split()
)


def takes_back(later: str, earlier: str) -> bool:
    """Whether a later statement says that what an earlier one said is over. One that is over itself ends nothing."""
    if _OVER.search(fold(earlier)) or not _OVER.search(fold(later)):
        return False
    told = _told(earlier)
    return bool(told) and len(told & _told(later)) >= _SAME_MIN * len(told)


def says_over(text: str) -> bool:
    """Whether a text says that something is over."""
    return _OVER.search(fold(text)) is not None


def _told(text: str) -> set[str]:
    return {_root(word) for word in content_words(text) if word not in _FILLING}


def _root(word: str) -> str:
    found = stem(word)
    for ending in ("ing", "ed"):
        if found.endswith(ending) and len(found) > len(ending) + 2:
            found = found.removesuffix(ending)
    return found.removesuffix("e")
