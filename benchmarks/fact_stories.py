"""Made-up people, what holds of them over two years, and what is said when it changes.

The same seed gives the same people, values and times in every style and split; only the words, and with
them who speaks, differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Literal, TypeAlias

from fact_attribute import Attribute, Split, half
from fact_life import LIFE
from fact_values import AFTER, BEFORE, MEN, NARRATORS, WOMEN
from fact_work import WORK

Style: TypeAlias = Literal["tidy", "chat"]
STYLES: tuple[Style, ...] = ("tidy", "chat")
ATTRIBUTES = (*LIFE, *WORK)
NAMES = (*WOMEN, *MEN)
ASKED_AT = datetime(2026, 1, 15, 12, tzinfo=UTC)

_FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS, _DAYS_BETWEEN_CHANGES = 730, 15
_UPDATED_SHARE = 1 / 3
_UPDATES_WEIGHTS = {1: 5, 2: 3, 3: 2}
_LOWERED_SHARE, _SMALL_TALK_SHARE = 0.6, 0.4  # of chat messages: all in lower case, and with something else in them
_SHE = {"he": "she", "He": "She", "his": "her", "His": "Her", "him": "her"}
_HE = {"he": "he", "He": "He", "his": "his", "His": "His", "him": "him"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One message; `key` names it in the memory."""

    key: str
    text: str
    speaker: str
    at: datetime
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is said of an attribute of a subject, oldest first, and the question for what holds at the end."""

    subject: str
    attribute: str
    statements: tuple[Statement, ...]
    question: str

    @property
    def current(self) -> str:
        return self.statements[-1].value

    @property
    def stale(self) -> tuple[str, ...]:
        return tuple(statement.value for statement in self.statements[:-1])


def facts(*, count: int, subjects: int, seed: int, style: Style, split: Split, gossip: bool) -> tuple[Fact, ...]:
    """Return facts about people, a third of which change up to three times.

    What people do not say of themselves is told by a few narrators, or with `gossip` by the other people.
    """
    source = Random(seed)
    people = source.sample(NAMES, subjects)
    tellers = people if gossip else NARRATORS
    about = source.sample([(name, attribute) for name in people for attribute in ATTRIBUTES], count)
    made = tuple(
        _Telling(name, attribute, tellers, Random(f"{seed} {name} {attribute.name}"), style, split).fact(
            str(number), updates=_updates(source) if number < round(count * _UPDATED_SHARE) else 0
        )
        for number, (name, attribute) in enumerate(about)
    )
    _check(made)
    return made


def has(text: str, value: str) -> bool:
    """Whether a text holds a value as whole words, in any case."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def _updates(source: Random) -> int:
    [count] = source.choices(tuple(_UPDATES_WEIGHTS), tuple(_UPDATES_WEIGHTS.values()))
    return count


@dataclass(frozen=True, slots=True)
class _Telling:
    """How one fact is told: who speaks of whom, and in which words."""

    name: str
    attribute: Attribute
    tellers: Sequence[str]
    source: Random
    style: Style
    split: Split

    def fact(self, key: str, *, updates: int) -> Fact:
        values, times = self._values(1 + updates), self._times(1 + updates)
        befores = (None, *values)
        statements = tuple(
            self._statement(f"{key}.{place}", at, value, before)
            for place, (at, value, before) in enumerate(zip(times, values, befores, strict=False))
        )
        question = self._choice(half(self.attribute.asked, self.split)).format_map(self._words(statements[-1].value))
        return Fact(subject=self.name, attribute=self.attribute.name, statements=statements, question=question)

    def _values(self, count: int) -> list[str]:
        values: list[str] = []
        while len(values) < count:
            value = self.attribute.value(self.source, self.name)
            if value not in values:
                values.append(value)
        return values

    def _times(self, count: int) -> list[datetime]:
        first = self.source.randrange(_DAYS_BETWEEN_CHANGES)
        days = sorted(self.source.sample(range(first, _DAYS, _DAYS_BETWEEN_CHANGES), count))
        return [_FIRST_DAY + timedelta(days=day, minutes=self.source.randrange(8 * 60, 22 * 60)) for day in days]

    def _statement(self, key: str, at: datetime, value: str, before: str | None) -> Statement:
        template, other = self._choice(half(self._lines(before), self.split)), self._other()
        lowered, talk = self.source.random() < _LOWERED_SHARE, self._small_talk()
        words = self._words(value, before)
        text = template.format_map(words)
        if before is not None and self.style == "chat":
            text = template.format_map({name: word.lower() for name, word in words.items()}) if lowered else text
            text = talk.format(text)
        speaker = other if "{name}" in template else self.name
        return Statement(key=key, text=text, speaker=speaker, at=at, value=value)

    def _lines(self, before: str | None) -> str:
        if before is None:
            return self.attribute.told
        return self.attribute.chatted if self.style == "chat" else self.attribute.updated

    def _other(self) -> str:
        return self._choice([name for name in self.tellers if name != self.name])

    def _small_talk(self) -> str:
        """Return what stands around a message; drawn whether or not it is used, so that styles draw alike."""
        before, after = self._choice(half(BEFORE, self.split)), self._choice(half(AFTER, self.split))
        around = self._choice((f"{before} {{}}", f"{{}} {after}"))
        return around if self.source.random() < _SMALL_TALK_SHARE else "{}"

    def _words(self, value: str, before: str | None = None) -> dict[str, str]:
        words = {"name": self.name, "me": self.name, **(_SHE if self.name in WOMEN else _HE)}
        words |= {"value": value, "Value": value[:1].upper() + value[1:], "a_value": _with_article(value)}
        return words if before is None else words | {"old": before, "a_old": _with_article(before)}

    def _choice(self, options: Sequence[str]) -> str:
        return options[int(self.source.random() * len(options))]


def _with_article(value: str) -> str:
    return f"{'an' if value[0].lower() in 'aeiou' else 'a'} {value}"


def _check(made: Sequence[Fact]) -> None:
    """Assert what grading needs: a statement holds its value, no later one, and no value stands inside another."""
    for fact in made:
        for place, statement in enumerate(fact.statements):
            assert has(statement.text, statement.value), statement
            assert not any(has(statement.text, later.value) for later in fact.statements[place + 1 :]), statement
            assert not any(has(statement.text, older.value) for older in fact.statements[: max(0, place - 1)])
    for attribute in ATTRIBUTES:
        values = {value.casefold() for value in _values_of(attribute, made)}
        assert not [(one, other) for one, other in permutations(values, 2) if one in other], attribute.name


def _values_of(attribute: Attribute, made: Sequence[Fact]) -> Iterator[str]:
    yield from attribute.values
    for fact in made:
        if fact.attribute == attribute.name:
            yield from (statement.value for statement in fact.statements)
