"""Splits a sentence into clauses: stretches that hold one subject and one verb, as far as form tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from umi.pipeline.facts.phrases import BE, HAVE, MODALS, PREPOSITIONS, opening_end
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS, Form

_BREAKS = frozenset(",;:()\u2013\u2014-[]!|\u2026?*\u2192/~")
_COORDINATORS = frozenset(["and", "&", "or"])
_CONJUNCTIONS = frozenset("but because although though while whereas so which who plus except cuz cos bc".split())
_HYPOTHETICAL = frozenset("if unless whether wish wished imagine suppose pretend".split())
_SUBJECTS = frozenset("i we he she they you it there this that my our his her their".split())
_LEADS = frozenset("now also currently then no not never just still finally since recently already".split())
_FINITE = frozenset([Form.PAST, Form.THIRD])
_ANY = _FINITE | {Form.BASE}
_PLURAL = frozenset(["i", "we", "they", "you"])
_SHORT = frozenset("at with in on @".split())
_QUOTES = {'"': '"', "\u201c": "\u201d"}
_QUOTED_WORDS_MAX = 4


@dataclass(slots=True, kw_only=True)
class Clause:
    """What is said in one breath. `tails` are the pieces set off by commas after it, which hold no verb.

    `lead` is the "who" or "which" that joins it to the clause before.
    """

    tokens: list[Token]
    lead: str
    opening: list[Token]
    tails: list[list[Token]] = field(default_factory=list["list[Token]"])
    instead: list[Token] | None = None
    """The tail that follows a "but"."""

    @property
    def start(self) -> int:
        return (self.opening or self.tokens)[0].start

    @property
    def end(self) -> int:
        return (self.tails[-1] if self.tails else self.tokens)[-1].end


def split_clauses(tokens: Sequence[Token]) -> list[Clause]:
    """Split the tokens of a sentence. What hangs on an "if", and what is quoted, is left out."""
    clauses: list[Clause] = []
    for lead, piece in _pieces(_stated(tokens)):
        opened = opening_end(piece)
        rest = piece[opened:]
        if not rest:
            continue
        if clauses and (not _is_clause(rest) or _is_contrast(rest)):
            clauses[-1].tails.append(rest)
            clauses[-1].instead = rest if lead == "but" else clauses[-1].instead
        else:
            clauses.append(Clause(tokens=rest, lead=lead, opening=piece[:opened]))
    return clauses


def _stated(tokens: Sequence[Token]) -> list[Token]:
    """Drop quoted speech and everything from an "if" on; a sentence that begins with one states nothing."""
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.word in _HYPOTHETICAL and token.kind == "word":
            break
        close = _closing_quote(tokens, place)
        if close:
            inside = tokens[place + 1 : close]
            kept += () if len(inside) > _QUOTED_WORDS_MAX or any(one.word in _SUBJECTS for one in inside) else inside
            place = close + 1
            continue
        kept.append(token)
        place += 1
    return kept


def _closing_quote(tokens: Sequence[Token], place: int) -> int:
    mark = _QUOTES.get(tokens[place].word)
    if mark is None:
        return 0
    return next((index for index in range(place + 1, len(tokens)) if tokens[index].word == mark), 0)


def _pieces(tokens: Sequence[Token]) -> list[tuple[str, list[Token]]]:
    """Return the stretches between breaks, each with the conjunction before it."""
    pieces: list[tuple[str, list[Token]]] = [("", [])]
    for place, token in enumerate(tokens):
        piece = pieces[-1][1]
        if token.kind == "mark":
            if token.word in _BREAKS or (token.word[0] == "." and not _inside_name(tokens, place)):
                pieces.append(("", []))
            elif token.word == "@":
                piece.append(token)
        elif token.word in _CONJUNCTIONS or (
            token.word in _COORDINATORS and _has_verb(piece) and _begins_clause(tokens, place + 1)
        ):
            pieces.append((token.word, []))
        elif _begins_anew(tokens, place, piece):
            pieces.append(("", [token]))
        else:
            piece.append(token)
    return [piece for piece in pieces if piece[1]]


def _inside_name(tokens: Sequence[Token], place: int) -> bool:
    """The full stop of "Dr. Lee"; one between sentences never stands here."""
    return 0 < place < len(tokens) - 1 and tokens[place - 1].capital and tokens[place + 1].capital


def _begins_anew(tokens: Sequence[Token], place: int, piece: Sequence[Token]) -> bool:
    """Read "I" and "she" begin a clause even where no comma stands, once the one before has its verb and object."""
    if tokens[place].word not in {"i", "she", "he", "they", "we"} or not _has_verb(piece):
        return False
    before = piece[-1].word
    return (
        before not in PREPOSITIONS
        and before not in {"that", "where", "and", "as", "than", "of"}
        and not _is_verb(piece[-1])
    )


def _is_verb(token: Token) -> bool:
    return token.word in BE or token.word in HAVE or token.word in MODALS or token.word in VERBS


def _has_verb(piece: Sequence[Token]) -> bool:
    return any(
        token.word in BE
        or token.word in HAVE
        or token.word in {"@", "at"}
        or (token.word in VERBS and not token.mention and not (token.capital and place))
        for place, token in enumerate(piece)
    )


def _begins_clause(tokens: Sequence[Token], place: int) -> bool:
    while place < len(tokens) and tokens[place].date:
        place += 1
    if place >= len(tokens):
        return False
    token = tokens[place]
    if token.word in _LEADS:
        return place + 1 < len(tokens) and (
            tokens[place + 1].word in _SHORT or _begins_clause(tokens, place + 1) or tokens[place + 1].word in VERBS
        )
    if token.word in BE or token.word in HAVE or token.word in MODALS:
        return True
    known = VERBS.get(token.word)
    if known and not token.capital and (known.forms & _FINITE or _is_base_with_preposition(tokens, place)):
        return True
    end = next((at for at in range(place, len(tokens)) if tokens[at].word in _BREAKS), len(tokens))
    forms = _ANY if token.word in _PLURAL else _FINITE
    return (token.word in _SUBJECTS or token.capital) and any(
        one.word in BE or one.word in HAVE or (one.word in VERBS and VERBS[one.word].forms & forms)
        for one in tokens[place + 1 : end]
    )


def _is_base_with_preposition(tokens: Sequence[Token], place: int) -> bool:
    """Read "... and work at Globex": a verb without ending goes on with "I" only where a preposition follows it."""
    return (
        Form.BASE in VERBS[tokens[place].word].forms
        and place + 1 < len(tokens)
        and tokens[place + 1].word in PREPOSITIONS
    )


def _is_clause(piece: Sequence[Token]) -> bool:
    first = piece[0].word
    if first in _SHORT or any(token.word in BE or token.word in HAVE or token.word == "@" for token in piece):
        return True
    if first in {"a", "an", "the"} and not any(VERBS[one.word].forms & _FINITE for one in piece if one.word in VERBS):
        return False
    return any(
        token.word in VERBS and not token.mention and (place == 0 or not token.capital) and _may_be_verb(piece, place)
        for place, token in enumerate(piece)
    )


def _may_be_verb(piece: Sequence[Token], place: int) -> bool:
    """A noun follows "a" or "her", and an "-ing" alone is an activity."""
    if place and piece[place - 1].word in {"a", "an", "the", "my", "her", "his", "our", "their", "of"}:
        return False
    forms = VERBS[piece[place].word].forms
    return bool(forms & _FINITE) or place > 0 or len(piece) > 1


def _is_contrast(piece: Sequence[Token]) -> bool:
    """Read "Not Lisbon", after "lives in Porto": the value that does not hold."""
    return piece[0].word == "not" and not any(_is_verb(token) for token in piece)
