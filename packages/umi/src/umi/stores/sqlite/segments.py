"""The terms that lie in an FTS5 index, read from its pages: also those that no row has any more.

The format is that of FTS5's segment b-tree leaves ("SQLite FTS5 extension", fts5_index.c, section "Detail of storage
format"): a header of two 16-bit numbers, of which the second is the size of the page without its index; behind that,
the index gives the place of each term as a varint, relative to the one before. The first term of a page is whole, the
others say how many bytes they share with the one before. A term begins with "0", the number of the main index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from umi.stores.sqlite.database import Database

_SEGMENT_SHIFT, _INTERIOR = 37, 1 << 36
_TOMBSTONES = 1 << 16  # segments from here on are lists of deleted rows
_HEADER_BYTES = 4
_MAIN_INDEX = b"0"
_SOUGHT_MAX = 500


@dataclass(frozen=True, slots=True)
class Words:
    """A word index, by the names of the statements that look into it."""

    table: str
    pages: str
    segments: str
    seek: str
    page: str
    vocabulary: str
    living: str


WORDS = Words(
    table="words",
    pages="words_pages",
    segments="words_segments",
    seek="words_seek",
    page="words_page",
    vocabulary="words_vocabulary",
    living="words_living",
)
PAST_WORDS = Words(
    table="past_words",
    pages="past_words_pages",
    segments="past_words_segments",
    seek="past_words_seek",
    page="past_words_page",
    vocabulary="past_words_vocabulary",
    living="past_words_living",
)


def terms(db: Database, index: Words) -> Iterator[bytes]:
    """Yield every term of an index's pages, once for each page and segment that holds it."""
    for id, block in db.each(index.pages, (_TOMBSTONES << _SEGMENT_SHIFT,)):
        if not id & _INTERIOR:
            yield from _terms_of(block)


def terms_among(db: Database, index: Words, wanted: Collection[bytes]) -> set[bytes]:
    """Return which terms lie in the pages of an index. Few are sought page by page, as FTS5 itself would."""
    if len(wanted) > _SOUGHT_MAX:
        return set(wanted) & set(terms(db, index))
    return {term for term in wanted if any(term in _terms_of(page) for page in _pages_of(db, index, term))}


def _pages_of(db: Database, index: Words, term: bytes) -> Iterator[bytes]:
    """Yield the one page of each segment where a term would stand."""
    for segment in db.column(index.segments):
        place = db.value(index.seek, (segment, _MAIN_INDEX + term))
        page = None if place is None else db.value(index.page, ((segment << _SEGMENT_SHIFT) + (place >> 1),))
        if page is not None:
            yield page


def _terms_of(page: bytes) -> Iterator[bytes]:
    place = int.from_bytes(page[2:_HEADER_BYTES], "big")
    start, term = 0, b""
    while place < len(page):
        step, place = _varint(page, place)
        at = start = start + step
        shared = 0
        if term:
            shared, at = _varint(page, at)
        length, at = _varint(page, at)
        term = term[:shared] + page[at : at + length]
        yield term[1:]


def _varint(page: bytes, place: int) -> tuple[int, int]:
    """Return a number and the place behind it (SQLite's varints: seven bits a byte, the ninth byte whole)."""
    value = 0
    for taken in range(8):
        byte = page[place + taken]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, place + taken + 1
    return value << 8 | page[place + 8], place + 9
