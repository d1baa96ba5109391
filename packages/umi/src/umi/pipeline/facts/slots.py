"""What can be said of a subject, under which names, and whether several values may hold at once.

A text and a question must come to the same slot by different words: "employer", "works for" and "which company" are
one. A noun that stands here under no slot becomes a slot of its own ("wifi password"), with one value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umi.domain.fact import Slot

_NAMELESS: Final = "other"
_SLOT_WORDS_MAX = 6

# A slot, then the nouns that ask for it. A star says that several values may hold at once.
_NOUNS = """
    name: full name, first name, last name, surname, given name, nickname, username, handle, pen name, legal name
    age: years, years old, current age
    birthday: bday, b day, birth date, birthdate, date of birth, dob, born, birthday date
    lives_in: lives, live, city, town, home, home city, home town now, residence, location, place of residence,
        lives at,
        base, based in, living in, current city, place, country of residence, city of residence, where lives, moved to,
        resides in, resident of, neighborhood, neighbourhood, state of residence
    from: origin, hometown, home town, birthplace, place of birth, birth place, comes from, home country,
        country of origin, native country, born in, grew up in, originally from
    works_at: works for, work, works, employer, company, workplace, place of work, firm, organization, organisation,
        employed by, employed at, work place, joined, employment
    role: job, job title, title, position, occupation, profession, line of work, career, works as, work title, post,
        professional role, designation, day job, new job, vocation, trade
    project: works on, working on, current project, assignment
    team: squad, department, dept, division, unit, work team
    manager: boss, supervisor, line manager, team lead, reports to, managed by, direct manager, reporting manager,
        superior, lead, higher up
    studies_at: school, university, uni, college, alma mater, campus, attends, goes to school at, high school
    studies: major, degree, field of study, course of study, subject, study, majors in, field, majoring in
    partner: husband, wife, spouse, girlfriend, boyfriend, gf, bf, fiance, fiancee, hubby, wifey, better half,
        significant other, married to, dating, engaged to, life partner, other half, so
    phone: phone number, telephone, telephone number, number, cell, cell number, mobile, mobile number, cellphone,
        cell phone number, mobile phone number, contact number, cellphone number, phone no, digits
    email: e mail, mail, email address, e mail address, mail address, work email
    address: home address, street address, postal address, mailing address, street, lives at address, new address
    drives: car, vehicle, ride, wheels, automobile, truck, motorbike, motorcycle, auto, suv
    pet*: pets, animal, has pet
    speaks*: language, languages, speaks language, spoken language, tongue
    likes*: like, loves, love, enjoys, prefers, preference, likings, interest, interests, interested in, fan of, into
    dislikes*: dislike, hates, hate, pet peeve, pet peeves, cannot stand
    allergic_to*: allergy, allergies, allergen, allergic, food allergy, intolerance, intolerant to
    diet: dietary preference, eating habits, dietary restriction, dietary restrictions, eating plan
    eats*: eat
    drinks*: drink
    hobby*: hobbies, pastime, pastimes, free time activity, leisure activity
    plays*: play, instrument, instruments, musical instrument, sport, sports
    owns*: own, owned, possession, possessions, has
    uses*: use
    reading: reads, current book, current read
    watching: watches, current show
    learning*: learns
    timezone: time zone, tz
    nationality: citizenship, citizen of
    religion: faith, religious belief
    salary: pay, income, wage, wages, earnings, earns, annual salary, yearly salary, compensation
    height: tall
    weight: weighs
    gym: fitness club, fitness studio, health club
    doctor: gp, physician, family doctor, primary care physician, pcp, general practitioner
    dentist: orthodontist
    bank: banks with, banking
    sister*: sisters, sis, little sister, big sister, older sister, younger sister
    brother*: brothers, bro, little brother, big brother, older brother, younger brother
    sibling*: siblings
    daughter*: daughters
    son*: sons
    child*: children, kid, kids, baby
    friend*: friends, pal, buddy, mate
    best_friend: bestie, bff, closest friend
    mother: mom, mum, mama, mommy, mummy
    father: dad, papa, daddy
    cousin*: cousins
    aunt*: auntie
    uncle*:
    niece*:
    nephew*:
    colleague*: coworker, co worker, colleagues, coworkers, teammate, workmate
    roommate*: flatmate, housemate
    neighbor*: neighbour, neighbors, neighbours
    grandmother: grandma, granny, nana
    grandfather: grandpa, granddad
    mentor:
    therapist: counsellor, counselor, shrink, psychologist
    landlord: landlady
    assistant: secretary
    ex: ex husband, ex wife, ex boyfriend, ex girlfriend
    deadline: due date
    password: passcode, pass word
    medication*: medications, meds, medicine
"""
# Words that say when or whose, not what.
_MODIFIERS = frozenset(
    "current currently new newest latest present actual my our your his her their the a an own old former previous "
    "updated now preferred main primary official user s personal exact".split()
)
_BRITISH = {
    "favourite": "favorite",
    "fav": "favorite",
    "fave": "favorite",
    "favorites": "favorite",
    "favourites": "favorite",
    "colour": "color",
    "theatre": "theater",
    "centre": "center",
    "programme": "program",
    "organisation": "organization",
    "no": "number",
    "wi": "wifi",
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACCENTS = re.compile("[\u0300-\u036f]")
_APART = re.compile(r"[\W_]+")


def _tables() -> tuple[dict[str, Slot], dict[str, str]]:
    slots: dict[str, Slot] = {}
    names: dict[str, str] = {}
    for line in re.sub(r",\s*\n\s*", ", ", _NOUNS).strip().splitlines():
        head, _, nouns = line.strip().partition(":")
        name = head.removesuffix("*")
        slots[name] = Slot(name=name, many=head.endswith("*"))
        names |= {noun.strip().replace(" ", "_"): name for noun in nouns.split(",") if noun.strip()}
    return slots, names | {name: name for name in slots}


_SLOTS, _CANONICAL = _tables()
SLOTS: Final[Mapping[str, Slot]] = MappingProxyType(_SLOTS)
RELATIONS: Final = frozenset(
    "partner sister brother sibling daughter son child friend best_friend mother father cousin aunt uncle niece nephew "
    "colleague roommate neighbor grandmother grandfather mentor therapist landlord assistant ex manager doctor dentist "
    "coach trainer tutor lawyer accountant nanny babysitter teacher advisor hairdresser barber vet agent client "
    "godmother godfather stepmother stepfather stepson stepdaughter twin supervisor mother_in_law father_in_law "
    "sister_in_law brother_in_law grandson granddaughter buddy professor plumber piano_teacher personal_trainer "
    "accountability_partner business_partner gym_buddy pediatrician physiotherapist psychiatrist".split()
)
"""Slots whose value is a person."""


def slot_of(name: str, extra: Mapping[str, Slot] = MappingProxyType({})) -> Slot:
    """Return the slot that a name stands for: "Lives in", "livesIn" and "city" are all `lives_in`.

    `extra` holds slots of the user's own by their names. A name that is known nowhere is a slot with one value.
    """
    if name in extra:
        return extra[name]
    canonical = canonical_name(name)
    own = {_joined(_parts(key)): slot for key, slot in extra.items()}
    return own.get(_joined(_parts(name))) or own.get(canonical) or SLOTS.get(canonical) or Slot(name=canonical)


def canonical_name(name: str) -> str:
    """Fold a slot's name or a noun phrase: "current job title" becomes `role`, "Favourite colours" `favorite_color`."""
    parts = _parts(name)
    whole = _joined(parts)
    if whole in _CANONICAL:
        return _CANONICAL[whole]
    kept = [part for part in parts if part not in _MODIFIERS] or parts
    for candidate in (_joined(kept), _joined([*kept[:-1], _singular(kept[-1])]) if kept else ""):
        if candidate in _CANONICAL:
            return _CANONICAL[candidate]
    if not kept:
        return _NAMELESS
    return _joined([*kept[:-1], _singular(kept[-1])])


def is_known(name: str) -> bool:
    """Whether a noun stands in the table, so that it names a slot without more evidence."""
    return canonical_name(name) in SLOTS


def _parts(name: str) -> list[str]:
    plain = (
        unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", _CAMEL.sub(" ", name))))
        .casefold()
        .replace("\u2019", "'")
        .replace("'s ", " ")
    )
    parts = [_BRITISH.get(part) or _BRITISH.get(part.removesuffix("s"), part) for part in _APART.split(plain) if part]
    if parts[:2] == ["wifi", "fi"]:
        del parts[1]
    return parts[:_SLOT_WORDS_MAX]


def _joined(parts: list[str]) -> str:
    return "_".join(parts)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - "ties" is "tie"
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ness")):  # noqa: PLR2004
        return word[:-1]
    return word
