"""Stretches of a sentence that may be a value or a subject by what they are: names, and words of a lexicon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from umi.domain.entity import MentionKind
from umi.pipeline.facts.kinds import CARS, PETS, fits, is_role
from umi.pipeline.facts.lexicon import DIET, FLOOR, LANGUAGES, color_end, dish_end, pastime_end
from umi.pipeline.facts.noun_phrases import name_end
from umi.pipeline.facts.phrases import ADVERBS, BE, DETERMINERS, HAVE, MODALS, PREPOSITIONS, PRONOUNS, TAILS
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES, ORGANIZATIONS, PLACES
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON, ORG_TAILS

_STOPS: Final = (
    COMMON | BE | HAVE | MODALS | PREPOSITIONS | PRONOUNS | ADVERBS | DETERMINERS | TAILS | ADJECTIVES | CALENDAR
) | frozenset(
    """
    w u ur ya pls plz atm thats hes shes theyre hey fyi member lessons dinner lunch gift number email boss floor team
    desk food meals plate course series post office queue wifi promotion colour color band album music ping stuff
    dont doesnt didnt isnt wasnt cant wont not looking careful bumped tattoo hands holding member move done
    resident officialy luck wild boxes leg day typical right
    """.split()
)
_YEARS: Final = re.compile(r"(?:19|20)\d\d ?- ?(?:19|20)\d\d")
_RUN_WORDS_MAX = 4
_ROLE_WORDS_MAX = 4
_ROLE_LEADS: Final = frozenset("a an as says say said saying the now to from new is be".split())
_ROLES_LOOSE: Final = frozenset("major volunteer tailor head lead general model minor partner guard fellow".split())
_NO_ROLE_PART: Final = (
    PREPOSITIONS | BE | HAVE | PRONOUNS | DETERMINERS | ADVERBS | MODALS | frozenset("and or to says".split())
)
_WORDED: Final = {"color": color_end, "dish": dish_end, "pastime": pastime_end}
_ANIMALS: Final = PETS - {"pet"}
_NO_ANIMALS: Final = (["shelter"], ["walking"], ["park"], ["food"], ["care"], ["owner"], ["show"], ["'s"])
_PET_LEADS: Final = frozenset(
    "guinea border persian siamese shetland golden german maine cocker king bull great".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The tokens from `start` up to `end`.

    `is_person` says that it is known to be somebody, `is_strange` that it is only words that nothing else explains.
    """

    start: int
    end: int
    is_person: bool = False
    is_strange: bool = False


def names(tokens: Sequence[Token], *, is_chat: bool) -> list[Span]:
    """Return the names of a sentence; of one without capitals, the words that nothing else explains."""
    found: list[Span] = []
    place = 0
    while place < len(tokens):
        end = _name_end(tokens, place)
        if end:
            found.append(Span(start=place, end=end, is_person=_is_person(tokens, place, end)))
        place = end or place + 1
    if is_chat:
        found = [one for one in found if not _is_loud(tokens[one.start])]
        found = sorted([*found, *_runs(tokens, found)], key=lambda one: one.start)
    return found


def _is_loud(token: Token) -> bool:
    """Whether a word is in capitals only because it is shouted."""
    return token.text.isupper() and (token.word in VERBS or token.word in _STOPS)


def _name_end(tokens: Sequence[Token], place: int) -> int:
    token = tokens[place]
    if token.capital and token.word in COMMON and place and place + 1 < len(tokens) and tokens[place + 1].capital:
        return name_end(tokens, place + 1)  # "The Cure", "Big Thief"
    end = name_end(tokens, place)
    if (
        end == place + 1
        and not token.capital
        and end < len(tokens)
        and (tokens[end].word in GIVEN_NAMES or (_is_strange(tokens[end]) and not tokens[end].capital))
    ):
        return end + 1  # "mary beth", "pilar montoya"
    if end > place + 1 and tokens[end - 1].word in LANGUAGES and tokens[place].word not in LANGUAGES:
        return end - 1  # "taught Shirin Dutch"
    if end and end + 1 < len(tokens) and tokens[end].word == "'s" and tokens[end + 1].capital and place:
        return name_end(tokens, end + 1) or end + 2
    if end and end + 1 < len(tokens) and tokens[end].word == "&" and tokens[end + 1].capital:
        return name_end(tokens, end + 1) or end
    return end


def _is_person(tokens: Sequence[Token], start: int, end: int) -> bool:
    mention = tokens[start].mention
    if mention is not None and mention.kind is MentionKind.PERSON:
        return tokens[end - 1].word not in ORG_TAILS or end - start == 1
    known = " ".join(token.word for token in tokens[start:end])
    return tokens[start].word in GIVEN_NAMES and known not in PLACES and known not in ORGANIZATIONS


def _runs(tokens: Sequence[Token], known: Sequence[Span]) -> Iterator[Span]:
    taken = {place for span in known for place in range(span.start, span.end)}
    start = -1
    for place in range(len(tokens) + 1):
        free = (
            place < len(tokens)
            and place not in taken
            and (_is_strange(tokens[place]) or (start >= 0 and _goes_on(tokens, place)))
        )
        if free and start < 0:
            start = place
        elif start >= 0 and (not free or place - start >= _RUN_WORDS_MAX):
            yield Span(start=start, end=place, is_person=tokens[start].word in GIVEN_NAMES, is_strange=True)
            start = place if free else -1


def _goes_on(tokens: Sequence[Token], place: int) -> bool:
    """Whether a strange name goes on: "machine learning", "barry's bootcamp"."""
    word = tokens[place].word
    joined = word == "'s" and place + 1 < len(tokens) and _is_strange(tokens[place + 1])
    return word in _BRANCHES or joined or word in PLACES or word == "&"


_BRANCHES: Final = frozenset("learning engineering marketing training testing processing planning".split())


def _is_strange(token: Token) -> bool:
    return (
        token.kind == "word"
        and len(token.word) > 1
        and "_" not in token.word
        and token.word not in _STOPS
        and token.word not in VERBS
    )


def lexical(kind: str, tokens: Sequence[Token]) -> Iterator[Span]:
    """Yield the stretches that are of a kind by their words alone."""
    words = [token.word for token in tokens]
    place = 0
    while place < len(tokens):
        span = _lexical_at(kind, tokens, words, place)
        if span is not None:
            yield span
        place = max(place + 1, span.end if span is not None else 0)


def _lexical_at(kind: str, tokens: Sequence[Token], words: list[str], place: int) -> Span | None:
    if kind in _WORDED:
        end = _WORDED[kind](words, place)
        return Span(start=place, end=end) if end else None
    token = tokens[place]
    start, end = place, 0
    match kind:
        case "email" | "phone":
            end = place + 1 if token.kind == kind and not _YEARS.fullmatch(token.text) else 0
        case "floor":
            follows = words[place + 1 : place + 2] in (["floor"], ["storey"], ["story"])
            end = place + 2 if follows and FLOOR.fullmatch(token.word) else 0
        case "diet":
            end = place + 1 if DIET.fullmatch(token.word) else 0
        case "language":
            end = place + 1 if token.word in LANGUAGES and words[place + 1 : place + 2] != ["food"] else 0
        case "pet":
            known = token.word in _ANIMALS or token.word.removesuffix("s") in _ANIMALS
            end = place + 1 if known and words[place + 1 : place + 2] not in _NO_ANIMALS else 0
            start -= bool(end) and _is_breed(tokens, place - 1)
        case "car":
            end = _car_end(tokens, place)
        case _:
            return _role_at(tokens, place)
    return Span(start=start, end=end) if end else None


def _is_breed(tokens: Sequence[Token], place: int) -> bool:
    """Whether the word here is of the animal after it: "Persian cat", "guinea pig"."""
    return place >= 0 and ((tokens[place].capital and place > 0) or tokens[place].word in _PET_LEADS)


def _car_end(tokens: Sequence[Token], place: int) -> int:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    model = following is not None and (following.capital or following.kind == "number" or following.word in CARS)
    if (
        (place == 0 and not model)
        or token.word not in CARS
        or token.word in _GENERIC_CARS
        or not (fits("car", [token], is_chat=False) or model)
    ):
        return 0
    end = place + 1
    while (
        end < len(tokens)
        and end - place < _RUN_WORDS_MAX
        and (tokens[end].capital or tokens[end].kind == "number" or tokens[end].word in CARS - _GENERIC_CARS)
    ):
        end += 1
    return end


_GENERIC_CARS: Final = frozenset(
    "car suv truck van minivan pickup hatchback sedan motorbike motorcycle scooter".split()
)


def _role_at(tokens: Sequence[Token], place: int) -> Span | None:
    """Read a trade that ends here, and the words before it: "air traffic controller"."""
    if not is_role(tokens[place : place + 1]) or (place + 1 < len(tokens) and is_role(tokens[place + 1 : place + 2])):
        return None
    start = place
    while start > 0 and place - start < _ROLE_WORDS_MAX and tokens[start - 1].kind == "word":
        before = tokens[start - 1]
        if before.word in _NO_ROLE_PART or before.capital or (before.word in VERBS and not before.word.endswith("s")):
            break
        start -= 1
    led = start > 0 and (tokens[start - 1].word in _ROLE_LEADS or tokens[start - 1].kind == "mark")
    loose = tokens[place].word in _ROLES_LOOSE
    if not led or (loose and tokens[start - 1].word not in {"a", "an", "as"}):
        return None
    while start < place and tokens[start].word in COMMON - {"data", "art", "music", "food"}:
        start += 1
    return Span(start=start, end=place + 1)
