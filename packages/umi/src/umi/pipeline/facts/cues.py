"""Words that together speak of a slot though none is its verb: a treadmill is of a gym, an org chart of teams.

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
floor: floor, stairs, reach, desk, office, sit, work, parcel, room, lift, building, moved, move, elevator, find,
    look, cubicle, seat, stair,
    delivery, reception, colleague, storey, badge, corridor, up, team, come, visit, switch, relocate
gym: weight area, monthly fee, he lift, she lift, lift at, lift time, weight time, bench, sauna, pull-up,
    session at, spin bike, heavy thing, join 💪, leg day, new gym, no more gym, treadmill, sweat, lift weight,
    weight room, work out, workout,
    do training, train at, she train, he train,
    i train, shower, squat, deadlift, bench press, spin class, membership, pump iron, dumbbell, barbell, gym,
    exercise at,
    cardio, crossfit, kettlebell, rowing machine, member there, get fit, locker, swipe card, boxing class
works_at: pay rent, pay salary, pay bill, sign contract, send shift, uniform, canteen, company laptop,
    offer sign, offer accept, got offer, pay come, paycheck, payslip, payroll, salary come, badge, lanyard,
    employer, belong company, poach, shift at,
    sign pay, pay rent, pay bill, wage, snap up, headhunt, work place, working these day, day job, employ, logo,
    new job, start at, notice in, resign
team: among people, sit people, with people, report into, folk, among folk, with now not, org chart,
    internal move, team, group work, people gain, squad, department, standup, reorg,
    reassign,
    within group, organigram, division, daily scrum, ping stuff, slack channel, desk group, retro, find under,
    sprint, internal transfer
manager: request leave, leave desk, sign expense, chain command, tell what do, bonus, pay rise,
    monthly talk, time sheet, new boss, got boss, get boss, yearly review, annual review, review do,
    review write, review by,
    performance review, sign off, sign holiday,
    sign leave, sign vacation, sign timesheet, approve, line manager, boss, appraisal, in charge, supervisor,
    one-on-one,
    answer to, report to, day off ask, leave ask, holiday ask, permission ask
partner: couple since, moved in with, mother child, ring finger, love life, heart belong, be couple, couple,
    getting married, wake up next, soulmate, share life, share bed, next invitation, wedding invitation,
    together year, together month, separate way,
    hold hand, anniversary with, happy with, propose to, kiss, other half, better half, see now, seeing now,
    sweetheart, valentine,
    honeymoon with, plus one, bring dinner, \U0001f60d, split up, married to, dump
lives_in: post go, bought flat, balcony, moving box, commute from, local in, window look, front door in,
    we moved box, moved box, key place, key flat, key house, new place in, officially, officialy, greeting,
    house in, flat in, flat look, apartment in, room in, stay house, stay flat, stay apartment,
    resident, root, neighbourhood, neighborhood, new address, rent in, postcode, guest room, doorbell, unpack in,
    removal van, wake up in, home in
diet: touch, fridge, nothing but, anything, swear by, stick to, rule, allow, cupboard, avoid, shop, being, week,
    now, month, since, eat, cook, food, meal, menu, plate, diet, dinner, doctor, recipe, lunch,
    order, kitchen, cuisine, strictly,
    table, fridge, go, serve, catering, host, breakfast, restaurant, grocery, snack, only, became, become, turned,
    went, strict, dish, bring
pet: kitchen, greet, door, garden, wake, hair, snore, bite, sing, hop, fetch, stroke, cuddle, basket,
    more at ours, at our place, rehome, saw park, flatmate, roommate, rule house, look after, shelter, adopt,
    travel, feed, vet, walk, leash, cage, die, rescue,
    breeder, litter, purr, bark, pet, sit, fur, bowl, tank, aquarium, sofa, couch, scratch, sleep, come home,
    home with,
    got, name, paw, owner, belong, live with, share flat, share house, stable, hutch, collar, nap
learning: head around, notebook, audiobook, pronunciation, dream in, talk in, case, tense, ending, word of,
    read in, speak more, app, mumble, noun, exercise, tutor, teach, textbook, exam, lesson, class, course, learn,
    study, practise, practice, duolingo,
    vocabulary, grammar, homework, flashcard, verb, speak, text in, word, language, evening class, accent, dictionary,
    conjugate, podcast, teacher, beginner, fluent, phrase, level, sentence, subtitle, book, pronounce, struggle with,
    app, alphabet, order in, swear in, curse in, chat in
drives: pull up, scrapyard, swop, swap, park, garage, drive, trip, fetch, pick up, key, outside house, rely,
    collect from, traffic, mechanic, fuel,
    wheel, car, vehicle, lease, dealer, plate, insurance, brake, engine, mileage, ride, look out, driveway,
    bought, buy, sell, get around, roll up, turn up, commute, trade, highway, boot, petrol, upgrade, broke down
role: passport, profession, occupation, tax return, sign say, look for, trade, day shift, what do for living,
    earn money, earn living, go from to, business card, ask work, day over, qualify, got promotion, working as,
    look at, train as,
    all day, explain work,
    explain what, nameplate, door say, signature, work as, call myself, retrain, desk say, card say, make a living,
    earn living, now a, now an, day as, employ as, badge say, official title, turn into, job title
favorite_color: weakness, wardrobe, only buy, everything be, always wear, same colour, same color, only wear,
    dress all, every thing own, pick always, always choose, colour me, color me, paint everything, colour prefer,
    color prefer, love colour any, love color any,
    other colour, other color, fall for, colour best, color best, favourite colour, favorite color,
    favourite color, fav colour,
    every colour,
    every color, shade love, wear nothing, repaint, anything colour, anything color, crazy about, mad about, era,
    paint bedroom, paint room, paint wall,
    all about me, dress in, everything own, switch to, colour now, color now, colour than, color than, colour above,
    color above, colour beat, color beat, colour swear, color swear
favorite_food: happy, weakness, every day, heaven, die for, resist, say no, live on, second helping, plate of,
    treat, would walk, would kill, order always, always order, for birthday, m:, eat one thing, rest life,
    could eat every day, last meal, desert island, any day, love more than,
    prefer over, eat all day, prefer to, nothing beat, nothing like, cannot live without, live without,
    cook love, what love now, make love nowadays, what love nowadays
favorite_band: seen live time, own record, own every record, huge fan, big fan, fan club, every song,
    every album, every record, front row, lyric, follow tour, hear evening, hear every, hear all day, sing along,
    know every word, band m:, group m:, music m:, listen m:, song m:, album m:, artist m:, musician m:, record m:,
    concert m:,
    play repeat, on repeat, festival m:, tattoo, ear all day, playlist m:, listen nothing, stop listen,
    headphone day, biggest fan, play loop, on loop, gig m:, tattoo m:, listen only, play nothing but, band than,
    group than, music than, listen all
hobby: do when, club, spend, not work, lesson, workshop, weekend be, evening be, nothing but, crazy about,
    devote, at home, unwind, relax, wind down, after work find, spare time, free time, weekend, evening money,
    evening go, take up,
    took up, hook, keep sane, off do, hobby, pastime, started, start, instead, passion, leisure, sunday, saturday,
    no time for, got into, get into, day off, addicted, obsess, for fun, after hours, switch, drop, give up, quit
"""
_RANKS: Final = frozenset(
    "best above top favourite favorite fave fav beat rank swear obsessed obsess unbeatable greatest finest repeat loop "
    "anyday supreme king queen goat crave anything".split()
)
RANK: Final = "m:"


def stem(word: str) -> str:
    """Return a word as the tables hold it: verbs by their lemma, nouns without plural."""
    known = VERBS.get(word)
    if known is not None:
        return known.lemma
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "ties" is "tie"
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004


def stems(words: Iterable[str]) -> set[str]:
    """Return the words of a sentence as the tables hold them, and the mark of rank if one of them is of that."""
    plain = set(words)
    found = {stem(word) for word in plain} | plain
    found |= {word[:-3] for word in plain if word.endswith("ing")} | {
        word[:-2] for word in plain if word.endswith("ed")
    }
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
