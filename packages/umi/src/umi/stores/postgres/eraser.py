"""An erasure from end to end: in the tables, in what they leave behind, and the search for what is left.

What the server keeps elsewhere is out of reach: its write-ahead log, replicas, and copies that pg_dump made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from umi.domain.change import IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure, Trace
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import StorageError
from umi.ports.world import Clock, Entropy
from umi.stores.postgres.database import Database
from umi.stores.postgres.terms import Tokenizer
from umi.stores.relational.database import listed
from umi.stores.relational.erasing import OWED, Removal, erase
from umi.stores.relational.evidence import Evidence
from umi.stores.relational.transaction import Transaction
from umi.vectors.postgres.adapting import Texts


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What an erasure did so far, and what is left to say in its receipt."""

    removal: Removal
    began: int
    findings: list[Trace] = field(default_factory=list[Trace])
    looked: Counter[str] = field(default_factory=Counter[str])

    def receipt(self, *, now: int, checked: bool) -> Erasure:
        removal = self.removal
        return Erasure(
            ids=tuple(target.id for target in removal.targets),
            derived=tuple(target.id for target in removal.derived),
            counts={name: count for name, count in removal.counts.items() if count},
            erased_at=from_microseconds(removal.at),
            seq=removal.seq,
            before=removal.before.hex(),
            after=removal.after.hex(),
            seconds=(now - self.began) / 1_000_000,
            checked=checked,
            looked=dict(self.looked),
            findings=tuple(self.findings),
        )


class Eraser:
    """Erases in one schema. `erase` runs on the writer's lane, the others where they hold up nobody."""

    def __init__(self, db: Database, clock: Clock, entropy: Entropy, words_of: Callable[[Entity], IndexWords]) -> None:
        self._db = db
        self._clock = clock
        self._entropy = entropy
        self._words_of = words_of

    def erase(self, request: Erase) -> Outcome:
        """Erase in every table, in one transaction."""
        began = self.now()
        with self._db.faults_named(), self._db.transaction():
            transaction = Transaction(self._db, self._clock, self._entropy, self._words_of)
            return Outcome(removal=erase(transaction, request), began=began)

    def now(self) -> int:
        return to_microseconds(self._clock.now())


def is_owed(db: Database) -> bool:
    """Whether an erasure was cut short before what its rows left behind was given back."""
    return db.value("meta_get", (OWED,)) is not None


def vacuum(db: Database) -> list[Trace]:
    """Give back what erased rows lay in; say if that could not be done, which the next opening then does."""
    try:
        with db.faults_named():
            db.run("vacuum")
            db.run("meta_delete", (OWED,))
    except StorageError as error:
        return [Trace(place=str(db.address), what=f"what erased rows lay in could not be given back: {error}")]
    return []


def look(db: Database, evidence: Evidence, looked: Counter[str]) -> list[Trace]:
    """Look for what is left of it, by rows and by words. By vectors, the store is asked itself."""
    with db.faults_named(), db.snapshot():
        found = [*_by_rows(db, evidence), *_by_words(db, evidence, looked)]
    looked.update({"rows": len(evidence.numbers), "vectors": len(evidence.vectors)})
    return found


def _by_rows(db: Database, evidence: Evidence) -> list[Trace]:
    if not evidence.numbers:
        return []
    return [
        Trace(place=str(db.address), what=f"{count} rows of table {table} under erased numbers")
        for table, count in db.each("left_under", (listed(evidence.numbers),))
        if count
    ]


def _by_words(db: Database, evidence: Evidence, looked: Counter[str]) -> list[Trace]:
    """A term that no row holds should be in no dictionary either."""
    tokenizer = Tokenizer()
    terms = {tokenizer.term(word)[0] for word in evidence.words} - {""}
    looked["words"] += len(terms)
    left = db.column("terms_left", (Texts(terms),)) if terms else []
    return [Trace(place=str(db.address), what=f"{len(left)} erased terms in the index of words")] if left else []
