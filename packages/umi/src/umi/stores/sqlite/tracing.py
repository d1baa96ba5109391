"""Looking, as an adversary would, for what is left of what was erased.

By rows: nothing lies under its numbers. By words: its terms are in no page of the word indexes unless a row that is
left has them. By bytes: no file holds a piece of its text, a rare word, a name, a label or its vector, unless a row
that is left says the same. By vector: see `SqliteStore.erase`, which asks the store itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, cast

import apsw
import numpy as np

from umi.domain.entity import Status
from umi.domain.erasure import Trace
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.scope import Scope
from umi.ports.store import Matches, Retrieval
from umi.stores.relational.database import listed
from umi.stores.relational.evidence import PROBE_BYTES_MIN, SEARCHES_MAX, Evidence, escaped
from umi.stores.relational.shelving import derived_files
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.scanning import Probes, chunks_of, chunks_of_database
from umi.stores.sqlite.segments import PAST_WORDS, WORDS, terms_among

if TYPE_CHECKING:
    from typing import TypeAlias

    Tokenizer: TypeAlias = Any
    Lying: TypeAlias = tuple[str, Iterable[bytes]]  # a name to report, and its bytes in pieces

_INDEXES = (WORDS, PAST_WORDS)
_JOINED_BYTES = 1 << 19
_NEAREST = 20
_FILE_HEADER = b"SQLite format 3\0"


class Tracer:
    """A search in one file, and in what lies beside it. `looked` counts what was searched for."""

    def __init__(
        self, db: Database, path: Path, evidence: Evidence, beside: Callable[[], Iterable[Lying]] = tuple
    ) -> None:
        self._beside = beside
        self._db = db
        self._path = path
        self._evidence = evidence
        self._tokenizer: Tokenizer = cast("Any", db.connection).fts5_tokenizer(
            "porter", ["unicode61", "remove_diacritics", "2"]
        )
        self.looked = {"rows": len(evidence.numbers), "words": 0, "vectors": len(evidence.vectors), "bytes": 0}
        for index in _INDEXES:
            db.run(index.vocabulary)

    def traces(self) -> Iterator[Trace]:
        """Look everywhere. Call it inside a read transaction."""
        yield from self._by_rows()
        yield from self._by_words()
        yield from self._by_bytes()

    def _by_rows(self) -> Iterator[Trace]:
        if not self._evidence.numbers:
            return
        for table, count in self._db.each("left_under", (listed(self._evidence.numbers),)):
            if count:
                yield Trace(place=self._path.name, what=f"{count} rows of table {table} under erased numbers")

    def _by_words(self) -> Iterator[Trace]:
        erased = {term for word in self._evidence.words for term in self._terms(word)}
        self.looked["words"] = len(erased)
        if not erased:
            return
        for index in _INDEXES:
            lying = {term.decode() for term in terms_among(self._db, index, {term.encode() for term in erased})}
            left = [term for term in lying if self._db.row(index.living, (term,)) is None]
            if left:
                yield Trace(place=self._path.name, what=f"{len(left)} erased terms in the pages of {index.table}")

    def _terms(self, word: str) -> list[str]:
        """Return what the word index makes of a word."""
        return self._tokenizer(
            word.encode(), apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False, include_colocated=False
        )

    def _is_living(self, word: str) -> bool:
        """Whether a row that is left has a word."""
        return any(self._db.row(index.living, (term,)) is not None for term in self._terms(word) for index in _INDEXES)

    def _by_bytes(self) -> Iterator[Trace]:
        probes = Probes(self._probes())
        self.looked["bytes"] = len(probes)
        found = {name: probes.found_in(chunks) for name, chunks in self._files()}
        hits = {probe for ones in found.values() for probe in ones}
        if not hits:
            return
        left = hits - Probes(hits).found_in(_rows(self._db))  # else it is what a row says that was not erased
        left -= _neighbours(self._db, left)
        for name, ones in found.items():
            if ones & left:
                yield Trace(place=name, what=f"{len(ones & left)} pieces of erased content")

    def _files(self) -> Iterator[Lying]:
        """The files of a store. Its -shm holds page numbers and hashes only, and cannot be opened without harm."""
        yield self._path.name, chunks_of_database(self._path, self._db.vfs)
        journal = self._path.with_name(self._path.name + "-wal")
        for file in (journal, *derived_files(self._path)):
            if file.is_file():
                yield file.name, chunks_of(file)
        yield from self._beside()

    def _probes(self) -> Iterator[bytes]:
        yield from self._evidence.probes()
        for name, value in self._evidence.labels:
            if not self._db.value("label_living", (name, value)):
                yield from escaped(value)
        for word in self._evidence.words:
            if len(word.encode()) >= PROBE_BYTES_MIN and not self._is_living(word):
                yield word.encode()


def searches(evidence: Evidence, dimensions: int) -> Iterator[Retrieval]:
    """What to ask the store for: what lies nearest to erased vectors, in what is recalled and in what was."""
    vectors = [vector for vector in evidence.vectors.values() if len(vector) == 2 * dimensions][:SEARCHES_MAX]
    for vector in vectors:
        for filter in (EVERYTHING, Filter(statuses=tuple(Status))):
            for scope in {Scope(tenant=scope.tenant) for scope in evidence.scopes}:
                at = np.frombuffer(vector, dtype="<f2").astype(np.float32)
                yield Retrieval(scope=scope, filter=filter, matches=Matches(), vector=at, limit=_NEAREST)


def returned(evidence: Evidence, candidates: Iterable[Candidate]) -> list[Trace]:
    """Say which of the candidates were erased."""
    left = {candidate.number for candidate in candidates} & set(evidence.numbers)
    return [Trace(place="search by vector", what=f"{len(left)} erased entities were returned")] if left else []


def _neighbours(db: Database, pieces: set[bytes]) -> set[bytes]:
    """Return the pieces that rows which are left may form by lying side by side: all but a byte or two is in one.

    "session-50" and the row number 51, which is "3" as a byte, lie in an index as "session-503".
    """
    within = {piece: (piece[:-1], piece[1:], piece[:-2], piece[2:], piece[1:-1]) for piece in pieces}
    found: set[bytes] = set()
    for chunk in _rows(db) if pieces else ():
        found |= {piece for piece in pieces - found if any(part in chunk for part in within[piece])}
    return found


def _rows(db: Database) -> Iterator[bytes]:
    """Everything that the rows of a file say, in pieces; text also in small letters, as the word index has it."""
    kept = [_FILE_HEADER]
    size = 0
    for name in db.column("tables"):
        # A name from the schema, which no parameter can stand for.
        statement = cast("LiteralString", f'SELECT * FROM "{name}"')  # noqa: S608
        for row in cast("Any", db.connection).execute(statement):
            for value in row:
                parts = _bytes_of(value)
                kept += parts
                size += sum(map(len, parts))
            if size > _JOINED_BYTES:
                yield b"\0".join(kept)
                kept, size = [b""], 0
    yield b"\0".join(kept)


def _bytes_of(value: object) -> list[bytes]:
    match value:
        case str():
            return [value.encode(), value.lower().encode()]
        case bytes():
            return [value]
        case _:
            return []
