"""Whether a sentence looks back or ahead, which decides the direction of a bare weekday, month or day.

"She approved it on Monday" is the Monday gone, "the dentist is on Tuesday" the one to come. The cue nearest to the
date decides, and one in the date's own clause before any other: "it isn't till the 19th, I've only just started".
"""

from __future__ import annotations

import re
from enum import Enum

from umi.pipeline.remember.extract.patterns import unwrapped


class Tense(Enum):
    PAST = -1
    UNKNOWN = 0
    FUTURE = 1


_NOT_PAST = unwrapped(
    """
    need|feed|indeed|hundred|speed|seed|weed|breed|bleed|exceed|proceed|succeed|red|bed|shed|sled|embed|naked|wicked|
    sacred|kindred|excited|interested|scared|worried|tired|used|supposed|scheduled|booked|planned|expected|named|
    called|married|united|agreed|limited
    """
)
_IRREGULAR = unwrapped(
    """
    went|saw|got|took|made|came|met|left|bought|ate|had|gave|told|said|found|felt|thought|ran|began|broke|built|caught|
    chose|drove|fell|flew|forgot|grew|heard|held|kept|knew|lost|paid|rode|sent|sold|sang|slept|spent|spoke|stood|swam|
    taught|threw|understood|woke|won|wore|wrote|quit|became|brought|drew|drank|hung|led|lit|sat|shook|shot|stole|stuck|
    swore|tore|hurt|gone|done|seen|born|been|was|were|wasn't|weren't|did|didn't|hadn't|'d been|used to|since
    """
)
_FUTURE = unwrapped(
    r"""
    will|won't|'ll|shall|gonna|going to|about to|might|would|wanna|wants? to|needs? to|have to|has to|gotta|got to|
    must|should|let's|lets|plans?|planning|hope|hoping|hopes|until|till|due|deadline|upcoming|remind|see you|see ya|
    can we|can you|could we|could you|can i|are you free|looking forward|can't wait|tomorrow|scheduled|supposed to|
    expecting|expects|excited|
    (?:moved|postponed|rescheduled|pushed|delayed)(?: back)? (?:to|till|until|for)
    (?= (?:the \d|\d|next|mon|tue|wed|thu|fri|sat|sun))|
    (?:i|we|he|she|they)'?d (?!been|gone|had|just|already|never|\w{1,24}ed\b)\w{1,24}|
    (?:i'm|i am|we're|we are|he's|she's|they're|they are|you're|you are|is|are|am|im)
    (?: also| all| both| not| finally| still| just| probably)? (?!being |having |during )\w{2,20}ing
    """
)
# "The dentist is on Tuesday", "I've got a meeting": the present, said of a date, looks ahead.
_PRESENT = unwrapped(
    """
    is|are|isn't|aren't|am|'s|'re|'m|starts|ends|begins|arrives|leaves|opens|closes|flies|comes|'ve got|have|has|
    happens|expires|runs|lasts|closing|opening
    """
)

_CUE = re.compile(
    rf"(?<![\w])(?:(?P<present_got>(?:'ve|have|has|'s) got)|(?P<future>{_FUTURE})|"
    rf"(?P<past>{_IRREGULAR}|(?!(?:{_NOT_PAST})\b)\w{{2,24}}ed)|(?P<present>{_PRESENT}))(?!\w)|"
    r"(?<=\w)(?:(?P<future2>'ll)|(?P<present2>'re|'m|'s(?= (?:on|in|at|the|this|next|by)\b)))(?!\w)".replace(
        " ", "[ \t]{1,3}"
    )
)
_CLAUSE_END = re.compile(r"[,;:()]|[.!?]| - |\b(?:but|and|so|because|although|though|while|which|who|when)\b")
_REACH = 200


def tense_at(folded: str, start: int, end: int, place: int) -> Tense:
    """Return the tense of the sentence `folded[start:end]` as it bears on a date that stands at `place`."""
    # A far-away word says nothing about the date, and looking at all of a hostile megabyte for each date is quadratic.
    start, end = max(start, place - _REACH), min(end, place + _REACH)
    cues = [(found.start(), _tense(found)) for found in _CUE.finditer(folded, start, end)]
    if not cues:
        return Tense.UNKNOWN
    breaks = [found.start() for found in _CLAUSE_END.finditer(folded, start, end)]
    before = max((brk for brk in breaks if brk < place), default=start)
    after = min((brk for brk in breaks if brk > place), default=end)
    near = [cue for cue in cues if before <= cue[0] < after]
    return min(near or cues, key=lambda cue: _distance(cue[0], place))[1]


def _distance(cue: int, place: int) -> int:
    """A verb usually stands before its date, so one after it counts as twice as far."""
    return place - cue if cue <= place else 2 * (cue - place)


def _tense(found: re.Match[str]) -> Tense:
    return Tense.PAST if found["past"] else Tense.FUTURE
