"""Spans that may be names by their form: runs of capitalised words, and single lower-case words known as names.

A capital at the start of a sentence says nothing, so a run that begins there is weak unless a second capital follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from umi.pipeline.remember.extract.extracted import Sentence
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES, ORGANIZATIONS, PLACES
from umi.pipeline.remember.extract.name_words import CALENDAR, COMMON, CONNECTORS, PEOPLES, PLACE_HEADS, TITLES

WORDS_PER_NAME_MAX = 6
_SHOUTED_SHARE = 0.5
_ACRONYM_LENGTHS = range(2, 7)
_BRIDGE_WORDS_MAX = 2

_WORD = re.compile(r"(?:[^\W\d_]\.){2,6}|[^\W_](?:[\w'\u2019&-]{0,60}\w)?")
_UNREADABLE = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+|`[^`\n]{1,200}`|[@#/]\w+"
)
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_OPENING = re.compile(
    r"(?:[\"\u201c\u201e\u00ab(\[*:\u2022>]|[.!?\u2026]|^[ \t]*[-\u2013\u2014])[\"\u201c('*_ \t]{0,3}$"
)
# A title in quotation marks is one name, whatever words are in it.
_QUOTED = re.compile(r"[\"\u201c](?P<title>[A-Z][^\"\u201c\u201d\n]{1,60}?)[,.!?]?[\"\u201d]")
_SMALL_WORDS = CONNECTORS | frozenset("a an and in on at with to for from by my your or is its is".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A capitalised word, or a small one that may stand between two."""

    text: str
    start: int
    end: int
    opens: bool
    """Whether it stands where any word would have a capital."""

    @property
    def folded(self) -> str:
        return self.text.lower().replace("\u2019", "'")

    @property
    def stem(self) -> str:
        """Without a possessive."""
        return _POSSESSIVE.sub("", self.folded)

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def acronym(self) -> bool:
        bare = _POSSESSIVE.sub("", self.text)
        return bare.isupper() and len(bare) in _ACRONYM_LENGTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSpan:
    """A run of words that may be a name, within the sentence it stands in."""

    words: tuple[Word, ...]
    sentence: Sentence
    weak: bool
    possessive: bool

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        last = self.words[-1]
        return last.start + len(_POSSESSIVE.sub("", last.text)) if self.possessive else last.end


def readable(text: str) -> str:
    """Blank out web addresses, e-mails, handles and code, in which capitals mean nothing."""
    if "@" in text or "://" in text or "www." in text or "`" in text or "#" in text or "/" in text:
        return _UNREADABLE.sub(lambda found: " " * len(found[0]), text)
    return text


def lower_case_words(readable_text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(readable_text) if word[0].islower())


def name_spans(readable_text: str, sentence: Sentence, lower: AbstractSet[str]) -> Iterator[NameSpan]:
    """Yield the capitalised runs of a sentence. `lower` holds the words that the text also writes in lower case."""
    words = _capitals(readable_text, sentence)
    shouted = _is_shouted(words)
    for run in _runs(readable_text, words):
        kept = _trimmed(run, shouted=shouted)
        if not kept or (len(kept) == 1 and kept[0].stem in lower and not _is_known(kept[0].stem)):
            continue
        yield NameSpan(
            words=tuple(kept),
            sentence=sentence,
            weak=kept[0].opens and len(kept) == 1,
            possessive=_POSSESSIVE.search(kept[-1].text) is not None,
        )


def quoted_titles(readable_text: str) -> Iterator[re.Match[str]]:
    """Yield quotations that are written as titles are: "The Name of the Wind"."""
    if '"' not in readable_text and "\u201c" not in readable_text:
        return
    for found in _QUOTED.finditer(readable_text):
        words = _WORD.findall(found["title"])
        if all(word[0].isupper() or word[0].isdigit() or word in _SMALL_WORDS for word in words) and (
            len(words) > 1 or words[0].lower() not in COMMON
        ):
            yield found


def _capitals(text: str, sentence: Sentence) -> list[Word]:
    found: list[Word] = []
    first = True
    for match in _WORD.finditer(text, sentence.start, sentence.end):
        word = match[0]
        if word[0].isupper() or word in CONNECTORS:
            start = match.start()
            opens = first or _OPENING.search(text, max(sentence.start, start - 6), start) is not None
            found.append(Word(text=word, start=start, end=match.end(), opens=opens))
        first = False
    return found


def _is_known(name: str) -> bool:
    return name in GIVEN_NAMES or name in PLACES or name in ORGANIZATIONS


def _is_shouted(words: Sequence[Word]) -> bool:
    long = [word for word in words if len(word.text) > 1 and word.capital]
    return len(long) > 2 and sum(word.text.isupper() for word in long) > _SHOUTED_SHARE * len(long)  # noqa: PLR2004


def _runs(text: str, words: Sequence[Word]) -> Iterator[list[Word]]:
    run: list[Word] = []
    bridge: list[Word] = []
    for word in words:
        joined = bool(run) and _touch(text, (bridge or run)[-1], word)
        if joined and word.capital and _continues(run[-1], word, bridge):
            run += [*bridge, word]
            bridge = []
        elif joined and word.text in CONNECTORS and len(bridge) < _BRIDGE_WORDS_MAX and not _is_plain(run[-1]):
            bridge.append(word)
        else:
            if run:
                yield run
            run, bridge = ([word] if word.capital else []), []
    if run:
        yield run


def _continues(last: Word, word: Word, bridge: Sequence[Word]) -> bool:
    if _POSSESSIVE.search(last.text):
        return False
    return bool(bridge) or not word.opens or _abbreviated(last)


def _touch(text: str, before: Word, after: Word) -> bool:
    between = text[before.end : after.start]
    return between == " " or (between == ". " and _abbreviated(before))


def _abbreviated(word: Word) -> bool:
    """A title or an initial, after which a full stop ends nothing."""
    return word.stem in TITLES or len(word.text) == 1 or word.text in {"St", "Mt"} or word.text.endswith(".")


def _trimmed(run: list[Word], *, shouted: bool) -> list[Word]:
    """Drop what is no name from both ends, and give up on what a rule of English has capitalised."""
    first, after = 0, len(run)
    while first < after and _is_plain(run[first], first=after - first > 1) and not _is_head_of_place(run, first):
        first += 1
    while first < after and (_is_plain(run[after - 1]) or run[after - 1].text.islower()):
        after -= 1
    if not 0 < after - first <= WORDS_PER_NAME_MAX:
        return []
    kept = run[first:after]
    stems = [word.stem for word in kept]
    if all(stem in PEOPLES or stem in CALENDAR or stem in TITLES for stem in stems):
        return []
    if shouted and all(word.text.isupper() for word in kept):
        return kept if all(_is_known(stem) for stem in stems) else []
    return [] if len(kept) == 1 and len(stems[0]) == 1 else kept


def _is_head_of_place(run: Sequence[Word], first: int) -> bool:
    """New York, North Carolina; "New Prius" is only a new one."""
    head, rest = run[first], run[first : first + WORDS_PER_NAME_MAX]
    if head.stem not in PLACE_HEADS or len(rest) == 1:
        return False
    return " ".join(word.stem for word in rest) in PLACES or not (head.opens or head.stem == "new")


def _is_plain(word: Word, *, first: bool = False) -> bool:
    stem = word.stem
    if first and stem in TITLES:
        return False
    if word.folded in COMMON or stem in COMMON:
        return True
    if stem in CALENDAR:
        return word.opens or stem not in GIVEN_NAMES
    return first and word.opens and (stem.endswith(("ed", "ing")) or stem in PEOPLES)
