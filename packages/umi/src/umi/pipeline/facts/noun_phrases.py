"""Whom or what a clause speaks of: "I", "Marta", "my sister Emma", "Marta's phone number", "the deadline for Apollo"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umi.domain.entity import MentionKind
from umi.pipeline.facts.phrases import ADVERBS, BE, HAVE, MODALS, PREPOSITIONS, PRONOUNS
from umi.pipeline.facts.slots import RELATIONS, canonical_name
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS, Form
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES, GIVEN_NAMES_AMBIGUOUS
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON, CONNECTORS, PEOPLES, TITLES

_SELF_WORDS = frozenset(["i", "we", "me", "us"])
_SELF_POSSESSIVES = frozenset(["my", "our"])
_OTHERS = frozenset(["he", "she", "they", "him", "her", "them"])
_OTHER_POSSESSIVES = frozenset(["his", "her", "their"])
_NEW = frozenset("new current latest newest updated present actual".split())
_OLD = frozenset("old former previous ex past prior last earlier".split())
_NOUN_WORDS_MAX = 5
_NAME_WORDS_MAX = 5
# A noun that the words before it cannot belong to: "Marta's is ..." or "my one".
_BEFORE_NO_NOUN = (
    PREPOSITIONS | BE | HAVE | MODALS | PRONOUNS | ADVERBS | frozenset("a an the not no all my our in".split())
)
_VERBAL = (frozenset([Form.PAST]), frozenset([Form.ING]))
_NOT_NOUNS = PRONOUNS | {"own", "thing", "way", "very"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase. `owner` is the one it belongs to or, without `noun`, is; `name` stands beside: "my sister Emma".

    `owner` is "" for a thing of nobody's. `surety` is how sure it is that this is a subject at all.
    """

    owner: str
    end: int
    noun: tuple[str, ...] = ()
    name: str = ""
    beside: tuple[Token, ...] = ()
    tokens: tuple[Token, ...] = ()
    is_new: bool = False
    is_old: bool = False
    surety: float = 1.0

    @property
    def slot(self) -> str:
        return canonical_name(" ".join(self.noun)) if self.noun else ""

    @property
    def is_relation(self) -> bool:
        return self.slot in RELATIONS

    @property
    def subject(self) -> str:
        """Who is meant where the whole phrase is the subject: "Emma", or "Ada's sister"."""
        if self.name:
            return self.name
        noun = " ".join(self.noun)
        return f"{self.owner}'s {noun}" if self.owner and noun else self.owner or noun


@dataclass(slots=True, kw_only=True)
class Scene:
    """Who speaks, and who was spoken of last, whom "she" means."""

    speaker: str
    last: str = ""


def phrase_at(tokens: Sequence[Token], start: int, scene: Scene) -> Phrase | None:
    """Read the noun phrase that begins here; None where none does that can be a subject."""
    if start >= len(tokens):
        return None
    word = tokens[start].word
    following = tokens[start + 1].word if start + 1 < len(tokens) else ""
    if word in _SELF_POSSESSIVES:
        return _possessed(tokens, start + 1, scene.speaker, scene)
    if word in _OTHER_POSSESSIVES and scene.last and _is_noun(tokens, start + 1):
        return _possessed(tokens, start + 1, scene.last, scene, surety=0.85)
    if word in _SELF_WORDS:
        return Phrase(owner=scene.speaker, end=start + 1)
    if word in _OTHERS:
        return Phrase(owner=scene.last, end=start + 1, surety=0.88) if scene.last else None
    named = name_end(tokens, start)
    if named:
        name = _text(tokens[start:named])
        if named < len(tokens) and tokens[named].word == "'s" and _is_noun(tokens, named + 1):
            return _possessed(tokens, named + 1, name, scene) or Phrase(owner=name, end=named)
        return Phrase(owner=name, end=named, tokens=tuple(tokens[start:named]), surety=_surety(tokens, start, named))
    if word in {"the", "a", "an"} or (following in {"for", "of"} and word in _NEW | {"home", "number", "email"}):
        return _thing(tokens, start + (word in {"the", "a", "an"}), scene)
    return None


def name_end(tokens: Sequence[Token], start: int) -> int:
    """Return where the name that begins here ends; 0 where no name does."""
    first = tokens[start]
    if first.mention is not None and first.start == first.mention.start and _is_name_mention(tokens, start):
        return _mention_end(tokens, start)
    if first.kind != "word" or first.word in COMMON or first.word in CALENDAR:
        return _titled_end(tokens, start)
    if first.capital:
        opens = start == 0 and (first.word in VERBS or first.word.endswith("ing"))
        return 0 if opens and first.word not in GIVEN_NAMES else _capitals_end(tokens, start)
    return start + 1 if _is_lower_name(tokens, start) else 0


def _is_name_mention(tokens: Sequence[Token], start: int) -> bool:
    """Whether a mention may be a subject: a verb with a capital at the beginning is none."""
    mention, first = tokens[start].mention, tokens[start]
    if mention is not None and mention.kind is MentionKind.PERSON:
        return True
    return first.capital and not (start == 0 and first.word in VERBS)


def _mention_end(tokens: Sequence[Token], start: int) -> int:
    end = start
    while end < len(tokens) and tokens[end].mention is tokens[start].mention:
        end += 1
    return end


def _titled_end(tokens: Sequence[Token], start: int) -> int:
    if tokens[start].word in TITLES | {"project"} and start + 1 < len(tokens) and tokens[start + 1].capital:
        return _capitals_end(tokens, start)
    return 0


def _capitals_end(tokens: Sequence[Token], start: int) -> int:
    end = start + 1
    while end < len(tokens) and end - start < _NAME_WORDS_MAX:
        token = tokens[end]
        joined = token.word in CONNECTORS and end + 1 < len(tokens) and tokens[end + 1].capital
        if not ((token.capital or token.kind == "number") and token.word not in PRONOUNS) and not joined:
            break
        if token.kind == "number" and token.date:
            break
        end += 1
    return end


def _is_lower_name(tokens: Sequence[Token], start: int) -> bool:
    """Whether a lower-case word is a name: one known by heart, or before a verb that only people do."""
    word = tokens[start].word
    following = tokens[start + 1].word if start + 1 < len(tokens) else ""
    if word in GIVEN_NAMES:
        return word not in GIVEN_NAMES_AMBIGUOUS or following == "'s"
    return False


def _surety(tokens: Sequence[Token], start: int, end: int) -> float:
    """A person that was found is sure; a lone capital at the beginning of a sentence is not."""
    first = tokens[start]
    if first.mention is not None and first.mention.kind is MentionKind.PERSON:
        return 1.0
    if first.word in GIVEN_NAMES or end - start > 1:
        return 1.0
    return 0.95 if first.capital and first.word not in PEOPLES else 0.8


def _is_noun(tokens: Sequence[Token], place: int) -> bool:
    """Whether a noun may begin here, after "Marta's": "Marta's based" has none."""
    if place >= len(tokens) or tokens[place].kind != "word" or tokens[place].word in _BEFORE_NO_NOUN:
        return False
    word = tokens[place].word
    known = VERBS.get(word)
    if known is not None and known.forms in _VERBAL and word != "living":
        return False
    return word not in ADJECTIVES and not word.endswith("ly")


def _possessed(tokens: Sequence[Token], start: int, owner: str, scene: Scene, *, surety: float = 1.0) -> Phrase | None:
    """Read the noun after "my", "her" or "Marta's", and the name that may stand beside it."""
    words: list[str] = []
    is_new = is_old = False
    place = start
    while place < len(tokens) and len(words) < _NOUN_WORDS_MAX and _continues(tokens, place, words):
        word = tokens[place].word
        is_new = is_new or word in _NEW
        is_old = is_old or (word in _OLD and not words)
        if word not in _NEW | _OLD | {"own"} or words:
            words.append(word)
        place += 1
    if not words:
        return None
    if place < len(tokens) and tokens[place].word == "'s" and _is_noun(tokens, place + 1):
        noun = " ".join(words)
        if noun and canonical_name(noun) not in {"name"}:
            return _possessed(tokens, place + 1, f"{owner}'s {noun}", scene, surety=surety)
    name, place = _beside(tokens, place, words)
    if name and place < len(tokens) and tokens[place].word == "'s" and _is_noun(tokens, place + 1):
        return _possessed(tokens, place + 1, name, scene, surety=surety)
    return Phrase(
        owner=owner,
        noun=tuple(words),
        name=name,
        beside=tuple(tokens[place - name.count(" ") - 1 : place]) if name else (),
        end=place,
        is_new=is_new,
        is_old=is_old,
        surety=surety,
    )


def _continues(tokens: Sequence[Token], place: int, words: Sequence[str]) -> bool:
    token = tokens[place]
    word = token.word
    if token.kind != "word" or word in BE or word in HAVE or word in MODALS or word in _NOT_NOUNS or word == "not":
        return False
    if word == "'s" or word in ADVERBS or word in {"no", "any", "did", "does", "do"}:
        return False
    if word in PREPOSITIONS:
        return bool(words) and word == "of" and place + 1 < len(tokens) and not tokens[place + 1].capital
    if token.capital and words and canonical_name(" ".join(words)) in RELATIONS:
        return False
    if not words or word not in VERBS:
        return True
    forms = VERBS[word].forms
    return not forms & {Form.THIRD, Form.PAST} or word in {"works", "base", "read", "plans", "plays"}


def _beside(tokens: Sequence[Token], place: int, words: Sequence[str]) -> tuple[str, int]:
    """Return the name after a relation, "my sister Emma" or "my dog, Rex", and where it ends."""
    if place >= len(tokens):
        return "", place
    start = place + (tokens[place].word in {"named", "called"})
    if start < len(tokens) and canonical_name(" ".join(words)) in RELATIONS:
        end = name_end(tokens, start)
        if end and not tokens[start].date:
            return _text(tokens[start:end]), end
    return "", place


def _thing(tokens: Sequence[Token], start: int, scene: Scene) -> Phrase | None:
    """Read "the wifi password", "the name of my dog", "the deadline for Project Falcon"."""
    words: list[str] = []
    place = start
    while place < len(tokens) and len(words) < _NOUN_WORDS_MAX and _continues(tokens, place, words):
        if tokens[place].word == "of" or (words and name_end(tokens, place)):
            break
        if tokens[place].word not in _NEW | _OLD | {"best"} or words:
            words.append(tokens[place].word)
        place += 1
    if not words:
        return None
    if place + 1 < len(tokens) and tokens[place].word in {"of", "for", "to"}:
        owner = phrase_at(tokens, place + 1, scene)
        if owner is not None and owner.subject:
            return Phrase(owner=owner.subject, noun=tuple(words), end=owner.end, surety=owner.surety)
    return _relative(tokens, place, tuple(words), scene) or Phrase(owner="", noun=tuple(words), end=place, surety=0.85)


def _relative(tokens: Sequence[Token], place: int, noun: tuple[str, ...], scene: Scene) -> Phrase | None:
    """Read "the company Marta works for (is)": the noun is Marta's."""
    if place >= len(tokens) or tokens[place].word in {"is", "was"}:
        return None
    place += tokens[place].word in {"that", "where", "which"}
    owner = phrase_at(tokens, place, scene) if place < len(tokens) else None
    if owner is None or owner.noun or owner.end >= len(tokens) or tokens[owner.end].word not in VERBS:
        return None
    end = owner.end + 1
    while end < len(tokens) and tokens[end].word in PREPOSITIONS | ADVERBS:
        end += 1
    if end >= len(tokens) or tokens[end].word not in {"is", "'s"}:
        return None
    return Phrase(owner=owner.subject, noun=noun, end=end, surety=0.95)


def _text(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for place, token in enumerate(tokens):
        glued = place and token.start == tokens[place - 1].end
        parts.append(token.text if glued or not place else f" {token.text}")
    return "".join(parts)
