"""Made-up conversations: sentences of a Zipf vocabulary, said by two people in sessions of thirty turns.

The same number always gives the same turn, so that a store that was kept can be asked about its own rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import numpy as np

from umi import Turn
from umi.pipeline.words import STOP_WORDS
from umi_minilm import tokenizer_path

WORDS_COUNT = 50_000
SESSION_TURNS = 30
SENTENCE_WORDS = (15, 25)
QUESTION_WORDS = (8, 12)
SPEAKERS = ("Ada", "Kenji")
TOPICS = tuple(f"topic-{number}" for number in range(20))

_SEED = 20261121
_BLOCK_TURNS = 1_000
_ZIPF_SHIFT, _ZIPF_POWER = 2.7, 1.05  # Mandelbrot's form; stop words are 45 % of all words, as in English
_ENDINGS = ("s", "ed", "ing", "er", "ly", "ness", "ful", "less", "ish", "able")
_FIRST_DAY = datetime(2019, 1, 7, 8, tzinfo=UTC)
_SESSION_GAP, _TURN_GAP = timedelta(hours=2), timedelta(minutes=1)


@cache
def vocabulary() -> tuple[str, ...]:
    """Return 50,000 words, commonest first: stop words, then English as the tokeniser's vocabulary orders it."""
    pieces = tokenizer_path().read_text(encoding="utf-8").split("\n")
    whole = [piece for piece in pieces if piece.isascii() and piece.isalpha() and len(piece) > 2]
    stops = [word for word in whole if word in STOP_WORDS]
    plain = [word for word in whole if word not in STOP_WORDS]
    known = set(whole)
    made = (word + ending for ending in _ENDINGS for word in plain if word + ending not in known)
    return tuple(dict.fromkeys([*stops, *plain, *made]))[:WORDS_COUNT]


@cache
def _cumulative() -> np.ndarray:
    shares = 1 / (np.arange(WORDS_COUNT) + _ZIPF_SHIFT) ** _ZIPF_POWER
    return np.cumsum(shares / shares.sum())


def sentence(source: np.random.Generator) -> str:
    """Return 15 to 25 words as a sentence."""
    drawn = np.searchsorted(_cumulative(), source.random(source.integers(SENTENCE_WORDS[0], SENTENCE_WORDS[1] + 1)))
    words = vocabulary()
    return " ".join([words[min(rank, WORDS_COUNT - 1)] for rank in drawn.tolist()]).capitalize() + "."


@lru_cache(maxsize=4)
def _block(number: int) -> tuple[str, ...]:
    source = np.random.default_rng((_SEED, number))
    return tuple(sentence(source) for _ in range(_BLOCK_TURNS))


def text_of(number: int) -> str:
    return _block(number // _BLOCK_TURNS)[number % _BLOCK_TURNS]


def session_of(number: int) -> str:
    return f"session-{number // SESSION_TURNS}"


def user_of(number: int, users: int) -> str | None:
    """Return who the turn belongs to: each session to the next of the users, nobody where there is one only."""
    return f"user-{number // SESSION_TURNS % users}" if users > 1 else None


def event_time_of(number: int) -> datetime:
    return _FIRST_DAY + number // SESSION_TURNS * _SESSION_GAP + number % SESSION_TURNS * _TURN_GAP


def turn(number: int, users: int = 1) -> Turn:
    return Turn(
        text=text_of(number),
        speaker=SPEAKERS[number % len(SPEAKERS)],
        user=user_of(number, users),
        session=session_of(number),
        event_time=event_time_of(number),
        topics=(TOPICS[number % len(TOPICS)],),
        key=str(number),
    )


def turns(start: int, end: int, users: int = 1) -> Iterator[Turn]:
    return (turn(number, users) for number in range(start, end))


def question(number: int) -> str:
    """Return 8 to 12 words about a turn: its four to six rarest, among stop words."""
    source = np.random.default_rng((_SEED, number, 1))
    ranks = {word: rank for rank, word in enumerate(vocabulary())}
    told = sorted(set(text_of(number).rstrip(".").lower().split()) - STOP_WORDS, key=lambda word: -ranks[word])
    rare = told[: source.integers(4, 7)]
    count = source.integers(QUESTION_WORDS[0], QUESTION_WORDS[1] + 1)
    common = vocabulary()[:60]
    words = [*rare, *(common[source.integers(len(common))] for _ in range(count - len(rare)))]
    return " ".join(np.array(words)[source.permutation(len(words))].tolist()).capitalize() + "?"


def questions(count: int, rows: int, seed: int) -> list[tuple[int, str]]:
    """Return questions about random rows, each with its row's number."""
    numbers = np.random.default_rng((_SEED, seed)).integers(0, rows, count).tolist()
    return [(number, question(number)) for number in numbers]
