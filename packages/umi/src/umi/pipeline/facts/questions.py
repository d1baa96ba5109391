"""Reads from a question whose slot it asks for, in the words that statements are read with.

A noun that belongs to someone names the slot ("Marta's boss"). Else the words vote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from umi.domain.fact import SELF, FactStatus
from umi.pipeline.facts.cues import RANK, stem, stems
from umi.pipeline.facts.kinds import PETS
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.phrases import PRONOUNS
from umi.pipeline.facts.slots import RELATIONS, SLOTS, canonical_name
from umi.pipeline.facts.tokens import Token, tokenise
from umi.pipeline.facts.verbs import VERBS
from umi.pipeline.facts.votes import VOTES, VOTING_WORDS
from umi.pipeline.remember.extract.name_words import COMMON

QUESTION_CHARACTERS_MAX: Final = 500
_SMALL = frozenset(
    "a an the of s is are am do does did has have had be been to for in on at with 's 're 'm 've and or any some "
    "currently now these days right present moment today nowadays still anymore please me you your tell know remind "
    "again her his its will would can could should there latest current new actually exactly s get".split()
)
_BEFORE_NAME = frozenset("does is did was has what's who's where's 's whats wheres whos".split())
_LOOSE = frozenset(["uses", "owns", "name"])
_ASIDE = frozenset("before after since at until than than besides to from in with for".split())
_PAST_WORDS = frozenset(
    "before previously previous former formerly past prior earlier old originally ex used had".split()
)
_PAST_HELPERS = frozenset(["was", "were", "did"])
_LASTING = frozenset(
    "born bear grow raise move start join marry study graduate become buy adopt switch get say mention tell".split()
)
_FUTURE_WORDS = frozenset("will 'll future planning plan plans next upcoming soon going".split())
_ENDS = frozenset(".?!;")
_KEPT = _ENDS | {"@"}
_HEADED = frozenset("where what who which when how whose".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question asks for. `subject` is None where only a pronoun, or nobody, is named."""

    subject: str | None
    slot: str
    tense: FactStatus


def asked(question: str) -> tuple[Asked, ...]:
    """Return the facts that a question asks for, likeliest first; none where it asks for no slot that we know.

    "Where did Alice work before Globex?" asks for Alice's past `works_at`.
    """
    tokens = tokenise(question, 0, min(len(question), QUESTION_CHARACTERS_MAX))
    tokens = [token for token in tokens if token.kind != "mark" or token.word in _KEPT]
    while tokens and tokens[-1].word in _ENDS:
        tokens.pop()
    if not tokens:
        return ()
    found: dict[tuple[str | None, str], Asked] = {}
    tokens = _plain(tokens)
    tense = _tense(tokens)
    for subject, slot in _asked(tokens):
        found.setdefault((subject, slot), Asked(subject=subject, slot=slot, tense=tense))
    return tuple(found.values())


def _plain(tokens: list[Token]) -> list[Token]:
    """Fold "for a living" into one word: nobody who asks so asks where someone lives."""
    words = [token.word for token in tokens]
    if words[-2:] == ["for", "work"] and ("do" in words or "does" in words):
        tokens[-1] = _livelihood(tokens[-1])
    if "living" in words and words[max(0, words.index("living") - 1)] == "a":
        tokens[words.index("living")] = _livelihood(tokens[words.index("living")])
    if words.count("do") + words.count("does") > 1 and stem(words[-1]) == "do":
        tokens[-1] = _livelihood(tokens[-1])
    return tokens


def _livelihood(token: Token) -> Token:
    return replace(token, word="livelihood", kind="mark")


def _asked(tokens: Sequence[Token]) -> Iterator[tuple[str | None, str]]:
    phrases = list(_phrases(tokens))
    subject = _subject(phrases) or _unknown_name(tokens)
    votes = _votes(tokens, subject or "") if subject is not None or _has_pronoun(tokens) else []
    about = [phrase for phrase in phrases if phrase.noun and phrase.subject == subject]
    person = _person(phrases)
    if person is not None and person != subject and (subject == SELF or about):
        votes = _votes(tokens, person)
        yield from ((person, slot) for slot in votes)
        subject = person if votes and subject == SELF else subject
    if about and votes and (votes != ["name"] or about[0].noun[-1] in PETS):
        yield from ((subject, slot) for slot in votes)  # "where does my sister live" asks for no sister
    for phrase in phrases:
        if phrase.noun and (phrase.owner or not votes):
            yield from _of_phrase(phrase)
    noun = _head_noun(tokens, subject or "")
    if noun and (not votes or votes[0] in _LOOSE or noun.startswith("favorite_")):
        yield subject, noun
    for slot in votes:
        yield subject, slot


def _phrases(tokens: Sequence[Token]) -> Iterator[Phrase]:
    """Yield the noun phrases of a question that can be subjects, those with a slot first."""
    scene = Scene(speaker=SELF)
    found: list[tuple[bool, Phrase]] = []
    place = 0
    while place < len(tokens):
        phrase = None if tokens[place].word in _HEADED else phrase_at(tokens, place, scene)
        if phrase is None or (not phrase.owner and not _is_thing(phrase)):
            place += 1
            continue
        aside = place > 0 and tokens[place - 1].word in _ASIDE and not phrase.noun
        found.append((aside, phrase))
        place = max(phrase.end, place + 1)
    yield from (phrase for _, phrase in sorted(found, key=lambda one: (one[0], not one[1].noun)) if phrase.subject)


def _is_thing(phrase: Phrase) -> bool:
    return len(phrase.noun) > 1 or phrase.slot in {"deadline", "password"}


def _of_phrase(phrase: Phrase) -> Iterator[tuple[str | None, str]]:
    slot = phrase.slot
    if slot == "favorite":
        return
    if not phrase.owner:
        yield " ".join(phrase.noun[:-1]) or phrase.noun[0], canonical_name(phrase.noun[-1])
        return
    if phrase.name:
        return
    if slot == "name":
        owner, apart, noun = phrase.owner.rpartition("'s ")
        relation = canonical_name(noun)
        if apart and (relation in RELATIONS or relation in SLOTS):
            yield owner, relation
    yield phrase.owner, slot


def _subject(phrases: Sequence[Phrase]) -> str | None:
    plain = [phrase for phrase in phrases if not phrase.noun or phrase.name or phrase.is_relation]
    others = [phrase for phrase in plain if phrase.subject != SELF]  # "can I reach Marta" is about her
    if plain:
        return (others or plain)[0].subject
    for phrase in phrases:
        if phrase.noun and phrase.owner and (phrase.slot not in SLOTS or phrase.slot == "favorite"):
            return phrase.owner if phrase.slot == "favorite" else phrase.subject
    return None


def _person(phrases: Sequence[Phrase]) -> str | None:
    """Return who is named besides the one who asks: the one that a desk or a course belongs to."""
    for phrase in phrases:
        owner = phrase.owner.partition("'s ")[0]
        kept = phrase.is_relation or (phrase.noun and phrase.noun[-1] in PETS)
        if owner and owner != SELF and not kept:
            return owner
    return None


def _unknown_name(tokens: Sequence[Token]) -> str | None:
    """Take the word after "does" or before "'s" for a name where a question is typed without capitals."""
    if any(token.capital for token in tokens):
        return None
    for before, token in pairwise(tokens):
        strange = token.kind == "word" and len(token.word) > 2 and token.word.isalpha()  # noqa: PLR2004
        if strange and before.word in _BEFORE_NAME and token.word not in _WORDS and token.word not in COMMON:
            return token.text if stem(token.word) != token.word[:-1] else token.text[:-1]
    return None


def _head_noun(tokens: Sequence[Token], subject: str) -> str:
    """The noun of "what laptop does Tom use", where nobody has it: a slot of its own."""
    if len(tokens) < 3 or tokens[0].word not in {"what", "which"}:  # noqa: PLR2004
        return ""
    noun = tokens[1].word
    if (
        noun in _SMALL
        or noun in {"kind", "type", "sort"}
        or noun in PRONOUNS
        or noun in VERBS
        or noun in subject.lower()
        or tokens[1].capital
    ):
        return ""
    favorite = any(token.word in {"favorite", "favourite"} for token in tokens)
    return canonical_name(f"favorite {noun}" if favorite else noun)


def _has_pronoun(tokens: Sequence[Token]) -> bool:
    return any(token.word in {"he", "she", "they", "his", "her", "their", "him", "them"} for token in tokens)


def _votes(tokens: Sequence[Token], subject: str) -> list[str]:
    """Return the slots whose line has most words in the question."""
    named = {word.lower() for word in subject.split()}
    words = stems(token.word for token in tokens if token.word not in named) - {RANK}
    best: dict[str, float] = {}
    for slot, lines in VOTES.items():
        held = [line for line in lines if line <= words]
        if held:
            best[slot] = max(sum(0.8 if word in PRONOUNS else 1.0 for word in line) for line in held)
    if not best:
        return []
    top = max(best.values())
    return [slot for slot, votes in best.items() if votes == top][:3]


def _tense(tokens: Sequence[Token]) -> FactStatus:
    words = [token.word for token in tokens if token.word != "old" or tokens[0].word != "how"]
    stems = {stem(word) for word in words}
    if "from" in words or "come" in stems:
        words = [word for word in words if word != "originally"]
    if not _PAST_WORDS.isdisjoint(words):
        return FactStatus.PAST
    if not _PAST_HELPERS.isdisjoint(words) and stems.isdisjoint(_LASTING) and "when" not in words:
        return FactStatus.PAST
    if not _FUTURE_WORDS.isdisjoint(words) or _is_arriving(tokens):
        return FactStatus.FUTURE
    return FactStatus.CURRENT


def _is_arriving(tokens: Sequence[Token]) -> bool:
    """Read "Is moving", "is joining": what is said so is to come."""
    return any(token.word in {"moving", "joining", "starting", "relocating"} for token in tokens)


_WORDS: Final = VOTING_WORDS | _SMALL | PRONOUNS
