"""The forms of sentences that stand, in folded English: an order that is general, a bound on oneself, a liking.

Each has a strength: how plainly it says that it holds beyond the moment. All of them are bounded, as those of
`umi.pipeline.privacy` are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from umi.domain.standing import StandingKind
from umi.pipeline.remember.extract.patterns import unwrapped


class Form(NamedTuple):
    """What kind of sentence stands in this form, and how plainly."""

    kind: StandingKind
    strength: float
    pattern: re.Pattern[str]


def _forms(kind: StandingKind, *forms: tuple[float, str]) -> list[Form]:
    return [Form(kind, strength, re.compile(unwrapped(f"\n{pattern}\n"))) for strength, pattern in forms]


_OPENING = unwrapped(
    r"""
    (?:(?:please|kindly|ok(?:ay)?|hey|also|and|but|so|just|oh|yes|no|well|thanks|btw|by the way|remember|note),? )*
    """
).strip("\n")
_SOFTLY = unwrapped(
    r"""
    (?: (?:really|also|still|just|do|definitely|absolutely|usually|always|generally|totally|much|strongly|actually))*
    """
)
_NOT_DONE = unwrapped(  # "never been there" orders nothing
    r"""
    (?! (?:\w{1,20}ing|\w{1,20}ed|mind|been|had|was|were|knew|thought|felt|saw|went|again|ever|know|a|an|the|in|at|too|
    enough|good|happy|sure|fun|nice|great|glad|here|there|said|made|got|gets?|happens?|works?|understood)\b)
    """
)
_CONDUCT = unwrapped(
    r"""
    (?:use|call|say|send|ask|tell|suggest|recommend|mention|write|book|schedule|include|add|share|give|remind|assume|
    show|answer|reply|respond|translate|explain|apologi[sz]e|interrupt|repeat|format|contact|bring up|talk|discuss|
    sugar ?coat|address|refer|offer|propose|summari[sz]e|order|buy|message|wake|disturb)
    """
)
_ASK = "(?:ask|request|mention|inquire|enquire|want|discuss|talk|say|bring up|speak|write|send|share|post|upload)"
_WHEN = rf"(?:when(?:ever)?|if|every ?time|each time|any ?time|in case) (?:i|we)(?: am|'m| are|'re)? {_ASK}(?:ing)?\b"
_ORDER = unwrapped(  # begins with a verb, as far as one can tell without knowing them all
    r"""
    (?!(?:i|we|he|she|it|they|you|what|who|which|how|why|when|where|can|could|do|does|did|is|are|was|were|will|would|
    the|a|an|my|our|his|her|their|this|that|these|those|there|let|let's|thanks|if|as|in|on|at|for|with|hmm|sounds|
    great)\b)[a-z]+
    """
)
_FROM_NOW = r"(?:from (?:now|here|today|this point) on(?:wards?)?|going forward|henceforth|in (?:the )?future)"
_SELF = r"(?:i|we)"
_BEING = unwrapped(
    r"""
    (?:i'm|i am|we're|we are|he's|she's|he is|she is|they're|they are|(?:my|our) [a-z]{2,20}(?:'s| is| are)|who is)
    """
)
_LATER = unwrapped(
    r"""
    (?:back|later|when|at|on|if|tomorrow|tonight|in|again|now|today|asap|crazy|old|maybe|or|and|to|a|an|the|as|after|
    before|once|any|every|please)\b
    """
)

_INSTRUCTIONS = _forms(
    StandingKind.INSTRUCTION,
    (1.0, rf"^{_OPENING}(?:always|never){_NOT_DONE} [a-z]"),
    (1.0, rf"""
        ^(?:when|whenever|if|every ?time|each time|for|in|on|with)\b[^.!?\n]{{3,160}}, (?:please )?
        (?:always|never){_NOT_DONE} [a-z]
        """),
    (1.0, rf"^{_OPENING}{_WHEN}[^.!?\n]{{0,160}}, {_ORDER}"),
    (0.9, rf"^{_OPENING}{_ORDER} [^.!?\n]{{2,200}} {_WHEN}"),
    (0.9, rf"\b{_FROM_NOW},? (?!(?:i|we|he|she|they|it|my|our|the|there|this|that)\b)[a-z]"),
    (0.9, r"^(?!i |we )[^.!?\n]{4,160}(?<! i'll)(?<! will) (?:from (?:now|today) on|going forward)[.!]*$"),
    (0.9, r"""
        \bplease (?:always|never|only|stop|avoid|call me|refer to me|address me|remember (?:to always|that i)|
        (?:answer|reply|respond|speak|write)(?: to me)? (?:only |always )?in [a-z]|
        be (?:more |less |very )?(?:brief|concise|short|formal|informal|honest|direct|specific|polite|careful)|
        keep (?:it|your|all|every|(?:the )?(?:answers?|responses?|replies|messages|explanations)))\b
        """),
    (0.8, rf"^{_OPENING}(?:do not|don't|dont)(?: ever)? {_CONDUCT}\b(?! (?:me )?(?:wrong|forget))"),
    (0.9, r"""
        \b(?:you|the assistant|the model|the agent) (?:should|must|shall|have to|need to|are to|can)
        (?: always| never| only| not ever)\b|
        \b(?:make sure|be sure|remember|ensure)(?: that)?(?: you| to){0,2} (?:always|never)\b
        """),
    (0.9, r"""
        \bi(?:'d| would)? (?:want|need|like|expect|prefer) you to (?:always|never|not|stop|only|be|call|keep|avoid|use|
        respond|answer|reply|speak|remember|address|refer)\b
        """),
    (0.8, rf"""
        ^(?:please |you can |you may |just |and |so |hey,? )*call me (?!{_LATER})[a-z]|
        \b(?:address|refer to) me (?:as|by|with)\b|\bmy pronouns are\b
        """),
    (0.8, r"""
        \b(?:your|the) (?:answers?|responses?|replies|messages|explanations|summaries|tone)
        (?: should| must| need to| needs to| has to| have to| ought to)\b|
        ^(?:please )?keep (?:your |the |all )(?:answers?|responses?|replies|messages|explanations)\b
        """),
    (0.6, r"^(?:please )?no (?:emojis?|bullet points|jargon|small ?talk|markdown|swearing|spoilers|abbreviations)\b"),
)  # fmt: skip
_CONSTRAINTS = _forms(
    StandingKind.CONSTRAINT,
    (1.0, rf"""
        \b{_BEING}(?: also| very| severely| deathly| highly| mildly| a| an| on a| strict(?:ly)?)* (?:allergic|
        intolerant|lactose|gluten|celiac|coeliac|diabetic|vegan|vegetarian|pescatarian|kosher|halal|colou?r-?blind|
        pregnant|dyslexic|hard of hearing|in a wheelchair)\b
        """),
    (0.9, r"\b(?:my|his|her|our|their|has|have|having|an?|severe) (?:\w{2,20} )?(?:allerg(?:y|ies)|intolerance)\b"),
    (0.8, rf"""
        \b{_SELF} (?:can't|cannot|can not|must not|mustn't|may not|shouldn't|don't|do not|never|won't|
        am not allowed to|no longer)(?: ever| usually)? (?:eat|drink|smoke|drive|fly|consume|
        take (?:calls|meetings)|work (?:on|after|before|weekends|past))\b
        """),
    (0.8, rf"""
        \b{_SELF}(?: always| usually| strictly| try to| need to| have to| must| want to|'m trying to| am trying to)*
        (?: avoid| stay away from| steer clear of| refrain from)\b|
        \bi'm (?:avoiding|not allowed|off) |\bon an? [^.,!?\n]{{1,30}} diet\b
        """),
    (0.7, r"""
        \b(?:my|our|the|a|total) (?:\w{2,20} )?(?:budget|spending limit|hard limit|cap|deadline)
        (?: for [^.,!?\n]{1,60})? (?:is|of|was|are|stays?)\b
        """),
    (0.6, rf"""
        \b{_SELF}(?:'m| am| are|'re)?(?: also)? (?:trying|aiming|working|planning|hoping|want|need|like|have) to
        (?: keep| stay| limit| minimi[sz]e| reduce| remain| cap| maintain)\b
        """),
    (0.6, r"""
        \b(?:it|this|that|everything|all [a-z]{2,20}|(?:my|our|the) [a-z]{2,20})
        (?: must| has to| have to| needs to| need to| cannot| can't| may not) (?:not )?(?:be|stay|fit|remain|exceed|
        support|run|comply|cost|take|contain|include)\b
        """),
    (0.5, rf"\b{_SELF} (?:only|just) (?:have|got|eat|drink|use|work|have time)\b"),
    (0.7, rf"""
        \b{_SELF}(?:'m| am| are|'re)? no longer (?:avoid|eat|drink|need|want|prefer|like|enjoy|mind|follow|take|use|
        allergic|intolerant|vegan|vegetarian|on|into|dislike|hate)\w*\b|
        \byou (?:don't|do not|needn't|no longer) (?:have|need) to\b[^.!?\n]{{0,80}}\b(?:any ?more|any longer)\b|
        \b{_SELF} (?:don't|do not) (?:avoid|eat|drink|need|want|prefer|mind|follow|use)\b
        [^.!?\n]{{0,60}}\b(?:any ?more|any longer)\b
        """),
)  # fmt: skip
_PREFERENCES = _forms(
    StandingKind.PREFERENCE,
    (1.0, rf"\b{_SELF}(?:'ve|'d| have| would)?{_SOFTLY} prefer(?:red)?\b(?! you to)"),
    (1.0, r"\b(?:i'd|i would|we'd)(?: much| really| far)* rather\b|\bmy (?:strong |personal |own )?preferences?\b"),
    (0.8, r"\b(?:he|she|they|(?:my|our) [a-z]{2,20}) (?:strongly |really |usually |always )?prefers?\b"),
    (0.8, r"\bmy (?:all-time |absolute |personal |new |current )*(?:favou?rites?|preferred|go-to)\b"),
    (0.8, rf"\b{_SELF}(?: really| simply| just)? (?:can't|cannot|can not|couldn't) (?:stand|bear)\b"),
    (0.7, rf"\b{_SELF}{_SOFTLY} (?:hate|detest|despise|loathe|dislike)\b(?! to (?:say|admit|ask|bother|see|break))"),
    (0.7, rf"\b{_SELF} (?:don't|do not|never)(?: really| particularly| much)? (?:like|enjoy|care for)\b"),
    (0.6, rf"""
        \b{_SELF}{_SOFTLY} (?:love|adore|enjoy)\b
        (?! (?:to (?:hear|see|know|help)|that|this|it|your|you|how|the idea)\b)
        """),
    (0.5, rf"""
        \b{_SELF}{_SOFTLY} like (?:to (?!know|see|hear|think|say|thank|add|point|ask)\w+|
        (?!(?:th|s)ing\b)\w{{2,20}}ing\b|my )
        """),
    (0.7, r"""
        \bworks? (?:best|better|well|great) for (?:me|us)\b|
        \bi'm (?:not )?(?:really )?(?:a )?(?:big|huge|great)? ?fan of\b|
        \b(?:not|totally|really) my (?:thing|style|cup of tea)\b|
        \bi'm (?:more of )?an? (?:morning|night|evening|early|visual|hands-on|cat|dog|coffee|tea|people|outdoors?)
        (?: person| learner| owl| bird| lover| type)\b
        """),
    (0.6, r"\bi'm (?:really |so |very |totally )?(?:into|fond of|keen on|sick of|tired of|obsessed with|partial to)\b"),
)  # fmt: skip

FORMS: Final[Sequence[Form]] = (*_INSTRUCTIONS, *_CONSTRAINTS, *_PREFERENCES)
