"""Stretches of a sentence that may be a value or a subject by what they are: names, and words of a lexicon."""

from __future__ import annotations

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
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON

_STOPS: Final = (
    COMMON | BE | HAVE | MODALS | PREPOSITIONS | PRONOUNS | ADVERBS | DETERMINERS | TAILS | ADJECTIVES | CALENDAR
) | frozenset(
    """
    w u ur ya pls plz atm thats hes shes theyre hey fyi member lessons dinner lunch gift number email boss floor team
    desk food meals plate course series post office queue wifi promotion colour color band album music ping stuff
    dont doesnt didnt isnt wasnt cant wont not looking careful bumped tattoo hands holding member move done
    """.split()
)
_RUN_WORDS_MAX = 4
_ROLE_WORDS_MAX = 4
_NO_ROLE_PART: Final = PREPOSITIONS | BE | HAVE | PRONOUNS | DETERMINERS | ADVERBS | MODALS | frozenset("and or to says".split())
_PET_LEADS: Final = frozenset("guinea border persian siamese shetland golden german maine cocker king bull great".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The tokens from `start` up to `end`. `is_person` says that it is known to be somebody."""

    start: int
    end: int
    is_person: bool = False


def names(tokens: Sequence[Token], *, is_chat: bool) -> list[Span]:
    """Return the names of a sentence; of one without capitals, the words that nothing else explains."""
    found: list[Span] = []
    place = 0
    while place < len(tokens):
        end = _name_end(tokens, place)
        if end:
            found.append(Span(start=place, end=end, is_person=_is_person(tokens, place, end)))
        place = end or place + 1
    return found + list(_runs(tokens, found)) if is_chat else found


def _name_end(tokens: Sequence[Token], place: int) -> int:
    token = tokens[place]
    if token.text == "The" and place and place + 1 < len(tokens) and tokens[place + 1].capital:
        return name_end(tokens, place + 1)
    end = name_end(tokens, place)
    if end and end + 1 < len(tokens) and tokens[end].word == "'s" and tokens[end + 1].capital and place:
        return name_end(tokens, end + 1) or end + 2
    if end and end + 1 < len(tokens) and tokens[end].word == "&" and tokens[end + 1].capital:
        return name_end(tokens, end + 1) or end
    return end


def _is_person(tokens: Sequence[Token], start: int, end: int) -> bool:
    mention = tokens[start].mention
    if mention is not None and mention.kind is MentionKind.PERSON:
        return True
    known = " ".join(token.word for token in tokens[start:end])
    return tokens[start].word in GIVEN_NAMES and known not in PLACES and known not in ORGANIZATIONS


def _runs(tokens: Sequence[Token], known: Sequence[Span]) -> Iterator[Span]:
    taken = {place for span in known for place in range(span.start, span.end)}
    start = -1
    for place in range(len(tokens) + 1):
        free = place < len(tokens) and place not in taken and _is_strange(tokens[place])
        if free and start < 0:
            start = place
        elif start >= 0 and (not free or place - start >= _RUN_WORDS_MAX):
            yield Span(start=start, end=place, is_person=tokens[start].word in GIVEN_NAMES)
            start = place if free else -1


def _is_strange(token: Token) -> bool:
    return token.kind == "word" and len(token.word) > 1 and token.word not in _STOPS and token.word not in VERBS


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
    token = tokens[place]
    start, end = place, 0
    match kind:
        case "email":
            end = place + 1 if token.kind == "email" else 0
        case "phone":
            end = place + 1 if token.kind == "phone" and fits("phone", [token], is_chat=False) else 0
            start -= bool(end) and place > 0 and words[place - 1] == "+"
        case "floor":
            follows = words[place + 1 : place + 2] in (["floor"], ["storey"], ["story"])
            end = place + 2 if follows and FLOOR.fullmatch(token.word) else 0
        case "diet":
            end = place + 1 if DIET.fullmatch(token.word) else 0
        case "language":
            end = place + 1 if token.word in LANGUAGES and words[place + 1 : place + 2] != ["food"] else 0
        case "color":
            end = color_end(words, place)
        case "dish":
            end = dish_end(words, place)
        case "pastime":
            end = pastime_end(words, place)
        case "pet":
            end = place + 1 if token.word in PETS - {"pet"} or token.word.removesuffix("s") in PETS - {"pet"} else 0
            start -= bool(end) and place > 0 and (tokens[place - 1].capital and place > 1 or words[place - 1] in _PET_LEADS)
        case "car":
            end = _car_end(tokens, place)
        case _:
            return _role_at(tokens, place)
    return Span(start=start, end=end) if end else None


def _car_end(tokens: Sequence[Token], place: int) -> int:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    model = following is not None and (following.capital or following.kind == "number" or following.word in CARS)
    if token.word not in CARS or token.word in _GENERIC_CARS or not (fits("car", [token], is_chat=False) or model):
        return 0
    end = place + 1
    while end < len(tokens) and end - place < _RUN_WORDS_MAX and (
        tokens[end].capital or tokens[end].kind == "number" or tokens[end].word in CARS - _GENERIC_CARS
    ):
        end += 1
    return end


_GENERIC_CARS: Final = frozenset("car suv truck van minivan pickup hatchback sedan motorbike motorcycle scooter".split())


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
    while start < place and tokens[start].word in COMMON - {"data", "art", "music", "food"}:
        start += 1
    return Span(start=start, end=place + 1)
