"""Whether the log is what was written: every entry in its place, saying what it said.

An entry's hash covers its fields and the hash before it, so any edit shows at its place. What kind of edit it was is
told by what else fits: an entry that belongs here and stands elsewhere, entries behind it that fit with their numbers
shifted, a hash that the next entry still builds on. Whoever can write the whole file can also compute a whole chain
anew; only anchors, kept elsewhere, show that. `replaying` compares what the log says with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from umi.domain.verification import Anchor, Discrepancy, Tampering, Verification
from umi.stores.relational.chain import GENESIS, Kind, digest, link
from umi.stores.relational.database import Database
from umi.stores.relational.replaying import Replay

FINDINGS_MAX = 100
_SHIFT_MAX = 64  # so many entries taken out or put in at one place are told apart from changed ones
_TYPES = (int, int, int, int, str, str, bytes, bytes)


class Entry(NamedTuple):
    """A row of the log, with the content it speaks of, if that is there."""

    seq: int
    at: int
    kind: int
    number: int
    id: str
    actor: str
    digest: bytes
    hash: bytes
    group: Any
    key: Any
    data: Any

    @property
    def is_sound(self) -> bool:
        """Whether every field is of its type."""
        return tuple(map(type, self[: len(_TYPES)])) == _TYPES and isinstance(self.group, (int, type(None)))

    def hash_behind(self, previous: bytes, shift: int = 0, group_shift: int = 0) -> bytes:
        """Return the hash it would have behind another, so many places further on."""
        return link(
            previous,
            seq=self.seq + shift,
            at=self.at,
            kind=self.kind,
            number=self.number,
            id=self.id,
            actor=self.actor,
            digest=self.digest,
            group=None if self.group is None else self.group + group_shift,
        )

    def fits(self, previous: bytes, shift: int = 0) -> bool:
        if not self.is_sound:
            return False
        if self.hash == self.hash_behind(previous, shift):
            return True
        # Whoever renumbers entries may renumber what they say of their group, too.
        return bool(shift and self.group) and self.hash == self.hash_behind(previous, shift, shift)

    @property
    def says_what_it_said(self) -> bool:
        return isinstance(self.key, bytes) and isinstance(self.data, str) and digest(self.key, self.data) == self.digest


def verify(db: Database, anchors: Sequence[Anchor]) -> Verification:
    """Look at everything. Call it inside a read transaction."""
    chain = Chain(db, anchors)
    findings = chain.findings()
    replay = Replay(db, chain.spoilt)
    if not chain.is_unreadable:
        findings += replay.findings(FINDINGS_MAX)
    return Verification(entries=chain.entries, rows=replay.rows, anchors=len(anchors), findings=tuple(findings))


def head(db: Database) -> tuple[int, bytes]:
    """Return the last place in the log and its hash."""
    row = db.row("last_link")
    return (0, GENESIS) if row is None else (row[0], row[2])


@dataclass(slots=True)
class Chain:
    """One pass over the log. `spoilt` are the numbers of entities whose entries cannot be believed."""

    db: Database
    anchors: Iterable[Anchor] = ()
    entries: int = 0
    spoilt: set[int] = field(default_factory=set[int])
    is_unreadable: bool = False
    _previous: bytes = GENESIS
    _expected: int = 1
    _shift: int = 0
    _places_told: set[int] = field(default_factory=set[int])
    _without_content: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    _buried: dict[int, int] = field(default_factory=dict[int, int])

    def findings(self, most: int = FINDINGS_MAX) -> list[Discrepancy]:
        found: list[Discrepancy] = []
        for discrepancy in self._all():
            found.append(discrepancy)
            if len(found) == most:
                break
        return found

    def _all(self) -> Iterator[Discrepancy]:
        anchored: dict[int, list[Anchor]] = {}
        for anchor in self.anchors:
            anchored.setdefault(anchor.seq, []).append(anchor)
        yield from _anchored(anchored.pop(0, ()), 0, GENESIS)
        try:
            for row in self.db.each("log_all"):
                entry = Entry(*row)
                self.entries += 1
                yield from self._entry(entry)
                yield from _anchored(anchored.pop(entry.seq, ()), entry.seq, entry.hash)
        except UnicodeDecodeError:
            self.is_unreadable = True
            yield _found(self._expected, Tampering.ENTRY_CHANGED, "it cannot be read: a text in it is no UTF-8")
            return
        last = self._expected - 1
        for seq, (anchor, *_) in sorted(anchored.items()):
            seen = f"the log ends at {last}, and an anchor of {anchor.at.isoformat()} goes on to here"
            yield _found(seq, Tampering.ROLLED_BACK, seen)
        yield from self._missing(last)

    def _entry(self, entry: Entry) -> Iterator[Discrepancy]:
        if not isinstance(entry.seq, int) or entry.seq < self._expected:  # pyright: ignore[reportUnnecessaryIsInstance]
            yield _found(entry.seq, Tampering.ENTRY_INSERTED, "an entry before the first one")
            return
        if entry.seq > self._expected:
            self._shift = 0
            yield self._gap(entry)
        elif not entry.fits(self._previous, self._shift):
            yield from self._misfit(entry)
        else:
            self._previous = entry.hash
        self._expected = entry.seq + 1
        yield from self._content(entry)

    def _content(self, entry: Entry) -> Iterator[Discrepancy]:
        if entry.kind == Kind.ERASE:
            self._buried[entry.number] = entry.seq
        if entry.data is None:
            self._without_content.append((entry.seq, entry.number))
        elif not entry.says_what_it_said:
            self.spoilt.add(entry.number)
            yield _found(entry.seq, Tampering.CONTENT_CHANGED, "what it says is not what its digest covers")

    def _gap(self, entry: Entry) -> Discrepancy:
        self.spoilt.add(entry.number)
        first, last = self._expected, entry.seq - 1
        self._previous = entry.hash
        seen = "it is not there" if first == last else f"{last - first + 1} entries up to {last} are not there"
        return _found(first, Tampering.ENTRY_REMOVED, seen)

    def _misfit(self, entry: Entry) -> Iterator[Discrepancy]:
        """Say what was done at a place whose entry does not fit, and find back into the chain."""
        self.spoilt.add(entry.number)
        if not entry.is_sound:
            yield _found(entry.seq, Tampering.ENTRY_CHANGED, "a field is of another type")
            self._previous = entry.hash if isinstance(entry.hash, bytes) else GENESIS  # pyright: ignore[reportUnnecessaryIsInstance]
            return
        rightful = self._rightful(entry)
        if rightful is not None:
            yield from self._displaced(entry, rightful)
            return
        following = self._at(entry.seq + 1)
        computed = entry.hash_behind(self._previous, self._shift)
        if following is not None and following.fits(computed, self._shift):
            self._previous = computed
            yield _found(entry.seq, Tampering.ENTRY_CHANGED, "its hash is another")
            return
        self._previous = entry.hash
        yield self._changed_or_shifted(entry, following)

    def _changed_or_shifted(self, entry: Entry, following: Entry | None) -> Discrepancy:
        if following is None:
            if self.db.value("log_is_referred", (entry.seq,)):
                return _found(entry.seq, Tampering.ENTRY_CHANGED, "its fields are not what its hash covers")
            return _found(entry.seq, Tampering.ENTRY_INSERTED, "it follows from nothing, and nothing follows from it")
        moved = next((by for by in _shifts() if following.fits(entry.hash, self._shift + by)), 0)
        if moved > 0:
            self._shift += moved
            return _found(entry.seq, Tampering.ENTRY_REMOVED, f"those behind it have moved up by {moved}")
        if moved < 0:
            self._shift += moved
            return _found(entry.seq, Tampering.ENTRY_INSERTED, f"those behind it have moved down by {-moved}")
        return _found(entry.seq, Tampering.ENTRY_CHANGED, "its fields are not what its hash covers")

    def _rightful(self, entry: Entry) -> Entry | None:
        """Return the entry that belongs where this one stands, if it stands anywhere."""
        wanted = entry.seq + self._shift
        for row in self.db.each("log_all"):
            other = Entry(*row)
            if other.is_sound and other.fits(self._previous, wanted - other.seq):
                return other
        return None

    def _displaced(self, entry: Entry, rightful: Entry) -> Iterator[Discrepancy]:
        """An entry stands where another belongs, which stands elsewhere."""
        place, elsewhere = entry.seq, rightful.seq
        before = rightful if elsewhere - 1 == place else self._at(elsewhere - 1)
        swapped = before is not None and entry.fits(before.hash, elsewhere - place + self._shift)
        if elsewhere == place + 1 and not swapped:
            self._shift -= 1
            yield _found(place, Tampering.ENTRY_INSERTED, f"the entry that belongs here stands at {elsewhere}")
            return
        self._previous = rightful.hash
        self._places_told.add(place)
        if elsewhere not in self._places_told:
            yield _found(place, Tampering.ENTRIES_REORDERED, f"the entry that belongs here stands at {elsewhere}")

    def _at(self, seq: int) -> Entry | None:
        row = self.db.row("log_at", (seq,))
        entry = None if row is None else Entry(*row)
        return entry if entry is not None and entry.is_sound else None

    def _missing(self, last: int) -> Iterator[Discrepancy]:
        """Content without an erasure that took it, and what was left behind by entries that are gone."""
        for seq, number in self._without_content:
            if self._buried.get(number, 0) <= seq:
                self.spoilt.add(number)
                yield _found(seq, Tampering.CONTENT_REMOVED, "what it said is not there, and no erasure took it")
        for (seq,) in self.db.each("content_of_erased"):
            yield _found(seq, Tampering.ROW_INSERTED, "what it said was erased, and is there again")
        lost = self.db.value("log_lost", (last,))
        if lost is not None:
            yield _found(lost, Tampering.LOG_CUT_OFF, f"the log ends at {last}, and content of {lost} is left")


def quick(db: Database) -> tuple[int, str | None]:
    """Return how many entries there are and the first thing that is wrong, without replaying the rows."""
    chain = Chain(db)
    found = chain.findings(1)
    if found:
        return chain.entries, str(found[0])
    stray = db.row("log_disagreements")
    return chain.entries, None if stray is None else f"entity {stray[0]} is not as change {stray[1]} says"


def _shifts() -> Iterator[int]:
    for distance in range(1, _SHIFT_MAX + 1):
        yield distance
        yield -distance


def _anchored(anchors: Iterable[Anchor], seq: int, hash: bytes) -> Iterator[Discrepancy]:
    for anchor in anchors:
        if not isinstance(hash, bytes) or anchor.hash != hash.hex():  # pyright: ignore[reportUnnecessaryIsInstance]
            yield _found(seq, Tampering.REWRITTEN, f"an anchor of {anchor.at.isoformat()} has another hash here")


def _found(seq: int, tampering: Tampering, seen: str) -> Discrepancy:
    return Discrepancy(seq=seq, tampering=tampering, seen=seen)
