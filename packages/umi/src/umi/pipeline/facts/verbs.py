"""The verbs that say something lasting of a subject, in all their forms.

Only verbs that stand here end a subject: a word that could be a verb as well as a noun is read as a noun elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Form(Enum):
    BASE = "base"
    THIRD = "third"
    PAST = "past"
    ING = "ing"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbForm:
    lemma: str
    forms: frozenset[Form]


# A lemma, and its past and participle where they are irregular.
_IRREGULAR = {
    "leave": "left",
    "quit": "quit",
    "get": "got gotten",
    "take": "took taken",
    "make": "made",
    "become": "became become",
    "begin": "began begun",
    "buy": "bought",
    "sell": "sold",
    "drive": "drove driven",
    "give": "gave given",
    "go": "went gone",
    "come": "came come",
    "grow": "grew grown",
    "speak": "spoke spoken",
    "eat": "ate eaten",
    "drink": "drank drunk",
    "see": "saw seen",
    "meet": "met",
    "have": "had",
    "hold": "held",
    "run": "ran run",
    "lead": "led",
    "teach": "taught",
    "keep": "kept",
    "know": "knew known",
    "find": "found",
    "write": "wrote written",
    "read": "read",
    "choose": "chose chosen",
    "bear": "bore born",
    "stand": "stood",
    "swap": "swapped",
    "split": "split",
    "put": "put",
    "let": "let",
    "lose": "lost",
    "bring": "brought",
    "tell": "told",
    "say": "said",
    "think": "thought",
    "hear": "heard",
    "spend": "spent",
    "do": "did done",
    "land": "landed",
    "wear": "wore worn",
    "sleep": "slept",
    "win": "won",
    "hang": "hung",
    "pay": "paid",
    "feel": "felt",
    "catch": "caught",
    "fly": "flew flown",
    "ride": "rode ridden",
    "send": "sent",
    "break": "broke broken",
    "throw": "threw thrown",
    "wake": "woke woken",
    "draw": "drew drawn",
    "fall": "fell fallen",
    "cut": "cut",
    "set": "set",
    "hit": "hit",
}
_REGULAR = """
    live reside dwell settle move relocate stay lodge rent work join start commence hire employ recruit poach headhunt
    resign retire depart finish serve freelance intern consult promote appoint name call rename elect demote marry date
    divorce engage base locate report answer manage supervise oversee head mentor switch change transfer swap trade
    replace upgrade exchange convert migrate study major enroll enrol attend graduate love like enjoy adore prefer dig
    favor favour fancy hate dislike detest loathe despise own possess lease pick ditch dump scrap drop stop play learn
    adopt use utilise utilize support follow practise practice bank phone ring text reach contact email mail message
    celebrate turn weigh measure earn reassign assign accept score secure sign train visit watch raise hail allergise
    update announce mention believe guess reckon need want plan hope decide intend assume step kick pack exercise
    operate own rejoin convert lay fire step trade stream volunteer collect cook bake paint manage coach
    jump sit part retrain develop tie bid collect succeed push reschedule postpone extend
    live swim run climb dance sing knit practise tutor treat nickname address rely depend
""".split()
_PARTICIPLES = {"married": "marry", "engaged": "engage", "born": "bear", "laid": "lay", "fired": "fire"}
# Adjectives that take a complement as participles do: "is fond of chess" is read as "is based in Rome" is.
ADJECTIVES: Final = frozenset(
    "allergic fond fluent keen crazy mad nuts passionate obsessed addicted intolerant "
    "interested hooked partial enamored sick tired responsible proficient".split()
)
_DOUBLED = frozenset("swap run plan quit get stop drop split put let win swim transfer prefer enrol dig scrap".split())


def _forms() -> dict[str, VerbForm]:
    found: dict[str, tuple[str, set[Form]]] = {}

    def add(word: str, lemma: str, form: Form) -> None:
        found.setdefault(word, (lemma, set()))[1].add(form)

    for lemma, past in _IRREGULAR.items():
        add(lemma, lemma, Form.BASE)
        add(_third(lemma), lemma, Form.THIRD)
        add(_ing(lemma), lemma, Form.ING)
        for word in past.split():
            add(word, lemma, Form.PAST)
    for lemma in _REGULAR:
        if lemma in _IRREGULAR:
            continue
        add(lemma, lemma, Form.BASE)
        add(_third(lemma), lemma, Form.THIRD)
        add(_ing(lemma), lemma, Form.ING)
        add(_past(lemma), lemma, Form.PAST)
    for word, lemma in _PARTICIPLES.items():
        found[word] = (lemma, {Form.PAST})
    return {word: VerbForm(lemma=lemma, forms=frozenset(forms)) for word, (lemma, forms) in found.items()}


def _third(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return {"have": "has", "do": "does", "go": "goes"}.get(lemma) or (
        lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "o")) else "s")
    )


def _stem(lemma: str) -> str:
    return lemma + lemma[-1] if lemma in _DOUBLED else lemma


def _ing(lemma: str) -> str:
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        return lemma[:-1] + "ing"
    return _stem(lemma) + "ing"


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ied"
    return _stem(lemma) + "ed"


VERBS: Final = _forms()
