"""Sets of words that together ask for a slot, in the words that statements are read with.

The line with most words in the question wins: "what company" and "who pay" ask for an employer.
"""

from __future__ import annotations

from typing import Final

from umi.pipeline.facts.cues import stem

_TABLE = """
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
lives_in: visit home, visit town, travel town, visit city, travel visit home, where visit, where flat, where house,
    where apartment, where home now, fly visit, train visit, stay visit, where map, where wake up, what part world,
    where neighbour, where rent, where settle down, whereabouts, where find nowadays, move to, which town, home town,
    call home, place call home, hang hat, postcard, city live, where base now, what place live, where reside,
    city visit, town visit, weekend visit where, drop by home, city call home, country home, address city
works_at: payslip, firm, firm payslip, paycheck, who pay, pay wage, pay salary, sign paycheck, sign pay, badge,
    company badge,
    company card, what employ, firm work, where earn, payroll of, where office building, company name work, logo,
    who work for now, which employer, hire by, whose payroll, name on badge, organisation, organization, company pay,
    company, business work, outfit work, place of work, where clock in, where spend work day
role: what employ, what employ as, what employ present, business card say, day job, earn living, job now, paid do,
    kind job, what job, what title, job title, what profession, role, what do for a job, make a living,
    introduce profession, duty, what by trade, put occupation, what become now, line work, what work as
favorite_color: colour love, color love, colour love most, color love most, colour like, color like,
    colour like most, color like most,
    colour prefer, color prefer, colour best, color best, what colour, what color, which colour, which color,
    colour favourite, color favorite,
    colour favorite, color favourite, shade, shade like, colour scarf, color scarf, paint colour, paint color,
    colour buy, color buy,
    colour choose, color choose, colour pick, color pick, colour wear, color wear, colour gift, color gift,
    colour please, color please, colour happy, color happy, wrap, ribbon, tint, hue
favorite_food: meal enjoy, meal enjoy most, meal love, meal love most, dish love, dish love most, dish enjoy,
    dish favourite,
    dish favorite, food love, food love most, food like most, food favourite, food favorite, meal favourite,
    meal favorite,
    cook meal most, what dish, which dish, dish like, dish like best, eat most, meal best, food best, dish best,
    order restaurant,
    order eat, cook birthday, cook treat, treat eat, favourite eat, favorite eat, what food, eat most like,
    plate happy,
    cuisine love, craving, crave, comfort food, eat every day, eat happy, last meal, food enjoy,
    what serve happy, takeaway
favorite_band: record musician, musician love, musician love best, musician, record musician love best, band,
    band love, band favourite, band favorite, band like, group listen,
    artist listen, artist love, artist favourite, artist favorite, listen, listen to, listen most, music listen,
    which band, what band,
    concert ticket, concert, ticket concert, album, playlist, gig, poster band, shirt band, vinyl, cd, music love,
    band t-shirt, group love music, song, music play, ticket, singer, musical act, headphone, fan band,
    fan music, record love
phone: ring digit, digit, ring, ring number, what digit, sms, text number, whatsapp, call right away, give call,
    call up, reach phone, phone number,
    speak phone, get hold phone, call reach, number reach, number dial, dial, need call, phone call, mobile number
drives: vehicle, vehicle look, vehicle pick up, vehicle drive, what car, car drive, parking, driveway, garage,
    wheel, make car, car park, car look,
    kind car, which car, car own, car have, behind wheel, pick up car, car pick up, arrive in, turn up in,
    registration, motor
pet: animal feed, animal feed look after, animal, what animal, which animal, feed, what feed, pet,
    look after animal, creature, vet,
    pet sit, kind pet, share home animal, animal home, animal live, furry, pet food, walk dog, animal keep,
    four-legged
hobby: for fun, for fun do, fun weekend, spare time, spare time do, free time, free time do, weekend do, hobby,
    pastime, leisure, after work do fun,
    unwind, relax, off duty, keep busy, do fun weekend, do weekend, weekend, enjoy spare time, do evening,
    evening do, spend weekend, spend evening,
    spend free time, spend spare time, passion, amuse, do when not work, sunday, saturday, like do
partner: other half, half, wedding invitation, name invitation, invite plus one, plus one, together with, couple,
    love life, significant other,
    valentine, go out with, sweetheart, see now, better half, in love, share life, share home with, who date,
    romantic, bring wedding, bring party date, spouse name, loved one
manager: approval, approval day off, approve, approve holiday, whose approval, sign holiday, sign off, escalate,
    complain about, leave request,
    annual review, performance review, review, permission, in charge, line manager, boss, day off ask, who lead,
    run group, holiday ask, raise ask, boss of, who tell do,
    one-on-one, timesheet, head of, answer work, superior, holiday request, call shot
team: org chart, org chart look, team, group work, department, colleague group, squad, part company, which unit,
    belong to work, which group, what group, what unit,
    which part company, who work with, sit with team, work within, section, organigram, what team, which team,
    team sit, team belong, crew
floor: floor, which floor, what floor, floor lift, floor leave lift, floor office, elevator, elevator button,
    lift button, desk, desk find, where desk, where sit, how high up,
    stair, storey, level, level office, parcel floor, office floor, floor work, press lift, press elevator,
    deliver desk, parcel desk, climb
email: to field, e-mail, write address, address field, send mail, email, send message, mail, inbox, cc,
    address put write, put field write,
    address field write, write to, send file, send document, where send email, address email, electronic,
    invite calendar, forward, attachment, address message
gym: lift weight, lift weight meet, meet lift weight, work out, work out where, gym, which gym, exercise,
    where exercise, train, training, sweat, bench press, membership, treadmill, fitness, keep fit, dumbbell,
    weight room, get fit, workout, pump iron, stay shape, run treadmill, muscle, join exercise, barbell, meet train
diet: meal prepare, sort meal, sort meal prepare, meal prepare dinner, sort meal prepare dinner, come dinner,
    come dinner meal, dinner meal, cook dinner, come dinner cook, dinner cook, dinner serve, what eat, diet,
    what diet, dietary, avoid food, eat restriction,
    cater, catering, menu, special meal, host dinner, food requirement, can eat, must not eat, allow eat,
    eat anything, kind diet, eat plan, restaurant suit, recipe suit, suit meal, feed guest, order lunch,
    food rule, way eat, eat nowadays
learning: textbook, textbook buy, language course, language class, language learn, language study, lesson,
    language lesson, which language study, dictionary, phrasebook,
    practise language, practice language, what language learn, which language learn, textbook language,
    textbook language course, textbook buy language course, foreign language, evening class, duolingo,
    language app, learn speak, take lesson, tongue study,
    language pick up, grammar book, tutor, learn these day, teach language, flashcard, vocabulary
speaks: language speak, what language speak, which language speak, how many language, mother tongue, native language
"""


def _votes() -> dict[str, list[frozenset[str]]]:
    table: dict[str, list[frozenset[str]]] = {}
    for line in _TABLE.strip().replace(",\n    ", ", ").splitlines():
        slot, _, sets = line.partition(":")
        found = [frozenset(stem(word) for word in one.split()) for one in sets.split(",") if one.strip()]
        table.setdefault(slot, []).extend(found)
    return table


VOTES: Final = _votes()
VOTING_WORDS: Final = frozenset(word for lines in VOTES.values() for line in lines for word in line)
