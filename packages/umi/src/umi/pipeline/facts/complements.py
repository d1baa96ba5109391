"""What follows a verb: its object, and a phrase for each preposition; and the words of these that are the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.phrases import BE, DETERMINERS, HAVE, MODALS, PREPOSITIONS, TAILS
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS, Form

_LEADING = frozenset(
    "a an the my our his her their your its new current just now called named brand brand-new same this lovely nice "
    "cute big great little small tiny old own guy woman man girl boy also still back over down up out off both "
    "currently really more as such good full-time part-time cool local certain very proud".split()
)
_CLAUSE_WORDS = frozenset("i we he she they it you not".split())
_WORDS_MAX = 8
_NAMED_KINDS = frozenset(["place", "org", "person", "name"])
_DATED_KINDS = frozenset(["date", "number", "phone", "any", "age", "street"])
_SINGLE_KINDS = frozenset(["role", "title", "team", "gym", "school"])
_TRADES = frozenset(["role", "title"])
_BECOMING = frozenset("become becoming be being work working as".split())
_RANKING = frozenset("above best most more better beyond".split())
_THIRD = frozenset([Form.THIRD])
_AND = frozenset(["and", "&", "or", "plus"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Complement:
    """The tokens after a preposition; "" stands for none, which is the object."""

    preposition: str
    tokens: tuple[Token, ...]

    @property
    def head(self) -> str:
        """The first word after articles and the like."""
        return next((token.word for token in self.tokens if token.word not in _LEADING), "")


def complements(tokens: Sequence[Token]) -> list[Complement]:
    """Split what follows a verb at its prepositions. "Of" splits nothing: "head of growth" is one phrase."""
    found: list[Complement] = []
    preposition, held = "", list[Token]()
    for place, token in enumerate(tokens):
        if token.word == "of" and held and held[-1].word == "out":
            found.append(Complement(preposition=preposition, tokens=tuple(held[:-1])))
            preposition, held = "from", []
        elif token.word in PREPOSITIONS and not _within_name(tokens, place):
            found.append(Complement(preposition=preposition, tokens=tuple(held)))
            preposition, held = token.word, []
        else:
            held.append(token)
    found.append(Complement(preposition=preposition, tokens=tuple(held)))
    return [one for one in found if one.tokens or one.preposition]


def value_tokens(tokens: Sequence[Token], kind: str) -> list[Token]:
    """Return the words that are the value: without articles before it, and up to what is no more of it."""
    place = 0
    while place < len(tokens) and _is_leading(tokens, place):
        place += 1
    if kind == "name" and [token.word for token in tokens[place : place + 2]] == ["name", "of"]:
        place += 2
    while kind in _TRADES and place < len(tokens) and (tokens[place].word in _BECOMING or _is_leading(tokens, place)):
        place += 1
    if kind == "date" and place < len(tokens) and tokens[place].word in {"on", "in"}:
        place += 1
    kept: list[Token] = []
    for token in tokens[place : place + _WORDS_MAX]:
        if _ends(token, kept, kind):
            break
        kept.append(token)
    while kept and kept[-1].word in {"a", "the", "my", "of", "and", "&", "or", "'s"}:
        kept.pop()
    return kept


def _is_leading(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word only leads to the value: not the "Nice" that is a town."""
    token = tokens[place]
    return token.word in _LEADING and not token.mention and not (token.capital and place + 1 == len(tokens))


def weighed(tokens: Sequence[Token], kind: str, *, is_chat: bool) -> tuple[list[Token], float]:
    """Return the value in a phrase, and how well it is of the kind. "The kitchen" is no name, as "lisbon" may be."""
    value = value_tokens(tokens, kind)
    if not value:
        return [], 0.0
    described = tokens[0].word in DETERMINERS and kind in {"place", "org", "person", "name"}
    if kind == "project" and not is_named(value) and tokens[0].word != "the":
        return value, 0.0
    if kind == "definite" and not is_named(value) and tokens[0].word != "the":
        return value, 0.0
    if kind == "definite" and tokens[0].word in {"a", "an"}:
        return value, 0.75
    indefinite = tokens[0].word in {"a", "an"} and kind in {"org", "person", "name"}
    if indefinite and not value[0].mention:
        return value, 0.0
    return value, fits(kind, value, is_chat=is_chat and not described)


def listed(values: Sequence[Token]) -> list[list[Token]]:
    """Split "French, German and Dutch" into its values."""
    found: list[list[Token]] = [[]]
    for token in values:
        if token.word in _AND:
            found.append([])
        else:
            found[-1].append(token)
    return [one for one in found if one]


def _within_name(tokens: Sequence[Token], place: int) -> bool:
    mention = tokens[place].mention
    return mention is not None and tokens[place].start > mention.start


def _ends(token: Token, kept: Sequence[Token], kind: str) -> bool:
    """Whether a token is no more of the value."""
    if token.mention and kept and token.mention is kept[-1].mention:
        return False
    if not token.mention and _is_apart(token, kept, kind):
        return True
    if token.kind == "mark" or token.word in _CLAUSE_WORDS or (token.word in MODALS and not token.capital):
        return True
    return bool(kept) and _ends_phrase(token, kept, kind)


def _is_apart(token: Token, kept: Sequence[Token], kind: str) -> bool:
    """A date, and a word such as "now"."""
    dated = token.date is not None and kind not in _DATED_KINDS
    return dated or (token.word in TAILS and (bool(kept) or kind != "any"))


def _ends_phrase(token: Token, kept: Sequence[Token], kind: str) -> bool:
    word = token.word
    if (word in BE or word in HAVE) and word != "'s":
        return True
    if kind == "thing" and word in _RANKING:
        return True
    if kind == "vehicle" and kept[0].capital and not (token.capital or token.kind == "number"):
        return True
    if kind in _NAMED_KINDS:
        return word in _AND or _is_other(token, kept)
    if kind in _SINGLE_KINDS and (word in _AND or word.endswith("ing")):
        return word in _AND or word in VERBS or word in {"featuring", "making", "being"}
    return word in VERBS and VERBS[word].forms <= _THIRD and not token.capital


def _is_other(token: Token, kept: Sequence[Token]) -> bool:
    """After a name, what is not part of it: a word without capital, or another name."""
    if token.word == "'s":
        return False
    if kept[0].capital:
        return not (token.capital or token.kind == "number" or token.word in {"of", "de", "la", "the"})
    return token.kind == "number" or token.word in VERBS or token.word in {"and", "who", "doing"}
