"""How the simulated model reads a text: names, what they stand for, and how they stand to each other.

Far less than a real model reads, and nothing that is not there: every name and every tie comes with the words that
say so. It shares no code with the rules of `umi.pipeline`, so that a run compares two readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

EXPLICIT: Final = 0.95
"""The confidence of what words say; of what only seems so, it is `INFERRED`."""
INFERRED: Final = 0.7

_SENTENCE: Final = re.compile(r"\S(?:[^.!?\n]|[.!?](?=\w))*[.!?]*")
_WORD: Final = r"(?:[A-Z\u00c0-\u00d6\u00d8-\u00de][\w&'\u2019-]*|[A-Z](?:\.[A-Z])+\.?)"
_NAME: Final = re.compile(rf"{_WORD}(?:(?: (?:of|de|van|von|da|del) (?=[A-Z])| ){_WORD})*")
_POSSESSIVE: Final = re.compile(r"['\u2019]s?$")
_NO_NAMES: Final = frozenset(
    """
    I I'm I've I'll I'd Im He She It We You They My His Her Its Our Your Their The A An This That These Those There Here
    What When Where Who Why How Which If And But Or So Yes No Not Ok Okay Please Thanks Hello Hi Hey Dear Today Tomorrow
    Yesterday Now Then Also Last Next On In At For From To With By As After Before While Since Did Do Does Is Are Was
    Were Will Would Can Could Should Let One Two Three Some All Both Every Actually Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday January February March April May June July August September October November December Note
    Text User Assistant Mr Mrs Ms Dr
    """.split()
)
_ORGANIZATION_ENDS: Final = frozenset(
    "Inc Inc. Corp Corp. LLC Ltd Ltd. GmbH AG Labs Bank University College School Institute Company Group Systems "
    "Technologies Hospital Foundation Airlines".split()
)
_PLACES: Final = frozenset(
    """
    Amsterdam Athens Austin Barcelona Beijing Berlin Boston Brussels Cairo Chicago Copenhagen Delhi Denver Dublin
    Edinburgh Florence Geneva Hamburg Helsinki Istanbul Kyoto Lima Lisbon London Madrid Melbourne Milan Montreal Moscow
    Mumbai Munich Nairobi Oslo Paris Porto Prague Rome Seattle Seoul Shanghai Singapore Stockholm Sydney Tokyo Toronto
    Vancouver Venice Vienna Warsaw Zurich Argentina Australia Austria Belgium Brazil Canada China Denmark Egypt England
    Finland France Germany Greece India Ireland Italy Japan Kenya Mexico Norway Poland Portugal Scotland Spain Sweden
    Switzerland Turkey Ukraine America Africa Asia Europe California Texas
    """.split()
)
_BEFORE: Final = (
    (
        "organization",
        re.compile(r"\b(?:work(?:s|ed|ing)? (?:at|for)|joined|join(?:s|ing)?|employed (?:at|by)|CEO of)$"),
    ),
    ("location", re.compile(r"\b(?:liv(?:e|es|ed|ing) in|mov(?:e|es|ed|ing) (?:from|to)|born in|flew to|based in)$")),
    ("location", re.compile(r"\b(?:city|town|country|capital) of$")),
    ("project", re.compile(r"\b[Pp]roject$")),
    ("event", re.compile(r"\b(?:attend(?:s|ed|ing)?|conference|festival)$")),
    (
        "person",
        re.compile(r"\b(?:friend|brother|sister|wife|husband|boss|colleague|met|with|called|named|Mr|Mrs|Dr)\.?$"),
    ),
)
_AFTER: Final = (
    ("project", re.compile(r"^[Pp]roject\b")),
    ("event", re.compile(r"^(?:conference|festival|meeting|party)\b", re.IGNORECASE)),
    (
        "person",
        re.compile(r"^(?:and \w+ )?(?:works?|worked|lives?|lived|moved|likes?|loves?|prefers?|said|says|met|knows)\b"),
    ),
    ("person", re.compile(r"^(?:thinks|told|manages|joined|hates?|enjoys?|wants?|bought|plays|has|and I)\b")),
)
_TIES: Final = (
    ("works_at", "works_at", re.compile(r"\b(?:work(?:s|ed|ing)?) (?:now )?(?:at|for) (?:the )?")),
    ("works_at", "works_at", re.compile(r"\b(?:joined|is employed (?:at|by)) (?:the )?")),
    ("located_in", "lives_in", re.compile(r"\b(?:liv(?:es?|ed|ing)) (?:now )?in (?:the )?")),
    ("located_in", "lives_in", re.compile(r"\bmoved to (?:the )?")),
    ("knows", "friend", re.compile(r"\b(?:knows|met|is friends with|is a friend of) ")),
    ("manages", "manages", re.compile(r"\b(?:manages|leads|supervises) (?:the )?")),
    ("prefers", "likes", re.compile(r"\b(?:really )?(?:prefers?|likes?|loves?|enjoys?) (?:the )?")),
    ("part_of", "part_of", re.compile(r"\bis (?:a )?part of (?:the )?")),
)
_STATUSES: Final = (
    ("past", re.compile(r"\b(?:no longer|used to|worked|lived|liked|loved|managed)\b")),
    ("negated", re.compile(r"\b(?:not|never)\b|n['\u2019]t\b")),
    ("future", re.compile(r"\b(?:will|going to|plans? to|wants? to)\b")),
)
_CHANGE: Final = re.compile(r"\b(?:now|moved|joined|no longer|any ?more|changed|instead|actually|switched)\b")
_PRONOUN: Final = re.compile(r"\bI\b|\b[Ss]?[Hh]e\b")
_PLAIN: Final = re.compile(r"[^\W_]+")
_STEM_LETTERS: Final = 5
_SMALL: Final = frozenset(
    """
    a about an and are as at be but by did do does for from had has have he her his how i in is it its me my not of on
    or our she so that the their them then there they this to was we were what when where which who whom why will with
    would you your
    """.split()
)
_VALUE: Final = re.compile(
    r"[^\s,.;!?][^,.;!?\n]*?(?= (?:and|but|because|since|when|which|who|in|at|on|for|now)\b|[,.;!?\n]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name, what it stands for, and the sentence that it stands in."""

    name: str
    kind: str
    sentence: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """What is said of somebody: the relation, the slot that a fact of it fills, and the words that say so.

    `subject` is a name, or "I". `status` is how it is put: current, past, future or negated. `is_named` says that the
    value is a name, `is_change` that the words announce a change.
    """

    subject: str
    relation: str
    slot: str
    value: str
    quote: str
    status: str
    is_named: bool
    is_change: bool


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, as they stand in it."""
    return [found[0] for found in _SENTENCE.finditer(text)]


def names(text: str) -> list[Named]:
    """Return each name once, in the order of the text, with the surest of its readings."""
    found: dict[str, Named] = {}
    for sentence in sentences(text):
        for named in _in_sentence(sentence):
            before = found.get(named.name)
            if before is None or named.confidence > before.confidence:
                found[named.name] = named
    return list(found.values())


def ties(text: str) -> list[Tied]:
    """Return what is said of somebody or something: of names, and of whoever says "I". What is asked is not said."""
    found: list[Tied] = []
    person: str | None = None
    for sentence in sentences(text):
        if not sentence.endswith("?"):
            found += _ties_in(sentence, person)
        person = next((one.name for one in _in_sentence(sentence) if one.kind == "person"), person)
    return found


def words(text: str) -> set[str]:
    """Return what a text is about: its words without the small ones, cut to their first letters."""
    return {word[:_STEM_LETTERS] for word in _PLAIN.findall(text.casefold())} - _SMALL


def _in_sentence(sentence: str) -> Iterator[Named]:
    for start, end, name in _spans(sentence):
        kind, confidence = _kind(name, sentence[:start].rstrip(), sentence[end:].lstrip())
        yield Named(name=name, kind=kind, sentence=sentence, confidence=confidence)


def _spans(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Yield where names stand: words with a capital, without those that have it for other reasons."""
    for found in _NAME.finditer(sentence):
        start, words = found.start(), found[0].split(" ")
        while words and _POSSESSIVE.sub("", words[0]) in _NO_NAMES:
            start += len(words.pop(0)) + 1
        while words and words[-1] in _NO_NAMES:
            words.pop()
        name = _POSSESSIVE.sub("", " ".join(words)).rstrip("'\u2019-")
        if len(name) > 1 and not (name.islower() or name.isdigit()):
            yield start, start + len(name), name


def _kind(name: str, before: str, after: str) -> tuple[str, float]:
    words = name.split(" ")
    if words[-1] in _ORGANIZATION_ENDS or (len(words) > 1 and words[0] in _ORGANIZATION_ENDS):
        return "organization", EXPLICIT
    if words[0] == "Project":
        return "project", EXPLICIT
    if name in _PLACES:
        return "location", EXPLICIT
    for kind, pattern in _BEFORE:
        if pattern.search(before):
            return kind, EXPLICIT
    for kind, pattern in _AFTER:
        if pattern.search(after):
            return kind, EXPLICIT
    return ("topic", INFERRED) if name.isupper() else ("person", INFERRED)


def _ties_in(sentence: str, person: str | None) -> Iterator[Tied]:
    spans = list(_spans(sentence))
    said = [(relation, slot, verb) for relation, slot, pattern in _TIES for verb in pattern.finditer(sentence)]
    objects = {verb.end() for _, _, verb in said}
    actors = [span for span in spans if span[0] not in objects]
    for relation, slot, verb in said:
        start, subject = _subject(sentence, actors, verb.start(), person)
        value = _value(sentence, spans, verb.end())
        if not subject or value is None or subject == value:
            continue
        before = max((other for other in objects if other <= verb.start()), default=start)
        status, is_change = _put(sentence[max(start, before) : verb.end()], sentence)
        yield Tied(
            subject=subject,
            relation=relation,
            slot=slot,
            value=value,
            quote=sentence[start : sentence.index(value, verb.end()) + len(value)],
            status=status,
            is_named=any(name == value for _, _, name in spans),
            is_change=is_change,
        )


def _subject(
    sentence: str, spans: Sequence[tuple[int, int, str]], before: int, person: str | None
) -> tuple[int, str | None]:
    """Return who stands before a verb, and where: the nearest name or pronoun; "she" is who was named before."""
    pronouns = [(found.start(), found[0]) for found in _PRONOUN.finditer(sentence, 0, before)]
    named = [(start, name) for start, end, name in spans if end <= before]
    start, said = max(pronouns + named, default=(0, None))
    is_other = said is not None and said.casefold() in {"she", "he"}
    return start, person if is_other else said


def _value(sentence: str, spans: Sequence[tuple[int, int, str]], after: int) -> str | None:
    """Return what stands behind a verb: the name that begins there, or else the words up to the next pause."""
    name = next((name for start, _, name in spans if start == after), None)
    found = _VALUE.match(sentence, after)
    return name or (found[0] if found else None)


def _put(said: str, sentence: str) -> tuple[str, bool]:
    """Return how something is put, and whether that announces a change."""
    status = next((status for status, pattern in _STATUSES if pattern.search(said)), "current")
    return status, _CHANGE.search(sentence) is not None
