"""Ranking candidates: a weighted sum of factors in 0..1, over the sum of the weights that are in play.

Each factor is simply absent where its input is: no session, no date, no speaker, no vector. What is believed comes on
top: its weight is not among those divided by, else a question for a fact would shrink the score of all that states
none. A sum above 1 scores 1, and the order is that of the sums.

The weights are round numbers chosen on the development data of `docs/reference/benchmarks.md`, one setting for all of
it; what each is worth stands there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

from umi.domain.query import Candidate, Why
from umi.domain.time import from_microseconds
from umi.domain.turn import Role
from umi.pipeline.recall.ask import Ask, Times
from umi.pipeline.recall.retrieve import Retrieved
from umi.pipeline.words import content_words

WEIGHT_WORDS = 0.5
WEIGHT_MEANING = 0.6
WEIGHT_CONTEXT = 0.5
WEIGHT_ROLE = 0.2
WEIGHT_TIME = 0.2
WEIGHT_SPEAKER = 0.15
WEIGHT_FACT = 1.5
WEIGHT_QUESTION = 0.2  # taken off

PERFECT_SHARE = 0.5  # of the words' ideal score, from which on a match by words is as good as it gets
WINDOW_TURNS = 4  # on each side
WINDOW_BEST = 3
SELF_CONTAINED_CHARACTERS = 500  # up to here a turn leans fully on its surroundings; beyond, in inverse proportion
QUESTION_CHARACTERS = 100  # a question longer than this also tells something

_ASSISTANT = Role.ASSISTANT.value
_ROLE_NAMES = frozenset({role.value for role in Role} | {"human", "ai", "other"})


class CosineRange(NamedTuple):
    """Where a model's cosines begin to mean something, and where they mean the same."""

    floor: float
    ceiling: float


class Ranked(NamedTuple):
    """A candidate's number in the store, its score, which is at most 1, and why."""

    number: int
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well each candidate fits by words and by meaning, each in 0..1, and both together."""

    words: list[float]
    meaning: list[float]

    @property
    def joint(self) -> list[float]:
        whole = WEIGHT_WORDS + WEIGHT_MEANING
        return [
            (WEIGHT_WORDS * word + WEIGHT_MEANING * sense) / whole
            for word, sense in zip(self.words, self.meaning, strict=True)
        ]


def rank(retrieved: Retrieved, ask: Ask, *, limit: int, cosines: CosineRange | None = None) -> list[Ranked]:
    """Score candidates and return the best, best first; equal scores keep the order of their numbers.

    `cosines` is the embedding model's range; without one, the candidates' own least and greatest cosine stand in.
    """
    candidates = retrieved.candidates
    fits = relevance(retrieved, cosines)
    contexts = _contexts(candidates, fits.joint)
    scoring = _Scoring(candidates, ask, retrieved.believed.shares)
    values = zip(fits.words, fits.meaning, contexts, strict=True)
    scored = [
        (-scoring.score(candidate, value), candidate.number, candidate, value)
        for candidate, value in zip(candidates, values, strict=True)
    ]
    by_words, by_meaning = _places(candidates)
    return [
        Ranked(number, min(1.0, -negated), Why(
            lexical_rank=by_words.get(number),
            dense_rank=by_meaning.get(number),
            parts=scoring.parts(candidate, value, whole=max(1.0, -negated)),
        ))
        for negated, number, candidate, value in nsmallest(limit, scored)
    ]  # fmt: skip


def relevance(retrieved: Retrieved, cosines: CosineRange | None) -> Relevance:
    """Return how well each candidate fits by itself, whatever stands around it."""
    candidates = retrieved.candidates
    # Without the share of the ideal, one common word in common would count as a perfect match where no better is.
    best = max(PERFECT_SHARE * retrieved.ideal, *(c.lexical or 0.0 for c in candidates), 0.0) or 1.0
    if cosines is None:
        values = [c.dense for c in candidates]
        cosines = CosineRange(min(values, default=0.0), max(values, default=1.0))
    floor, span = cosines.floor, (cosines.ceiling - cosines.floor) or 1.0
    return Relevance(
        words=[(c.lexical or 0.0) / best for c in candidates],
        meaning=[min(1.0, max(0.0, (c.dense - floor) / span)) for c in candidates],
    )


def _contexts(candidates: Sequence[Candidate], values: Sequence[float]) -> list[float]:
    """Return the mean of the best three values within four turns, its own included, by how open the turn is.

    A turn of a conversation is often understood, and found, only with those around it. A memory outside any session is
    its own surroundings.
    """
    sessions: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for candidate, value in zip(candidates, values, strict=True):
        if candidate.session is not None:
            sessions[candidate.session][candidate.position] = value
    return [
        _openness(candidate) * (value if candidate.session is None else _window(sessions[candidate.session], candidate))
        for candidate, value in zip(candidates, values, strict=True)
    ]


def _window(session: Mapping[int, float], candidate: Candidate) -> float:
    around = range(candidate.position - WINDOW_TURNS, candidate.position + WINDOW_TURNS + 1)
    best = sorted([session[place] for place in around if place in session], reverse=True)[:WINDOW_BEST]
    return sum(best) / max(1, min(WINDOW_BEST, candidate.session_turns))


def _openness(candidate: Candidate) -> float:
    return min(1.0, SELF_CONTAINED_CHARACTERS / max(1, candidate.length))


def _named_speakers(candidates: Sequence[Candidate], ask: Ask) -> frozenset[str]:
    """Return the speakers whose name stands in the question; "user" and "assistant" are no names."""
    asked = set(ask.words)
    speakers = {c.speaker for c in candidates if c.speaker and c.speaker.lower() not in _ROLE_NAMES}
    return frozenset(speaker for speaker in speakers if not asked.isdisjoint(content_words(speaker)))


class _Scoring:
    """The weights that are in play: those that cannot tell these candidates apart would only shrink every score."""

    def __init__(self, candidates: Sequence[Candidate], ask: Ask, believed: Mapping[int, float]) -> None:
        self._believed = believed
        self._times = ask.times
        self._asks_assistant = ask.asks_assistant
        self._named = _named_speakers(candidates, ask)
        self._role = WEIGHT_ROLE if any(c.role == _ASSISTANT for c in candidates) else 0.0
        self._time = WEIGHT_TIME if ask.times else 0.0
        self._speaker = WEIGHT_SPEAKER if self._named else 0.0
        self._whole = WEIGHT_WORDS + WEIGHT_MEANING + WEIGHT_CONTEXT + self._role + self._time + self._speaker

    def score(self, candidate: Candidate, values: tuple[float, float, float]) -> float:
        """Return the sum of `parts`, which may be above 1, without naming them: this runs for every candidate."""
        words, meaning, context = values
        total = WEIGHT_WORDS * words + WEIGHT_MEANING * meaning + WEIGHT_CONTEXT * context
        if (candidate.role == _ASSISTANT) == self._asks_assistant:
            total += self._role
        if candidate.speaker in self._named:
            total += self._speaker
        if self._times and _is_within(candidate.event_at, self._times):
            total += self._time
        if self._believed:
            total += WEIGHT_FACT * self._believed.get(candidate.number, 0.0)
        if candidate.is_question and candidate.length < QUESTION_CHARACTERS:
            total -= min(WEIGHT_QUESTION, max(0.0, total))
        return total / self._whole

    def parts(
        self, candidate: Candidate, values: tuple[float, float, float], *, whole: float
    ) -> tuple[tuple[str, float], ...]:
        """Return what each factor gives to the score, where it gives anything, as a share of `whole`."""
        words, meaning, context = values
        given = {
            "words": WEIGHT_WORDS * words,
            "meaning": WEIGHT_MEANING * meaning,
            "context": WEIGHT_CONTEXT * context,
            "role": self._role if (candidate.role == _ASSISTANT) == self._asks_assistant else 0.0,
            "speaker": self._speaker if candidate.speaker in self._named else 0.0,
            "fact": WEIGHT_FACT * self._believed.get(candidate.number, 0.0),
            "time": self._time if self._times and _is_within(candidate.event_at, self._times) else 0.0,
        }
        if candidate.is_question and candidate.length < QUESTION_CHARACTERS:
            # A short question tells little; what it takes off never makes a score negative.
            given["question"] = -min(WEIGHT_QUESTION, max(0.0, sum(given.values())))
        return tuple((name, part / self._whole / whole) for name, part in given.items() if part)


def _is_within(event_at: int, times: Times) -> bool:
    if any(start <= event_at < end for start, end in times.stretches):
        return True
    return bool(times.months) and from_microseconds(event_at).month in times.months


def _places(candidates: Sequence[Candidate]) -> tuple[dict[int, int], dict[int, int]]:
    """Return each candidate's place, from 1, in the two indexes' own lists."""
    by_words = sorted((-c.lexical, c.number) for c in candidates if c.lexical is not None)
    by_meaning = sorted((-c.dense, c.number) for c in candidates if c.is_near)
    return (
        {number: place for place, (_, number) in enumerate(by_words, 1)},
        {number: place for place, (_, number) in enumerate(by_meaning, 1)},
    )
