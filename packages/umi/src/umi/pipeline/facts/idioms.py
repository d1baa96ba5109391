"""Set phrases that state a slot though none of their words does: "put down roots in", "parted ways with"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.noun_phrases import Phrase, Scene, phrase_at
from umi.pipeline.facts.tokens import Token

# Verb, the words after it without articles and possessives, slot, mode, kind. A star before the slot says that the
# one named last is the subject.
_TABLE = """
be in relationship with: partner state person
be together with: partner state person
be behind wheel of: drives state vehicle
be on payroll of: works_at state org
be on payroll at: works_at state org
be on staff at: works_at state org
be part of: team state team
be member of: team state team
be in charge of: *manager state person
be responsible for: project state project
be home in: lives_in state place
be resident of: lives_in state place
be citizen of: nationality state place
be native of: from state place
be done with: works_at exit org
be done at: works_at exit org
be through with: works_at exit org
be out of: works_at exit org
be new hire at: works_at enter org
be newest hire at: works_at enter org
say goodbye to: lives_in exit town
say farewell to: lives_in exit town
bid farewell to: lives_in exit town
put down roots in: lives_in enter place
put roots down in: lives_in enter place
lay down roots in: lives_in enter place
make home in: lives_in origin place
make way to: lives_in enter place
set up home in: lives_in enter place
set up house in: lives_in enter place
set up shop in: lives_in enter place
find new home in: lives_in enter place
call it home in: lives_in state place
draw paycheck from: works_at state org
draw salary from: works_at state org
collect paycheck from: works_at state org
get paycheck from: works_at state org
part ways with: works_at exit org
cut ties with: works_at exit org
hand in notice at: works_at exit org
hand in resignation at: works_at exit org
give notice at: works_at exit org
turn in badge at: works_at exit org
find work at: works_at enter org
find work with: works_at enter org
go to work for: works_at enter org
go to work at: works_at enter org
accept offer from: works_at enter org
accept offer at: works_at enter org
take offer from: works_at enter org
sign on with: works_at enter org
climb aboard at: works_at enter org
come on board at: works_at enter org
come aboard at: works_at enter org
tie knot with: partner enter person
get hitched to: partner enter person
get together with: partner enter person
break up with: partner exit person
split up with: partner exit person
get divorced from: partner exit person
get rid of: drives exit car
drop out of: studies_at exit school
work out at: gym state org
hit gym at: gym state org
sweat at: gym state org
do banking with: bank state org
do banking at: bank state org
keep money at: bank state org
keep money with: bank state org
have account with: bank state org
have account at: bank state org
take orders from: manager state person
get around in: drives state vehicle
go by name: name state name
answer to name of: name state name
wear hat of: role state role
do job of: role state role
head up: team state team
"""
_SKIPPED = frozenset(
    "the a an his her their my our its very new now just currently still also back fully brand".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    words: tuple[str, ...]
    slot: str
    mode: str
    kind: str
    is_inverse: bool


def _idioms() -> dict[str, list[Idiom]]:
    found: dict[str, list[Idiom]] = {}
    for line in _TABLE.strip().splitlines():
        phrase, _, meaning = line.partition(": ")
        lemma, *words = phrase.split()
        slot, mode, kind = meaning.split()
        idiom = Idiom(
            words=tuple(words), slot=slot.removeprefix("*"), mode=mode, kind=kind, is_inverse=slot.startswith("*")
        )
        found.setdefault(lemma, []).append(idiom)
    return found


_IDIOMS: Final = _idioms()
IDIOM_WORDS: Final = frozenset(word for idioms in _IDIOMS.values() for idiom in idioms for word in idiom.words)


def read_idiom(phrase: Phrase, group: Group, rest: Sequence[Token], scene: Scene, *, is_chat: bool) -> Iterator[Draft]:
    """Yield what the first set phrase of the clause's verb states."""
    if group.passive:
        return
    for idiom in _IDIOMS.get(group.lemma, ()):
        after = _after(idiom, rest)
        status = group.status(mode=idiom.mode) if after else None
        if status is None:
            continue
        if idiom.is_inverse:
            draft = _inverse(idiom, phrase, rest[after:], scene, status)
        else:
            value, weight = weighed(rest[after:], idiom.kind, is_chat=is_chat)
            draft = _draft(idiom, phrase.subject, value, status, weight * phrase.surety)
        if draft is not None:
            yield draft
            return


def _draft(idiom: Idiom, subject: str, value: Sequence[Token], status: FactStatus, weight: float) -> Draft | None:
    if not weight or not subject:
        return None
    return Draft(
        subject=subject, slot=idiom.slot, value=value, status=status, mode=idiom.mode, weight=0.88 * min(1.0, weight)
    )


def _inverse(idiom: Idiom, phrase: Phrase, rest: Sequence[Token], scene: Scene, status: FactStatus) -> Draft | None:
    about = phrase_at(rest, 0, scene) if rest else None
    if about is None or about.noun or not phrase.tokens:
        return None
    return _draft(idiom, about.subject, phrase.tokens, status, about.surety)


def _after(idiom: Idiom, rest: Sequence[Token]) -> int:
    """Return where the value begins; 0 where the words are not those of the idiom."""
    place = 0
    for word in idiom.words:
        while place < len(rest) and rest[place].word in _SKIPPED and rest[place].word != word:
            place += 1
        if place >= len(rest) or rest[place].word != word:
            return 0
        place += 1
    return place if place < len(rest) else 0
