"""Words that carry no fact: openings, hedges, adverbs. A clause is read after its opening and around its adverbs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from umi.pipeline.facts.tokens import Token

BE: Final = frozenset("am is are was were be been being 's 'm 're".split())
HAVE: Final = frozenset("have has had 've having".split())
MODALS: Final = frozenset("will 'll shall may might could would should must can 'd".split())
PREPOSITIONS: Final = frozenset(
    "in at to from for with by on as under into onto over about than near @ until till since before after during "
    "within via without through between against toward towards instead outside".split()
)
ADVERBS: Final = frozenset(
    """
    just recently now currently finally also still already actually really always usually often apparently probably
    definitely officially happily newly once again ever totally absolutely truly even only so very pretty quite super
    basically mostly mainly primarily sometimes lately nowadays today maybe perhaps kinda sorta literally proudly
    formerly previously originally presently temporarily permanently fully both all soon eventually lowkey highkey
    suddenly then therefore instead quietly since successfully straight
    """.split()
)
PRONOUNS: Final = frozenset(
    "i me you he him she her it we us they them this that these those who what which someone somebody anyone anybody "
    "everyone everybody something anything everything nothing nobody one there mine yours hers ours theirs myself "
    "yourself himself herself itself ourselves themselves where when why how whatever whoever much many lot "
    "lots".split()
)
DETERMINERS: Final = frozenset(
    "a an the my our his her their your its this that these those some any another each every no both several few "
    "many much more most other such what which".split()
)
# After a value, none of its own.
TAILS: Final = frozenset(
    """
    now anymore currently nowadays instead again too also though tho lol haha lmao rn atm today recently lately
    already still btw fyi tbh right finally actually sadly please thanks later soon ever forever officially
    apparently full-time part-time fulltime tonight tomorrow yesterday anyway yet once temporarily permanently
    remotely mostly mainly ok okay haha hehe omg yay xd imo really ago all so very honestly lots last next this
    these every each per daily weekly together
    that because which who where when while whose if then here there but or although unless whenever
    """.split()
)
OPENING_WORDS: Final = frozenset(
    """
    oh btw so well ok okay hey hi hello yeah yep yes yup no nope nah lol haha hahaha lmao actually honestly apparently
    basically anyway anyways also and but fyi psa update updates correction reminder note news now today recently
    lately nowadays currently finally plus then meanwhile still please remember maybe perhaps probably supposedly
    reportedly sorry wait ugh omg wow hmm um uh ah aha edit oops whoops sadly unfortunately fortunately luckily
    clearly obviously interestingly surprisingly hopefully yay anyhow presently instead guys rumor thankfully
    however therefore since because as personally originally previously formerly eventually just sure right cool
    first second lastly & - ps p.s besides additionally furthermore moreover otherwise incidentally indeed
    """.split()
)
_OPENING_PHRASES: Final = frozenset(
    tuple(line.split())
    for line in """
    by the way
    it turns out that
    it turns out
    turns out that
    turns out
    as it turns out
    heads up
    just so you know
    just to let you know
    for the record
    for your information
    for what it 's worth
    these days
    at the moment
    at present
    right now
    scratch that
    strike that
    never mind
    my mistake
    my bad
    i was wrong
    i was mistaken
    i misspoke
    i meant
    i mean
    big news
    good news
    great news
    life update
    quick update
    small update
    quick note
    quick correction
    small correction
    guess what
    to be clear
    to clarify
    as you know
    in fact
    as a matter of fact
    the thing is
    note that
    remember that
    you should know that
    keep in mind that
    keep in mind
    i should mention that
    i should mention
    i should add that
    let it be known that
    i wanted to tell you that
    i wanted to tell you
    i wanted to let you know that
    i just wanted to say that
    did i mention that
    i just found out that
    i just found out
    i found out that
    i found out
    i just learned that
    i learned that
    for the time being
    for now
    as for
    one more thing
    from now on
    after all
    of course
    to be honest
    as of now
    as of today
    no longer true
    funny enough
    believe it or not
    long story short
    in other news
    on another note
    according to
    in the end
    not sure if i mentioned but
    change of plans
    slight change
    it is now official
    it 's official
    not anymore
    word is that
    word is
    rumor has it that
    rumor has it
    i am pretty sure that
    i 'm pretty sure that
    i 'm pretty sure
    i am pretty sure
    i 'm happy to say that
    i 'm glad to say
    i 'm happy to report that
    please note that
    please remember that
    the news is that
    first off
    first of all
    """.strip().splitlines()
)
_HEDGING_PHRASES: Final = frozenset(
    tuple(line.split())
    for line in """
    i think that
    i think
    i guess
    i believe that
    i believe
    i suppose
    i reckon
    i assume
    i heard that
    i heard
    i hear that
    i hear
    i 've heard
    i 've heard that
    i feel like
    pretty sure
    not sure but
    if i remember correctly
    if i recall correctly
    looks like
    it looks like
    it seems like
    it seems that
    it seems
    seems like
    rumor has it
    rumor has it that
    word is
    word is that
    i 'm not sure but
    i 'm guessing
    as far as i know
    from what i hear
    from what i heard
    last i heard
    someone told me that
    someone told me
    someone said
    people say
    they say
    i 'm pretty sure that
    i 'm pretty sure
    """.strip().splitlines()
)
_HEDGING_WORDS: Final = frozenset(
    "maybe perhaps probably supposedly reportedly apparently might possibly presumably allegedly guess hopefully "
    "likely seemingly afaik iirc idk".split()
)
PHRASES: Final = _OPENING_PHRASES | _HEDGING_PHRASES
_PHRASE_WORDS_MAX = max(map(len, PHRASES))
# Before a colon they are labels, else verbs.
_LABELS = frozenset("update note remember".split())
_TELLING = frozenset(
    "told tells says said mentioned thinks believes confirmed announced informed mentions wrote".split()
)
_DATE_LEADS = frozenset(
    "as of since in on from by at during after before until starting this last next early late".split()
)


def opening_end(tokens: Sequence[Token]) -> int:
    """Return where the clause begins to say something: after interjections, dates, and "it turns out that"."""
    place = 0
    while place < len(tokens):
        step = _phrase_at(tokens, place) or _telling_at(tokens, place) or _date_at(tokens, place)
        word = tokens[place].word
        is_label = word in _LABELS and place + 1 < len(tokens)
        if not step and word in OPENING_WORDS and not tokens[place].mention and not is_label:
            step = 1
        if not step:
            break
        place += step
    return place


def is_hedged(tokens: Sequence[Token]) -> bool:
    """Whether the words say that the speaker is unsure."""
    if any(token.word in _HEDGING_WORDS for token in tokens):
        return True
    words = tuple(token.word for token in tokens)
    return any(
        words[place : place + length] in _HEDGING_PHRASES
        for place in range(len(words))
        for length in range(2, _PHRASE_WORDS_MAX + 1)
    )


def _phrase_at(tokens: Sequence[Token], place: int) -> int:
    longest = min(_PHRASE_WORDS_MAX, len(tokens) - place)
    for length in range(longest, 1, -1):
        if tuple(token.word for token in tokens[place : place + length]) in PHRASES:
            return length
    return 0


def _telling_at(tokens: Sequence[Token], place: int) -> int:
    """Read "She told me (that)", "Tom says": what follows is the statement."""
    if place + 2 >= len(tokens) or tokens[place + 1].word not in _TELLING:
        return 0
    step = 2
    if tokens[place + step].word in {"me", "us"}:
        step += 1
    if place + step < len(tokens) and tokens[place + step].word == "that":
        step += 1
    return step if place + step < len(tokens) else 0


def _date_at(tokens: Sequence[Token], place: int) -> int:
    """Read "As of June", "last week", "since May 2019": a date and what leads to it."""
    step = 0
    while place + step < len(tokens) and tokens[place + step].word in _DATE_LEADS and not tokens[place + step].date:
        step += 1
    if place + step >= len(tokens) or not tokens[place + step].date:
        return 0
    while place + step < len(tokens) and tokens[place + step].date:
        step += 1
    return step


_CHANGE_WORDS = frozenset(
    "now anymore longer actually instead nowadays correction correct currently changed new newly update updated "
    "switched rather presently scratch recently just".split()
)
_CHANGE_PAIRS = frozenset(
    [
        ("these", "days"),
        ("turns", "out"),
        ("as", "of"),
        ("used", "to"),
        ("i", "misspoke"),
        ("not", "anymore"),
        ("at", "present"),
        ("any", "more"),
        ("from", "now"),
        ("was", "wrong"),
    ]
)


def has_change(tokens: Sequence[Token]) -> bool:
    """Whether the words announce that something is otherwise than it was."""
    words = [token.word for token in tokens]
    return not _CHANGE_WORDS.isdisjoint(words) or any(pair in _CHANGE_PAIRS for pair in pairwise(words))
