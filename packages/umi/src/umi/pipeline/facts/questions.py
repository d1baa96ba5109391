"""Reads from a question whose slot it asks for, in the words that statements are read with.

A noun that belongs to someone names the slot ("Marta's boss"). Else the words vote: each line of the table is a set
of words that together ask for a slot, and the line with most words in the question wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from umi.domain.fact import SELF, FactStatus
from umi.pipeline.facts.kinds import PETS
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.phrases import PRONOUNS
from umi.pipeline.facts.slots import RELATIONS, SLOTS, canonical_name
from umi.pipeline.facts.tokens import Token, tokenise
from umi.pipeline.facts.verbs import VERBS
from umi.pipeline.remember.extract.name_words import COMMON

QUESTION_CHARACTERS_MAX: Final = 500
_VOTES = """
lives_in: move, where find, where live, where living, city live, which city, what city, city base, town live,
    what town, where base,
    where home, call home, where reside, country live, what country, which country, where move, where settle,
    where relocate, where stay, where located, where locate, live, reside, place live, neighborhood live, state live,
    where move now, residence
address: street, address, street live, house number, where mail, what address
works_at: where work, which company, what company, company with, company work, who employ, employ, employer,
    who work for, work for, which firm, what firm, firm work, who hire, where employ, workplace, where job,
    where intern,
    what organization, which organization, work at, where join, payroll, company join, who join, place work,
    where position, where start, office work, where currently work
role: livelihood, work as, job, profession, occupation, job title, title, position, what position, role,
    kind work, type work, sort work, line work, career, what become, promote, employ as, trade, what professionally
name: name, call, go by, known as, nickname
likes: like, love, enjoy, prefer, into, fan, kind music like, preference, interest, fond, adore, keen, taste
dislikes: hate, dislike, not like, can not stand, loathe, avoid, despise, detest
allergic_to: allergic, allergy, intolerance, intolerant, reaction to
diet: diet, vegan, vegetarian, eat meat, dietary, eating habit, kosher, halal, keto, pescatarian
eats: eat
drinks: drink
drives: car, drive, vehicle, what car, ride, kind of car, truck, get around, make model, automobile, commute in
phone: how call, phone, phone number, number, call by phone, reach phone, telephone, cell, mobile, reach by phone,
    dial, text,
    call number, call on
email: email, e-mail, mail address, email address, reach email
manager: manager, boss, report to, who report, supervisor, who manage, who supervise, manage, supervise, in charge of,
    answer to, lead work under, work under, line manager
team: team, what team, which team, squad, department, which department, on team, belong team, group work in, division
project: project, work on, what work on, which project, currently work on, assign, busy with
partner: marry, who marry, husband, wife, spouse, partner, date, who date, girlfriend, boyfriend, engage, fiance,
    who see, relationship, significant other, romantically, couple with
studies: study, major, what study university, what study at, what study, degree, field study, subject study,
    course, studying, learn at university
studies_at: where study, university, which university, college, school, go to school, go school, attend, what school,
    which college, where enroll, where student, university study, alma
age: how old, age
birthday: birthday, when born, when bear, born when, date birth, birth date, birth, dob, celebrate birthday
pet: pet, have pet, dog, cat, animal, puppy, kitten, kind pet
speaks: language, speak, what language, fluent
learning: learn, language learn
from: country from, where from, grow up, where grow, where born, where bear, hometown, come from, originally from,
    origin,
    where raise,
    birthplace, native of, hail
nationality: nationality, citizenship, citizen, passport from
plays: play, instrument, what instrument, sport, sport play, instrument play
hobby: hobby, free time, spare time, pastime, for fun, leisure
owns: own, possess
uses: use, tool use, app use, software use, editor use, rely on
reading: read, book read, reading
watching: watch, show watch, series watch
gym: gym, which gym, work out, train at, exercise at, where exercise, where train, where work out
doctor: doctor, physician, gp, which doctor
dentist: dentist, teeth
bank: bank, which bank, bank with, account with, where bank, banking
timezone: timezone, time zone, zone
height: how tall, height, tall
weight: weigh, how much weigh, weight, how heavy
salary: salary, how much earn, how much make, earn, income, paid, pay
religion: religion, faith, believe in, worship
best_friend: best friend, closest friend
"""
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
    tokens = [token for token in tokens if token.kind != "mark" or token.word == "@"]
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
    if words.count("do") + words.count("does") > 1 and _stem(words[-1]) == "do":
        tokens[-1] = _livelihood(tokens[-1])
    return tokens


def _livelihood(token: Token) -> Token:
    return replace(token, word="livelihood", kind="mark")


def _asked(tokens: Sequence[Token]) -> Iterator[tuple[str | None, str]]:
    phrases = list(_phrases(tokens))
    subject = _subject(phrases) or _unknown_name(tokens)
    votes = _votes(tokens, subject or "") if subject is not None or _has_pronoun(tokens) else []
    about = [phrase for phrase in phrases if phrase.noun and phrase.subject == subject]
    if about and votes and (votes != ["name"] or about[0].noun[-1] in PETS):
        yield from ((subject, slot) for slot in votes)  # "where does my sister live" asks for no sister
    for phrase in phrases:
        if phrase.noun:
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


def _unknown_name(tokens: Sequence[Token]) -> str | None:
    """Take the word after "does" or before "'s" for a name where a question is typed without capitals."""
    if any(token.capital for token in tokens):
        return None
    for before, token in pairwise(tokens):
        strange = token.kind == "word" and len(token.word) > 2 and token.word.isalpha()  # noqa: PLR2004
        if strange and before.word in _BEFORE_NAME and token.word not in _WORDS and token.word not in COMMON:
            return token.text if _stem(token.word) != token.word[:-1] else token.text[:-1]
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
    words = {_stem(token.word) for token in tokens if token.word not in named}
    best: dict[str, float] = {}
    for slot, lines in _TABLE.items():
        held = [line for line in lines if line <= words]
        if held:
            best[slot] = max(sum(0.8 if word in PRONOUNS else 1.0 for word in line) for line in held)
    if not best:
        return []
    top = max(best.values())
    return [slot for slot, votes in best.items() if votes == top][:3]


def _tense(tokens: Sequence[Token]) -> FactStatus:
    words = [token.word for token in tokens if token.word != "old" or tokens[0].word != "how"]
    stems = {_stem(word) for word in words}
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


def _stem(word: str) -> str:
    known = VERBS.get(word)
    if known is not None:
        return known.lemma
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "ties" is "tie"
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004


def _table() -> dict[str, list[frozenset[str]]]:
    table: dict[str, list[frozenset[str]]] = {}
    for line in _VOTES.strip().replace(",\n    ", ", ").splitlines():
        slot, _, sets = line.partition(":")
        table[slot] = [frozenset(_stem(word) for word in one.split()) for one in sets.split(",") if one.strip()]
    return table


_TABLE: Final = _table()
_WORDS = frozenset(word for lines in _TABLE.values() for line in lines for word in line) | _SMALL | PRONOUNS
