"""Reads the facts that a text states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from umi.domain.entity import Mention
from umi.domain.fact import Fact, FactStatus, Slot
from umi.domain.time import DateMention
from umi.pipeline.facts.aliases import aliases
from umi.pipeline.facts.clause_reading import Reader
from umi.pipeline.facts.clauses import Clause, split_clauses
from umi.pipeline.facts.coverage import says_nothing_else
from umi.pipeline.facts.drafts import Draft, text_of
from umi.pipeline.facts.evidence import read_evidence
from umi.pipeline.facts.noun_phrases import Scene
from umi.pipeline.facts.onlies import mark_only
from umi.pipeline.facts.phrases import has_change, is_hedged
from umi.pipeline.facts.slots import slot_of
from umi.pipeline.facts.subjects import speaker_subject, subject_key
from umi.pipeline.facts.tokens import Token, mark_spans, tokenise
from umi.pipeline.facts.values import value_key
from umi.pipeline.remember.extract.extracted import Sentence, SentenceKind

__all__ = ["FACTS_COUNT_MAX", "aliases", "find_facts", "says_nothing_else"]

FACTS_COUNT_MAX: Final = 20
TEXT_CHARACTERS_MAX: Final = 4_000
SENTENCE_CHARACTERS_MAX: Final = 400
_READ_CHARACTERS_MAX = TEXT_CHARACTERS_MAX + SENTENCE_CHARACTERS_MAX
_STATED_TOKENS_MIN = 4
_ASKING = frozenset(
    "how hows what whats when where wheres who whos why did do does are is can could would will still have has u "
    "hear heard guess remember any wanna up".split()
)
_LABEL_TOKENS_MAX = 9
_OPENINGS = ("hear ", "heard ", "did u ", "did you know", "did you hear", "guess who", "guess what", "remember ")
_HEDGED_SHARE = 0.7
_BEGINNING = frozenset("since as from starting effective of".split())
_NO_SLOTS: Final[Mapping[str, Slot]] = MappingProxyType({})


def find_facts(
    text: str,
    *,
    speaker: str | None,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    dates: Sequence[DateMention],
    at: datetime | None,
    slots: Mapping[str, Slot] = _NO_SLOTS,
) -> tuple[Fact, ...]:
    """Find what a text states of whom, in the order of the text.

    `speaker` is the name of who said it, whom "I" means. `slots` are slots of the user's own, by name; they decide
    whether several values may hold at once. Only the first characters of a long text are read.
    """
    del at  # the dates are resolved already
    scene = Scene(speaker=speaker_subject(speaker))
    mentions = [mention for mention in mentions if mention.start <= _READ_CHARACTERS_MAX]
    dates = [date for date in dates if date.start <= _READ_CHARACTERS_MAX]
    facts: dict[tuple[str, str, str, FactStatus], Fact] = {}
    for sentence in sentences:
        if sentence.start > TEXT_CHARACTERS_MAX or len(facts) >= FACTS_COUNT_MAX:
            break
        if sentence.kind is SentenceKind.QUESTION and not _opens_with_statement(sentence.text):
            scene.lead = _opening(text, sentence, mentions, dates) if _tells(sentence.text) else []
            continue
        for fact in _in_sentence(text, sentence, mentions, dates, scene, slots):
            facts.setdefault((subject_key(fact.subject), fact.slot, value_key(fact.value), fact.status), fact)
    return tuple(facts.values())[:FACTS_COUNT_MAX]


def _in_sentence(
    text: str,
    sentence: Sentence,
    mentions: Sequence[Mention],
    dates: Sequence[DateMention],
    scene: Scene,
    slots: Mapping[str, Slot],
) -> Iterator[Fact]:
    tokens = tokenise(text, sentence.start, min(sentence.end, sentence.start + SENTENCE_CHARACTERS_MAX))
    mark_spans(tokens, mentions, dates)
    if sentence.kind is SentenceKind.QUESTION:
        tokens = tokens[: _asking(tokens)]
    scene.is_chat = _is_chat(tokens)
    reader = Reader(scene=scene)
    found = [(clause, draft) for clause in split_clauses(tokens) for draft in reader.read(clause)]
    if tokens:
        settled = {draft.slot for _, draft in found if draft.status is FactStatus.CURRENT}
        whole = Clause(tokens=[*scene.lead, *tokens], lead="", opening=[])
        told = list(read_evidence(whole.tokens, scene, settled=settled))
        gyms = {text_of(text, draft.value) for draft in told if draft.slot == "gym"}
        found = [one for one in found if one[1].slot != "works_at" or text_of(text, one[1].value) not in gyms]
        found += ((whole, draft) for draft in told)
        scene.lead = tokens if scene.is_chat and len(tokens) <= _LABEL_TOKENS_MAX else []
    mark_only([draft for _, draft in found], tokens)
    changes, hedged = (has_change(tokens), is_hedged(tokens)) if found else (False, False)
    for clause, draft in found:
        draft.is_change = draft.is_change or changes or draft.mode != "state"
        draft.is_hedged = draft.is_hedged or hedged
        yield _fact(text, clause, draft, slots)


def _tells(question: str) -> bool:
    """Whether a question only opens a story: "hear Tom got a new boss?"."""
    return question.lower().startswith(_OPENINGS)


def _opens_with_statement(question: str) -> bool:
    """Whether a question runs on from a statement, as in chat: "we moved to rome, hows your mum doing?"."""
    first = question.lstrip()[:1]
    return first.islower() and question.split(maxsplit=1)[0].removesuffix("'s") not in _ASKING


def _asking(tokens: Sequence[Token]) -> int:
    """Return where a sentence turns to its question; 0 where that is not told."""
    found = (place for place in range(len(tokens) - 1, _STATED_TOKENS_MIN, -1) if tokens[place].word in _ASKING)
    return next(found, 0)


def _opening(text: str, sentence: Sentence, mentions: Sequence[Mention], dates: Sequence[DateMention]) -> list[Token]:
    tokens = tokenise(text, sentence.start, min(sentence.end, sentence.start + SENTENCE_CHARACTERS_MAX))
    mark_spans(tokens, mentions, dates)
    return tokens


def _is_chat(tokens: Sequence[Token]) -> bool:
    """Whether the sentence is typed without capitals, so that a name may stand in lower case."""
    first = next((token for token in tokens if token.kind == "word"), None)
    return first is not None and (first.text[0].islower() or any(token.text == "i" for token in tokens))


def _fact(text: str, clause: Clause, draft: Draft, slots: Mapping[str, Slot]) -> Fact:
    slot = slot_of(draft.slot, slots)
    since, until = _period(clause, draft)
    start = min(clause.start, draft.value[0].start)
    end = max(clause.end, draft.value[-1].end)
    return Fact(
        subject=draft.subject,
        slot=slot.name,
        value=text_of(text, draft.value),
        status=draft.status,
        confidence=round(draft.weight * (_HEDGED_SHARE if draft.is_hedged else 1), 3),
        many=slot.many and not draft.is_only,
        start=start,
        end=end,
        is_change=draft.is_change,
        is_hedged=draft.is_hedged,
        since=since,
        until=until,
    )


def _period(clause: Clause, draft: Draft) -> tuple[datetime | None, datetime | None]:
    """Return since when it holds, and until when it held, where the clause says so."""
    tokens = [*clause.opening, *clause.tokens, *(token for tail in clause.tails for token in tail)]
    value = {id(token) for token in draft.value}
    for place, token in enumerate(tokens):
        if token.date is None or id(token) in value:
            continue
        moment = token.date.period.start
        lead = _lead(tokens, place)
        if lead in {"until", "till"} or draft.status in {FactStatus.PAST, FactStatus.NEGATED}:
            return None, moment
        if draft.mode == "enter" or lead in _BEGINNING:
            return moment, None
        return None, None
    return None, None


def _lead(tokens: Sequence[Token], place: int) -> str:
    return tokens[place - 1].word if place else ""
