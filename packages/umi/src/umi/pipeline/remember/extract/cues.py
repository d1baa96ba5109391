"""Phrases that announce a change, a plan, a habit of the past, a preference or a standing instruction.

They decide nothing by themselves: whoever compares a new statement with an old one asks for them (measured: cues tell
an update from an addition in 92 of 100 pairs, where comparing typed facts manages 55).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from umi.domain.entity import Cue, CueKind
from umi.pipeline.remember.extract.folding import fold

_SUBJECT = r"(?:i|we|he|she|they|you|it)"
_NOT = r"(?:not|never|n't|no longer)"
_CLAUSE_START = r"(?:^|(?<=[.!?;:,\n])|(?<=[.!?;:,] )|(?<=and )|(?<=but )|(?<=also )|(?<=please ))"

_CHANGE = (
    r"(?:no|any) longer|(?<!one )(?<!once )any ?more(?! (?:than|of|info|details|questions))|"
    r"(?:recently |just |finally |since )?(?:moved|relocated|switched|transferred|upgraded|migrated|converted)"
    r"(?: (?:from|to|over to|into|out|in with|away|on to|on from|back))|"
    r"changed (?:my|his|her|our|their) (?:mind|name|number|address|email|job|plans?|diet)|changed (?:jobs|careers)|"
    r"(?:i|we|he|she|they)(?:'ve|'s| have| has)? (?:just |recently |finally |already )?"
    r"(?:quit|resigned|retired|stopped|gave up|given up|got rid of|sold|dumped|divorced|broke up|split up)|"
    r"used to(?= [a-z])|actually|instead(?! of)|rather than|turns out|correction|i was wrong|scratch that|"
    r"(?:was|were|got|been) (?:fired|promoted|laid off|let go)|not\b[^.!?\n]{1,40}? but rather|"
    r"from now on|as of (?:today|now|this week|this month)|these days|nowadays|"
    r"(?<!right )(?<!until )(?<!till )(?<!by )(?<!for )(?<!just )(?<!before )(?<!up to )(?<!from )"
    r"now(?!(?: (?:and then|that|or never|on)\b|,? what|adays))|"
    r"(?:replaced|swapped)(?= )|new (?:job|address|number|phone|email|apartment|flat|house|place|boss|role)|"
    r"(?:is|'s|are|'re) (?:over|done|finished|cancell?ed|off)(?= *[.!,]| now| for good)|isn't true|not true"
)
_NEGATION = (
    r"\w{2,10}n't|(?:do|does|did|is|are|was|were|am|have|has|had|can|could|will|would|should|i'm|we're|they're|"
    r"he's|she's|it's) not(?! only)|cannot|never(?! mind)|no longer|not (?:a|an|the|any|really|at all|yet|going|in|on)|"
    r"neither|nor|without|don?t(?= )|cant|wont|isnt|wasnt|didnt|doesnt|havent|hasnt"
)
_FUTURE = (
    r"(?:i|we|you|he|she|it|they|that|there)'ll|(?:will|won't|shall)(?! power)|(?:am|are|is|'m|'re|'s|not) going to(?= [a-z])|"
    r"gonna|finna|about to(?= [a-z])|might|may(?= (?:be|have|go|get|move|not|try|start|take|do|also|even|just|still)\b)|"
    r"plan(?:s|ning)? (?:to|on)|(?:hope|hoping|hopes|intend|intends|intending|aim|aiming|expect|expecting|due|"
    r"scheduled|supposed) to|looking forward to|thinking (?:of|about)|considering|can't wait (?:to|for)|"
    r"want(?:s)? to|would (?:like|love) to|someday|one day(?= i)|remind me|let's|"
    rf"{_SUBJECT}(?:'m|'re|'s| am| are| is) (?:moving|leaving|starting|joining|flying|meeting|getting married|travell?ing|"
    r"visiting|seeing|having|quitting)(?= )"
)
_PAST = (
    r"used to(?= [a-z])|back (?:in|when|then)|(?:years|months|weeks|days|ages) ago|"
    r"(?:i|we|he|she|they)(?:'ve|'d| have| has| had)? (?:just |recently |finally |already |never )?"
    r"(?:left|quit|grew up|graduated|retired|resigned|(?:lived|worked|studied|stayed)(?= (?:in|at|for|with|as)))"
    r"(?! hand)|was born|when (?:i|we|he|she|they) (?:was|were)|previously|formerly|once(?= (?:was|had|lived|worked))|"
    r"in the past|at the time|as a (?:kid|child|teen|teenager|student)|ex-\w+|my ex\b|my (?:old|former|previous) \w+"
)
_PREFERENCE = (
    r"(?:i|we|he|she|they)(?: really| also| still| just| do| absolutely| usually| always| generally| totally)* ?"
    r"(?:don't|doesn't|do not|didn't|never)? ?(?:really |much )?"
    r"(?:prefer|like|love|enjoy|adore|hate|dislike|loathe|despise|detest|fancy)s?(?= )|"
    r"can(?:'t|not) (?:stand|bear)|(?:big|huge) fan of|not a fan of|(?:fond|sick|tired|scared) of|obsessed with|"
    r"(?:my|his|her|our|their|all-time|\w+'s) (?:all-time )?(?:favou?rite|fave)s?|i'm (?:really |so )?into|"
    r"(?:i'd|i would|would) rather|allergic to|(?:i'm|i am|she's|he's) (?:a )?(?:vegan|vegetarian)|prefer(?:s|red|ably)?|"
    r"(?:is|are) my (?:favou?rite|jam|thing)|not my thing|works (?:best|better) for me"
)
_INSTRUCTION = (
    r"from (?:now|here) on|going forward|in (?:the )?future,|from today on|"
    rf"{_CLAUSE_START}(?:please |so |just |and )?(?:always|never)(?= [a-z]+(?! been\b| had\b| was\b))(?! (?:mind|been|had|was|knew|thought|felt))|"
    r"please (?:do not|don't|always|never|make sure|remember|note|keep|use|avoid|stop|call me|be|only|ensure|try|answer|"
    r"respond|reply|write|refer)|"
    r"you should (?:always|never)|(?:remember|don't forget) (?:to|that|my)|make sure (?:to|that|you)|keep in mind|"
    r"bear in mind|take note|note that|for future reference|"
    rf"{_CLAUSE_START}(?:don't|do not|dont)(?: ever)? (?:use|call|say|send|ask|tell|suggest|recommend|mention|write|"
    r"book|schedule|include|add|share|give|remind|forget)|"
    r"(?:whenever|every time|each time) (?:i|you)|i (?:want|need) you to|you (?:must|have to|need to)|call me(?= \w)"
)

_PATTERNS: tuple[tuple[CueKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![\w'])(?:{body})(?![\w])"))
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
    return _cues(text, fold(text), _is_meant)


def _cues(text: str, folded: str, keep: Callable[[str, re.Match[str]], bool]) -> tuple[Cue, ...]:
    found = [
        Cue(text=text[match.start() : match.end()], kind=kind, start=match.start(), end=match.end())
        for kind, pattern in _PATTERNS
        for match in pattern.finditer(folded)
        if keep(text, match)
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind)))


def _is_meant(text: str, match: re.Match[str]) -> bool:
    """Leave out a person called Will: a capital where no sentence begins."""
    if match.group() != "will" or text[match.start()] != "W":
        return True
    before = text[max(0, match.start() - 2) : match.start()].rstrip()
    return not before[-1:].isalnum() and text[match.end() : match.end() + 2].strip()[:1] in "IiYyWwHhSsTt"
