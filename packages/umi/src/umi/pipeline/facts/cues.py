"""Words that together speak of a slot, though none of them is its verb: a treadmill is of a gym, an org chart of teams.

A text with such words states the slot if it also holds a value of its kind; a question with them asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from umi.pipeline.facts.verbs import VERBS

# A slot, then sets of words of which all must stand in the sentence. "m:" is a mark of rank, such as "best".
_TABLE = """
email: mail, address, write, send, use, reach, read, line, contact, check, inbox, arrive, message, forward, reply,
    cc, drop, open, get, ping, find, new, switch, update, hello
phone: ring, number, call, text, answer, sim, contact, reach, dial, phone, mobile, whatsapp, line, cell, landline,
    sms, digit, voicemail, message, use, get hold
floor: desk, office, sit, work, parcel, room, lift, building, moved, move, elevator, find, look, cubicle, seat, stair,
    delivery, reception, colleague, storey, badge, corridor, up, team, come, visit, switch, relocate
gym: treadmill, sweat, lift weight, weight room, work out, workout, training, train, shower, squat, deadlift,
    bench press, spin class, membership, pump iron, dumbbell, barbell, gym, exercise, cardio, crossfit, kettlebell,
    rowing machine, member, get fit, fitness, locker, swipe card, boxing class, pull up, push up
works_at: pay come, paycheck, payslip, payroll, salary come, badge, lanyard, employer, belong company, poach, hire,
    shift, new job, first day, contract, recruit, work, company, sign pay, pay rent, pay bill, firm, join, resign,
    onboarding, headhunt, snap up, wage, day job, employ, working, office, colleague, boss
team: org chart, internal move, team, group work, gain, squad, department, standup, reorg, transfer, reassign,
    within group, organigram, unit, division, daily scrum, ping stuff, slack channel, under, desk group, retro
manager: review, sign off, sign holiday, sign leave, sign vacation, approve, approval, line manager, boss, report,
    lead, one-on-one, appraisal, answer, in charge, supervisor, manager, manage, run group, timesheet, performance,
    promotion, permission, over
partner: share life, share bed, invitation, together, date, dating, wedding, separate way, hold hand, boyfriend,
    girlfriend, anniversary, happy with, propose, kiss, couple, engage, marry, love, split, broke up, other half,
    better half, husband, wife, partner, dump, sweetheart, moved in with, valentine, romance, relationship, honeymoon,
    ring on, spouse, fiance, going out, plus one, bring dinner, heart, \U0001f60d, crush, head over heels
lives_in: greeting, house in, flat in, flat look, home, stay house, resident, root, apartment, neighbourhood,
    neighborhood, new address, landlord, rent, postcode, settle, live, moved, house, key, suburb, street where,
    guest room, doorbell, unpack, relocate, removal van, box, local, wake up, place in, base
diet: eat, cook, food, meal, menu, plate, diet, dinner, doctor, recipe, lunch, order, kitchen, cuisine, strictly,
    table, fridge, go, serve, catering, host, breakfast, restaurant, grocery, snack, only, became, become, turned,
    went, strict, dish, bring
pet: flatmate, roommate, rule house, look after, shelter, adopt, travel, feed, vet, walk, leash, cage, die, rescue,
    breeder, litter, purr, bark, pet, sit, fur, bowl, tank, aquarium, sofa, couch, scratch, sleep, come home, home with,
    got, name, paw, owner, belong, live with, share flat, share house, stable, hutch, collar, nap
learning: exercise, tutor, teach, textbook, exam, lesson, class, course, learn, study, practise, practice, duolingo,
    vocabulary, grammar, homework, flashcard, verb, speak, text in, word, language, evening class, accent, dictionary,
    conjugate, podcast, teacher, beginner, fluent, phrase, level, sentence, subtitle, book, pronounce, struggle with,
    app, alphabet, order in, swear in, curse in, chat in
drives: park, garage, drive, trip, fetch, pick up, key, outside house, road, rely, collect, traffic, mechanic, fuel,
    tank, wheel, car, vehicle, lease, dealer, plate, insurance, brake, engine, mileage, ride, look out, driveway,
    bought, buy, sell, get around, lift in, roll up, turn up, commute, trade, highway, boot, petrol, charge, upgrade
role: business card, ask work, day over, qualify, promotion, working as, look at, train as, contract, job, title,
    hire, career, profession, badge, all day, employ, explain, earn living, nameplate, door say, linkedin, signature,
    work as, become, became, call myself, living, introduce, retrain, pay as, desk say, card say, make a living, paid,
    office door, now a, now an, turn into, day as
favorite_color: colour for, color for, paint everything, colour prefer, color prefer, love colour, love color,
    other colour, other color, fall for, colour best, color best, favourite colour, favorite color, favourite,
    favorite, every colour, every color, any colour, any color, shade love, wear, wardrobe, repaint, anything colour,
    anything color, all about, crazy about, mad about, dress in, closet, colour all, everything own, obsess
favorite_food: m:, eat one thing, rest life, could eat every day, eat every day, last meal, desert island
favorite_band: band m:, group m:, music m:, listen m:, song m:, album m:, artist m:, musician m:, record m:,
    play m:, concert m:, play repeat, on repeat, festival m:, tattoo, ear all day, playlist m:, listen nothing else,
    stop listen, headphone all day, biggest fan, play loop, on loop, stream m:, sing m:, act m:, tune m:
hobby: unwind, relax, wind down, after work find, spare time, free time, weekend, evening money, evening go, take up,
    took up, hook, keep sane, off do, hobby, pastime, started, start, instead, passion, leisure, sunday, saturday,
    no time for, got into, get into, day off, addicted, obsess, for fun, after hours, switch, drop, give up, quit
"""
_RANKS: Final = frozenset(
    "best above top favourite favorite fave fav beat rank than over swear obsessed obsess number1 unbeatable most "
    "greatest finest nothing else repeat loop better anyday first supreme king queen goat tops crave craving".split()
)
RANK: Final = "m:"


def stem(word: str) -> str:
    """Return a word as the tables hold it: verbs by their lemma, nouns without plural."""
    known = VERBS.get(word)
    if known is not None:
        return known.lemma
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "ties" is "tie"
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004


def stems(words: Iterable[str]) -> set[str]:
    """Return the words of a sentence as the tables hold them, and the mark of rank if one of them is of that."""
    plain = set(words)
    found = {stem(word) for word in plain} | plain
    if not _RANKS.isdisjoint(found):
        found.add(RANK)
    return found


def cued(found: set[str]) -> dict[str, int]:
    """Return the slots that the words speak of, and by how many of them at once."""
    slots: dict[str, int] = {}
    for word in found:
        for cue, slot in _BY_WORD.get(word, ()):
            if cue <= found and len(cue) > slots.get(slot, 0):
                slots[slot] = len(cue)
    return slots


def _by_word() -> dict[str, list[tuple[frozenset[str], str]]]:
    found: dict[str, list[tuple[frozenset[str], str]]] = {}
    for line in _TABLE.strip().replace(",\n    ", ", ").splitlines():
        slot, _, cues = line.partition(": ")
        for words in cues.split(", "):
            cue = frozenset(word if word == RANK else stem(word) for word in words.split())
            found.setdefault(min(cue), []).append((cue, slot))
    return found


_BY_WORD: Final = _by_word()
