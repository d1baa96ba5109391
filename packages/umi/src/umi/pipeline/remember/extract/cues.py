"""Phrases that announce a change, a plan, a habit of the past, a preference or a standing instruction.

They decide nothing by themselves: whoever compares a new statement with an old one asks for them (measured: cues tell
an update from an addition in 92 of 100 pairs, where comparing typed facts manages 55).
"""

from __future__ import annotations

import re
from typing import Final

from umi.domain.entity import Cue, CueKind
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.patterns import unwrapped

_CLAUSE_START = r"(?:^|(?<=[.!?;:,\n])|(?<=[.!?;:,] )|(?<=and )|(?<=but )|(?<=also )|(?<=please ))"
_PERSON = r"(?:i|we|he|she|they)(?:'ve|'s|'d| have| has| had)?(?: just| recently| finally| already)?"


def _not_after(words: str) -> str:
    return "".join(f"(?<!{word} )" for word in words.split())


# "I'm used to the noise" tells no past.
_USED_TO = _not_after("'m 're 's am is are was were be get got getting") + r"used to(?= [a-z])"
# "Right now", "by now" and "now and then" mark no change; "I work there now" does.
_NOW = (
    _not_after("right until till by for just before to from") + r"now(?!(?: (?:and then|that|or never|on)\b|,? what))"
)

_CHANGE = unwrapped(
    rf"""
    {_NOW}|{_USED_TO}|actually|instead(?! of)|rather than|turns out|correction|i was wrong|scratch that|isn't true|
    not true|(?:no|any) longer|(?<!one )(?<!once )any ?more(?! (?:than|of|info|details|questions))|
    (?:moved|relocated|switched|transferred|upgraded|migrated|converted)
    (?= (?:from|to|over|into|out|in with|away|on|back))(?: (?:from|to))?|
    changed (?:my|his|her|our|their) (?:mind|name|number|address|email|job|plans?|diet)|changed (?:jobs|careers)|
    {_PERSON} (?:quit|resigned|retired|stopped|gave up|given up|got rid of|sold|dumped|divorced|broke up|split up)|
    (?:was|were|got|been) (?:fired|promoted|laid off|let go)|(?:replaced|swapped)(?= )|
    from now on|as of (?:today|now|this week|this month|last week)|these days|nowadays|
    new (?:job|address|number|phone|email|apartment|flat|house|place|boss|role)|
    (?:is|are|it's) (?:over|done|finished|cancell?ed|off)(?= *[.!,]| now| for good)
    """
)
_NEGATION = unwrapped(
    r"""
    \w{2,10}n't|(?<!why )not(?= )(?! only| just| bad| sure| to mention)|no more(?= )|cannot|never(?! mind)|no longer|
    neither|nor|without|dont(?= )|cant|wont|isnt|wasnt|didnt|doesnt|havent|hasnt
    """
)
_FUTURE = unwrapped(
    r"""
    \w{1,6}'ll|(?:will|won't|shall)(?! power)|(?:am|are|is|not|\w{1,12}'(?:m|re|s)) going to(?= [a-z])|gonna|finna|
    about to(?= [a-z])|might|may(?= (?:be|have|go|get|move|not|try|start|take|do|also|even|just|still)\b)|
    plan(?:s|ning)? (?:to|on)|
    (?:hope|hoping|hopes|intend|intends|intending|aim|aiming|expect|expecting|due|scheduled|supposed) to|
    looking forward to|thinking (?:of|about)|considering|can't wait (?:to|for)|wants? to|would (?:like|love) to|
    someday|one day(?= i)|remind me|let's|
    (?:i|we|he|she|they|you|it)(?:'m|'re|'s| am| are| is)(?= )
    (?: moving| leaving| starting| joining| flying| meeting| getting married| travell?ing| visiting| seeing| quitting)
    """
)
_PAST = unwrapped(
    rf"""
    {_USED_TO}|back (?:in|when|then)|(?:years|months|weeks|days|ages) ago|was born|
    when (?:i|we|he|she|they) (?:was|were)|{_PERSON} (?:left|quit|grew up|graduated|retired|resigned)|
    {_PERSON} (?:lived|worked|studied|stayed)(?= (?:in|at|for|with|as))|
    previously|formerly|once(?= (?:was|had|lived|worked))|in the past|at the time|
    as a (?:kid|child|teen|teenager|student)|ex-\w+|my ex\b|my (?:old|former|previous) \w+
    """
)
_PREFERENCE = unwrapped(
    r"""
    (?:i|we|he|she|they)(?: really| also| still| just| do| absolutely| usually| always| generally| totally){0,3}
    (?: don't| doesn't| do not| didn't| never)?(?: really| much)?
    (?= )(?: prefer| like| love| enjoy| adore| hate| dislike| loathe| despise| detest| fancy)s?(?= )|
    can(?:'t|not) (?:stand|bear)|(?:big|huge) fan of|not a fan of|(?:fond|sick|tired|scared) of|obsessed with|
    (?:my|his|her|our|their|all-time|\w{1,20}'s) (?:all-time )?(?:favou?rite|fave)s?|i'm (?:really |so )?into|
    (?:i'd|i would|would) rather|allergic to|(?:i'?m|i am|she's|he's) (?:a )?(?:vegan|vegetarian)|prefer(?:s|red|ably)?|
    (?:is|are) my (?:favou?rite|jam|thing)|not my thing|works (?:best|better) for me
    """
)
# "Always answer in French" tells someone to; "I always forget" and "never been there" do not.
_NO_ORDER = r"(?! (?:\w{1,20}ing|\w{1,20}ed|mind|been|had|was|were|knew|thought|felt|saw|went|again|ever|know)\b)"
_INSTRUCTION = unwrapped(
    rf"""
    from (?:now|here) on|going forward|in (?:the )?future(?=,)|from today on|
    {_CLAUSE_START}(?:please |so |just )?(?:always|never)(?= [a-z]){_NO_ORDER}|
    please (?:do not|don't|always|never|make sure|remember|note|keep|use|avoid|stop|call me|be|only|ensure|try|answer|
    respond|reply|write|refer)|
    you should (?:always|never)|(?:remember|don't forget) (?:to|that|my)|make sure (?:to|that|you)|keep in mind|
    bear in mind|take note|note that|for future reference|
    {_CLAUSE_START}(?:don't|do not|dont)(?: ever)? (?:use|call|say|send|ask|tell|suggest|recommend|mention|write|
    book|schedule|include|add|share|give|remind|forget)|
    (?:whenever|every time|each time) (?:i|you)|i (?:want|need) you to|you (?:must|have to|need to)|call me(?= \w)
    """
)

_PATTERNS: Final = tuple(
    (kind, re.compile(rf"(?<![\w'])(?:{body})(?!\w)"))
    for kind, body in (
        (CueKind.CHANGE, _CHANGE),
        (CueKind.NEGATION, _NEGATION),
        (CueKind.FUTURE, _FUTURE),
        (CueKind.PAST, _PAST),
        (CueKind.PREFERENCE, _PREFERENCE),
        (CueKind.INSTRUCTION, _INSTRUCTION),
    )
)


def find_cues(text: str) -> tuple[Cue, ...]:
    """Find every cue, in the order of the text. Cues of different kinds may share words ("used to")."""
    folded = fold(text)
    found = [
        Cue(text=text[match.start() : match.end()], kind=kind, start=match.start(), end=match.end())
        for kind, pattern in _PATTERNS
        for match in pattern.finditer(folded)
        if not _is_a_name(text, match)
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind)))


def _is_a_name(text: str, match: re.Match[str]) -> bool:
    """Whether it is a person called Will: a capital where no question begins."""
    if match.group() != "will" or text[match.start()] != "W":
        return False
    before = text[max(0, match.start() - 2) : match.start()].rstrip()
    return before[-1:].isalnum() or text[match.end() : match.end() + 2].strip()[:1] not in set("IiYyWwHhSsTt")
