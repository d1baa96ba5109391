"""Finds the people, organisations and places a text names.

Precision first: these are keys for filtering and linking, and the text itself stays searchable without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from umi.domain.entity import Mention, MentionKind
from umi.pipeline.remember.extract.extracted import Sentence
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.lower_case_names import lower_case_names
from umi.pipeline.remember.extract.name_kinds import verdict
from umi.pipeline.remember.extract.name_spans import NameSpan, lower_case_words, name_spans, quoted_titles, readable

_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z_]\w{1,30}(?![\w@])")
_LISTED = re.compile(r"(?:,? and |, | & | or | to |/)$")
_GAP_MAX = 6


def find_mentions(text: str, *, sentences: Sequence[Sentence], speaker: str | None) -> tuple[Mention, ...]:
    """Find the names in a text, in order. They never overlap. A name is a person when it is the speaker's."""
    folded, plain = fold(text), readable(text)
    lower = lower_case_words(plain)
    found = [*_handles(text), *_titles(text, plain)]
    unsure: list[NameSpan] = []
    for sentence in sentences:
        for span in name_spans(plain, sentence, lower):
            mention = _mention(text, folded, span)
            if mention:
                found.append(mention)
            else:
                unsure.append(span)
    found += lower_case_names(text, fold(plain), lower)
    found += _seen_elsewhere(text, unsure, found)
    return tuple(_one_kind_per_name(_like_their_neighbours(text, _disjoint(found)), speaker))


def _titles(text: str, plain: str) -> Iterator[Mention]:
    for title in quoted_titles(plain):
        start, end = title.span("title")
        yield Mention(text=text[start:end], kind=MentionKind.OTHER, start=start, end=end, confidence=0.6)


def _mention(text: str, folded: str, span: NameSpan) -> Mention | None:
    told = verdict(folded, span)
    if told is None:
        return None
    name = text[span.start : span.end]
    return Mention(text=name, kind=told.kind, start=span.start, end=span.end, confidence=told.confidence)


def _handles(text: str) -> Iterator[Mention]:
    for found in _HANDLE.finditer(text):
        yield Mention(text=found[0], kind=MentionKind.PERSON, start=found.start(), end=found.end(), confidence=0.6)


def _seen_elsewhere(text: str, unsure: Iterable[NameSpan], found: Sequence[Mention]) -> Iterator[Mention]:
    """A capital at the start of a sentence is a name when the same name stands elsewhere."""
    kinds = {mention.text: mention for mention in found}
    for span in unsure:
        known = kinds.get(text[span.start : span.end])
        if known:
            yield replace(known, start=span.start, end=span.end)


def _disjoint(mentions: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _like_their_neighbours(text: str, mentions: list[Mention]) -> list[Mention]:
    """Take what is listed with a known kind to be of that kind: "Emma and Zofka", "from Rome to Matera"."""
    result = list(mentions)
    for place in range(1, len(result)):
        before, after = result[place - 1], result[place]
        gap = text[before.end : after.start]
        if len(gap) > _GAP_MAX or not _LISTED.search(gap) or " of " in before.text + after.text:
            continue
        if after.kind is MentionKind.OTHER and before.kind is not MentionKind.OTHER:
            result[place] = replace(after, kind=before.kind, confidence=min(0.6, before.confidence))
        elif before.kind is MentionKind.OTHER and after.kind is not MentionKind.OTHER and gap != " to ":
            result[place - 1] = replace(before, kind=after.kind, confidence=min(0.6, after.confidence))
    return result


def _one_kind_per_name(mentions: list[Mention], speaker: str | None) -> list[Mention]:
    """The surest reading of a name holds for the whole text."""
    surest: dict[str, Mention] = {}
    for mention in mentions:
        key = mention.text.lower()
        if key not in surest or mention.confidence > surest[key].confidence:
            surest[key] = mention
    own = {part.lower() for part in (speaker or "").split()} | {(speaker or "").lower()}
    return [
        replace(mention, kind=MentionKind.PERSON, confidence=0.95)
        if mention.text.lower() in own
        else replace(mention, kind=surest[mention.text.lower()].kind)
        for mention in mentions
    ]
