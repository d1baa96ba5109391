"""Where one sentence ends and the next begins.

Lines and list items come first: in chat a new line is a new sentence, and every package we measured failed there.
Within a line a run of full stops ends a sentence unless it belongs to an abbreviation, an initial, a list number or a
trailing-off "well... maybe". A stop with no space after it (3.5, a URL, an e-mail) never does, except in scripts
that write none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from umi.pipeline.remember.extract.extracted import Sentence, SentenceKind

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_STOP = re.compile(r"(?P<spaceless>[。！？｡]+)[”’」』）】\"')\]]*|(?P<stop>[.!?…؟۔।॥]+)[\"'”’»)\]}*_]*(?=\s|$)")  # noqa: RUF001
_LIST_NUMBER = re.compile(r"\s*(?:\d{1,3}|[a-zA-Z])$")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]{1,40}$")  # noqa: RUF001
_EMOJI = re.compile(r"[ \t]{0,2}[\u203c-\u3299\U0001f000-\U0001faff\ufe0f\u200d]+|[ \t]{0,2}[:;=][-']?[)(DPpo3](?!\w)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){1,5}[^\W\d_]")
_WINDOW = 48

# Never end a sentence: something always follows them.
_OPEN = frozenset(
    """
    mr mrs ms mx dr prof rev hon fr sr sra st mt ft gen col sgt capt lt cmdr gov sen rep pres vs v approx e.g i.e eg
    ie cf al vol pp eq est dept ext tel mme mlle
    """.split()
)
# Do not end a sentence before a digit: "No. 5", against "No. Never."
_BEFORE_NUMBER = frozenset(["no", "nos", "fig", "figs", "ch", "sec", "art", "p"])
# End one only before something that looks like a beginning.
_CLOSING = frozenset(
    """
    etc inc ltd co corp llc jr bros ave blvd rd a.m p.m am pm u.s u.k u.n e.u d.c ph.d b.a m.a b.sc m.sc jan feb mar
    apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun min max hrs
    """.split()
)
_OPENERS = frozenset(
    """
    the a an i i'm i've i'll i'd we we're he he's she she's they it it's this that these those there then so but and
    my our your his her their what when where who why how if in on at after before now also
    """.split()
)

_GREETING = re.compile(
    r"(?:hi|hey|hello|hiya|heya|howdy|yo|hola|greetings|good (?:morning|afternoon|evening|night|day)|morning|"
    r"welcome back|bye|goodbye|good ?bye|see (?:you|ya)|cya|take care|cheers|talk (?:to you )?(?:soon|later)|"
    r"(?:nice|good|great|lovely) to (?:see|meet|hear from) (?:you|ya)|long time no see|how are you|how's it going)\b"
)
_ACKNOWLEDGEMENT = re.compile(
    r"(?:ok(?:ay)?|k|kk|sure(?: thing)?|yes|yep|yeah|yup|no|nope|nah|thanks?(?: you)?(?: so much| a lot)?|thx|ty|np|"
    r"no problem|no worries|you're welcome|lol|lmao|haha\w{0,20}|wow|cool|nice|great|awesome|perfect|got it|"
    r"sounds (?:good|great)|will do|of course|absolutely|exactly|totally|same|true|right|good (?:point|idea)|i see)\b"
)
_ASKING = re.compile(
    r"(?:and |but |so |ok |hey )?(?:what|who|whom|whose|where|when|why|how|which|"
    r"(?:do|does|did|is|are|was|were|can|could|will|would|should|have|has|had|am|may|shall)(?:n't)? "
    r"(?:i|you|we|he|she|it|they|there|this|that|my|your|our|his|her|their|the|any|anyone|anybody|someone))"
    r"(?:'s|'re|'d|'ll)?\b"
)
_ANSWERING = re.compile(
    r"(?:what|how) an? |what(?:ever)? [^?]{0,60} is |when(?:ever)? (?:i|we|he|she|they) |how \w+[!.]"
)
_WORD = re.compile(r"\w+")


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """Split the text; white space between sentences belongs to none."""
    return tuple(_sentence(text, start, end) for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        start, line_end = line.span()
        for end in _ends(text, start, line_end):
            yield from _stripped(text, start, end)
            start = end
        yield from _stripped(text, start, line_end)


def _ends(text: str, line_start: int, line_end: int) -> Iterator[int]:
    start = line_start
    for stop in _STOP.finditer(text, line_start, line_end):
        if stop["spaceless"] is None and not _ends_here(text, start, stop, line_end):
            continue
        emoji = _EMOJI.match(text, stop.end(), line_end)
        start = emoji.end() if emoji else stop.end()
        yield start


def _ends_here(text: str, start: int, stop: re.Match[str], line_end: int) -> bool:
    mark = stop["stop"]
    following = text[stop.end() : min(line_end, stop.end() + _WINDOW)].lstrip()
    closes_quote = stop.end() - stop.start() > len(mark) and text[stop.end() - 1] in "\"'”’»)]"  # noqa: RUF001
    if not following:
        return True
    if mark[0] in "!?؟":
        return not (closes_quote and following[0].islower())
    if mark in {"…", "‥"} or (len(mark) > 1 and mark.startswith(".")):
        return not following[0].islower() and following[0] not in ",;:-"
    if mark != ".":
        return True
    if closes_quote and following[0].islower():
        return False
    return _full_stop_ends(text[max(start, stop.start() - _WINDOW) : stop.start()], following)


def _full_stop_ends(before: str, following: str) -> bool:
    if _LIST_NUMBER.fullmatch(before):
        return False
    found = _LAST_WORD.search(before)
    word = found[0] if found else ""
    low = word.lower()
    if low in _OPEN:
        return False
    if low in _BEFORE_NUMBER:
        return not following[0].isdigit()
    opener = following.split(maxsplit=1)[0].rstrip(".,!?;:").lower().replace("\u2019", "'")
    if low in _CLOSING or _DOTTED.fullmatch(low):
        return following[0].isupper() and opener in _OPENERS
    if len(word) == 1 and word.isupper() and word != "I":
        return opener in _OPENERS
    return True


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    kept = piece.strip()
    if _has_content(kept):
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(kept)


def _has_content(piece: str) -> bool:
    return any(not character.isspace() for character in piece[:1]) and piece.strip("-*_=~#.•· ") != ""


def _sentence(text: str, start: int, end: int) -> Sentence:
    piece = text[start:end]
    return Sentence(text=piece, start=start, end=end, kind=sentence_kind(piece))


def sentence_kind(sentence: str) -> SentenceKind:
    """Tell what one sentence does: only its first words and its last mark count."""
    head = sentence[:120].lower().replace("’", "'").lstrip(" \t-*•\"'“([")  # noqa: RUF001
    tail = sentence[-8:].rstrip("\"'”’)] !")  # noqa: RUF001
    short = len(_WORD.findall(head)) <= 6  # noqa: PLR2004 - a greeting with a name and a word or two
    if short and _GREETING.match(head):
        return SentenceKind.GREETING
    if tail.endswith(("?", "？", "؟", "⁇")):  # noqa: RUF001
        return SentenceKind.QUESTION
    if short and _ACKNOWLEDGEMENT.match(head):
        return SentenceKind.ACKNOWLEDGEMENT
    if _ASKING.match(head) and not _ANSWERING.match(head) and not sentence.endswith(("!", ".")):
        return SentenceKind.QUESTION
    return SentenceKind.STATEMENT
