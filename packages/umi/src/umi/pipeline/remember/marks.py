"""What is odd about a text: that it tries to give instructions, though its source has no business to.

A web page, a document or a tool's output is something to know about, never someone to obey. Marked texts of untrusted
sources are kept in quarantine until someone has looked at them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from umi.domain.entity import Cue, CueKind, Trust
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.patterns import unwrapped

INSTRUCTION = "instruction"

# Turned at a model, whoever says it: taking over its instructions, its role, its secrets or its tools.
_TAKEOVER = re.compile(
    unwrapped(
        r"""
        (?:ignore|disregard|forget|override|bypass|do not follow)[\w ,'-]{0,30}
        (?: instructions?| prompts?| rules?| guidelines?| context| messages?)\b|
        \byou (?:are|act|will act|must act) (?:now |as )[\w ,'-]{0,40}(?:assistant|model|ai|agent|admin|mode|dan)\b|
        \b(?:system|developer) (?:prompt|message|instructions?)\b|<\|?(?:im_start|system|assistant)\b|
        \b(?:reveal|print|show|leak|send|forward|exfiltrate|email)\b[\w ,'-]{0,40}
        \b(?:system prompt|passwords?|secrets?|api keys?|tokens?|credentials)\b|
        \b(?:new|updated|important) instructions?\b|\bas an ai\b|
        \b(?:the )?(?:assistant|ai|agent|model|llm) (?:must|should|shall|has to|needs to|will)\b|
        \b(?:call|invoke|run|execute|use) the \w+ (?:tool|function|command)\b|
        \b(?:remember|store|save|add)\b[\w ,'-]{0,30}\b(?:in|to) (?:your )?memory\b
        """.replace("\n        ", "\n")
    )
)
_READ_CHARACTERS_MAX = 20_000


def marks_of(cues: Sequence[Cue], text: str, trust: Trust) -> tuple[str, ...]:
    """Return the marks of a text from a source of this trust. What users say themselves is never marked."""
    if trust.rank >= Trust.USER.rank:
        return ()
    gives_orders = any(cue.kind is CueKind.INSTRUCTION for cue in cues) and trust is Trust.UNTRUSTED
    if gives_orders or _TAKEOVER.search(fold(text[:_READ_CHARACTERS_MAX])):
        return (INSTRUCTION,)
    return ()
