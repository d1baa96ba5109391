"""Whom or what a clause speaks of: "I", "Marta", "my sister Emma", "Marta's phone number", "the wifi password"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from umi.domain.entity import MentionKind
from umi.domain.fact import SELF
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import PETS
from umi.pipeline.facts.phrases import ADVERBS, BE, HAVE, MODALS, PREPOSITIONS, PRONOUNS
from umi.pipeline.facts.slots import RELATIONS, canonical_name, is_known
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS, Form
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES, GIVEN_NAMES_AMBIGUOUS
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON, CONNECTORS, PEOPLES, TITLES

_SELF_WORDS = frozenset(["i", "we", "me", "us"])
_SELF_POSSESSIVES = frozenset(["my", "our"])
_OTHERS = frozenset(["he", "she", "they", "him", "her", "them"])
_OTHER_POSSESSIVES = frozenset(["his", "her", "their"])
_NEW = frozenset("new current latest newest updated present actual".split())
_BARE_NOUNS = frozenset(["home", "number", "email"])
_OLD = frozenset("old former previous ex past prior last earlier".split())
_CHAT_NAME_LETTERS_MIN = 3
_PERSONAL = frozenset(
    "live work move relocate join leave quit drive like love hate prefer adopt speak study marry date report switch "
    "upgrade play learn own swap trade become resign enjoy".split()
)
_NOUN_WORDS_MAX = 5
_NAME_WORDS_MAX = 5
# A noun that the words before it cannot belong to: "Marta's is ..." or "my one".
_BEFORE_NO_NOUN = (
    PREPOSITIONS | BE | HAVE | MODALS | PRONOUNS | ADVERBS | frozenset("a an the not no all my our in".split())
)
_VERBAL = (frozenset([Form.PAST]), frozenset([Form.ING]))
_NO_PART_OF_NOUNS = BE | HAVE | MODALS | ADVERBS | frozenset("'s not no any did does do right".split())
_NOUNS_TOO = frozenset("works base read plans plays set cut part".split())
_ING = frozenset([Form.ING])
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
    is_self: bool = False
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
    def is_someone(self) -> bool:
        """Whether it is a person or a pet, as "Marta's last day" is not."""
        return not self.noun or bool(self.name) or self.is_relation or self.noun[-1] in PETS

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
    named: str = ""
    """Who was named last in any way, for what a chat leaves unsaid."""
    lead: list[Token] = field(default_factory=list["Token"])
    """The words of a label before: "new gym!!"."""
    is_chat: bool = False
    topic: Draft | None = None
    """The fact that "it" takes up."""


def phrase_at(tokens: Sequence[Token], start: int, scene: Scene) -> Phrase | None:
    """Read the noun phrase that begins here; None where none does that can be a subject."""
    if start >= len(tokens):
        return None
    word = tokens[start].word
    if word == "the" and start + 1 < len(tokens) and tokens[start + 1].word == "user":
        return _user(tokens, start + 2, scene)
    if word in _SELF_POSSESSIVES:
        return _possessed(tokens, start + 1, scene.speaker, scene)
    if word in _OTHER_POSSESSIVES and scene.last and _is_noun(tokens, start + 1):
        return _possessed(tokens, start + 1, scene.last, scene, surety=0.85)
    if word in _SELF_WORDS or word in _OTHERS:
        return _pronoun(word, start, scene)
    return _named(tokens, start, scene) or _described(tokens, start, scene)


def _user(tokens: Sequence[Token], end: int, scene: Scene) -> Phrase:
    """Read "the user", as notes about one speak."""
    owned = None
    if end < len(tokens) and tokens[end].word == "'s" and _is_noun(tokens, end + 1):
        owned = _possessed(tokens, end + 1, SELF, scene)
    return owned or Phrase(owner=SELF, end=end)


def _pronoun(word: str, start: int, scene: Scene) -> Phrase | None:
    if word in _SELF_WORDS:
        return Phrase(owner=scene.speaker, end=start + 1, is_self=word == "i")
    return Phrase(owner=scene.last, end=start + 1, surety=0.88) if scene.last else None


def _named(tokens: Sequence[Token], start: int, scene: Scene) -> Phrase | None:
    """Read a name, and what belongs to it: "Marta", "Marta's phone number"."""
    end = name_end(tokens, start) or _chat_name_end(tokens, start, scene)
    if not end:
        return None
    name = _text(tokens[start:end])
    owned = None
    if end < len(tokens) and tokens[end].word == "'s" and _is_noun(tokens, end + 1):
        owned = _possessed(tokens, end + 1, name, scene)
    return owned or Phrase(owner=name, end=end, tokens=tuple(tokens[start:end]), surety=_surety(tokens, start, end))


def _described(tokens: Sequence[Token], start: int, scene: Scene) -> Phrase | None:
    """Read "the wifi password", and "home for Marta" without an article."""
    word = tokens[start].word
    following = tokens[start + 1].word if start + 1 < len(tokens) else ""
    article = word in {"the", "a", "an"}
    if article or (following in {"for", "of"} and word in _NEW | _BARE_NOUNS):
        return _thing(tokens, start + article, scene)
    return None


def name_end(tokens: Sequence[Token], start: int) -> int:
    """Return where the name that begins here ends; 0 where no name does."""
    first = tokens[start]
    if first.kind != "word":
        return 0
    if first.mention is not None and first.start == first.mention.start and _is_name_mention(tokens, start):
        return _mention_end(tokens, start)
    if first.word in COMMON or first.word in CALENDAR:
        return _titled_end(tokens, start)
    if first.capital:
        opens = start == 0 and (first.word in VERBS or (first.word.endswith("ing") and "-" not in first.word))
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


def _chat_name_end(tokens: Sequence[Token], start: int, scene: Scene) -> int:
    """Take an unknown word for a name where a chat begins with it and goes on as of a person: "zofka moved to rome"."""
    token = tokens[start]
    if start or not scene.is_chat or token.kind != "word" or len(token.word) < _CHAT_NAME_LETTERS_MIN:
        return 0
    if token.word in COMMON or token.word in VERBS or token.word in _BEFORE_NO_NOUN or is_known(token.word):
        return 0
    place = 1
    while place < len(tokens) and tokens[place].word in ADVERBS:
        place += 1
    known = VERBS.get(tokens[place].word) if place < len(tokens) else None
    personal = known is not None and known.lemma in _PERSONAL and known.forms & {Form.PAST, Form.THIRD}
    return start + 1 if personal else 0


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
    if known is not None and known.forms in _VERBAL and word != "preferred" and not _before_noun(tokens, place):
        return False
    return word not in ADJECTIVES and not word.endswith("ly")


def _before_noun(tokens: Sequence[Token], place: int) -> bool:
    """Whether an "-ing" is part of a noun, as in "working hours"."""
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    return (
        tokens[place].word.endswith("ing")
        and following is not None
        and following.kind == "word"
        and not following.capital
        and following.word not in _BEFORE_NO_NOUN
        and following.word not in VERBS
    )


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
        if noun and canonical_name(noun) != "name":
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
    """Whether the noun goes on with this token."""
    token = tokens[place]
    word = token.word
    if token.kind != "word" or word in _NO_PART_OF_NOUNS or word in _NOT_NOUNS:
        return False
    if word in PREPOSITIONS:
        return bool(words) and word == "of" and place + 1 < len(tokens) and not tokens[place + 1].capital
    if not words:
        return True
    someone = words[-1] in PETS or canonical_name(" ".join(words)) in RELATIONS
    if someone and (token.capital or word in VERBS or word in GIVEN_NAMES - GIVEN_NAMES_AMBIGUOUS):
        return False
    return word not in VERBS or word in _NOUNS_TOO or not _is_action(word, words)


def _is_action(word: str, words: Sequence[str]) -> bool:
    """Whether a verb ends the noun before it: "my boss left", "my team working", but not "my start date"."""
    forms = VERBS[word].forms
    return bool(forms & {Form.THIRD, Form.PAST}) or (forms <= _ING and is_known(" ".join(words)))


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
