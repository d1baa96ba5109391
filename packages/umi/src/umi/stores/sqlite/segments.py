"""The terms that lie in an FTS5 index, read from its pages: also those that no row has any more.

The format is that of FTS5's segment b-tree leaves ("SQLite FTS5 extension", fts5_index.c, section "Detail of storage
format"): a header of two 16-bit numbers, of which the second is the size of the page without its index; behind that,
the index gives the place of each term as a varint, relative to the one before. The first term of a page is whole, the
others say how many bytes they share with the one before. A term begins with "0", the number of the main index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from umi.stores.sqlite.database import Database

_SEGMENT_SHIFT, _INTERIOR = 37, 1 << 36
_TOMBSTONES = 1 << 16  # segments from here on are lists of deleted rows
_HEADER_BYTES = 4
_MAIN_INDEX = b"0"
_SOUGHT_MAX = 500


def terms(db: Database, table: str) -> Iterator[bytes]:
    """Yield every term of a table's pages, once for each page and segment that holds it."""
    for id, block in db.each(f"{table}_pages", (_TOMBSTONES << _SEGMENT_SHIFT,)):
        if not id & _INTERIOR:
            yield from _terms_of(block)


def terms_among(db: Database, table: str, wanted: Collection[bytes]) -> set[bytes]:
    """Return which terms lie in the pages of a table. Few are sought page by page, as FTS5 itself would."""
    if len(wanted) > _SOUGHT_MAX:
        return set(wanted) & set(terms(db, table))
    return {term for term in wanted if any(term in _terms_of(page) for page in _pages_of(db, table, term))}


def _pages_of(db: Database, table: str, term: bytes) -> Iterator[bytes]:
    """Yield the one page of each segment where a term would stand."""
    for segment in db.column(f"{table}_segments"):
        place = db.value(f"{table}_seek", (segment, _MAIN_INDEX + term))
        page = None if place is None else db.value(f"{table}_page", ((segment << _SEGMENT_SHIFT) + (place >> 1),))
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
