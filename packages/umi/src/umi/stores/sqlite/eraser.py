"""An erasure from end to end: in the store's file, in the copies made of it, and the search for what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from umi.domain.change import IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure, Trace
from umi.domain.scope import Scope
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import Conflict, StorageError
from umi.errors import MemoryError as UmiError
from umi.ports.world import Clock, Entropy
from umi.stores.relational.erasing import Owed, Removal, erase, erase_copies, owed
from umi.stores.relational.transaction import Transaction
from umi.stores.sqlite import sealing
from umi.stores.sqlite.connection import faults_named
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.keyring import Keyring
from umi.stores.sqlite.scrubbing import overwriting, remove_indexes, scrub
from umi.stores.sqlite.tracing import Tracer

if TYPE_CHECKING:
    from umi.stores.sqlite.tracing import Lying

_LOOKS = 2  # what another connection writes while the files are read may say the same as what was erased


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What an erasure did so far, and what is left to say in its receipt."""

    removal: Removal
    began: int
    findings: list[Trace] = field(default_factory=list[Trace])
    looked: Counter[str] = field(default_factory=Counter[str])
    backups: list[str] = field(default_factory=list[str])
    gone: list[str] = field(default_factory=list[str])

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
            backups=tuple(self.backups),
            gone=tuple(self.gone),
        )


class Eraser:
    """Erases in one store. `erase` runs on the writer's lane, the other two where they hold up nobody."""

    def __init__(
        self, db: Database, path: Path, clock: Clock, entropy: Entropy, words_of: Callable[[Entity], IndexWords]
    ) -> None:
        self._db = db
        self._path = path
        self._clock = clock
        self._entropy = entropy
        self._words_of = words_of

    def erase(self, request: Erase) -> Outcome:
        """Erase in the store's own file, and make it forget."""
        began = self.now()
        db = self._db
        with faults_named(self._path), overwriting(db), db.transaction():
            removal = erase(self._transaction(db), request)
        outcome = Outcome(removal=removal, began=began)
        if removal.targets or removal.counts:
            outcome.findings += remove_indexes(db, self._path, {target.tenant for target in removal.targets})
        outcome.findings += scrub(db, self._path)
        return outcome

    def erase_in_copies(self, outcome: Outcome, request: Erase, *, check: bool) -> None:
        """Erase in the backups that were made of the file whatever it has a tombstone for."""
        with faults_named(self._path), closing(self._db.reader()) as db:
            noted = db.rows("backups")
            copies = [Path(path) for path, keyring in noted if keyring is None]
            self._destroy_keys(db, {Path(keyring) for _, keyring in noted if keyring is not None}, outcome)
            debt, origin = owed(db), db.value("log_first")
        for copy in copies:
            if not copy.exists() and copy.parent.is_dir():
                outcome.gone.append(str(copy))
                continue
            try:
                outcome.findings += self._erase_in_copy(copy, origin, debt, request, outcome, check=check)
                outcome.backups.append(str(copy))
            except (UmiError, OSError) as error:
                outcome.findings.append(Trace(place=str(copy), what=f"nothing was erased in this backup: {error}"))

    def note_copy(self, path: Path, keyring: Path | None) -> None:
        """Note a copy of the store, so that an erasure reaches it."""
        keys = None if keyring is None else str(keyring.resolve())
        with faults_named(self._path), self._db.transaction():
            self._db.run("backup_add", (str(path.resolve()), self.now(), keys))

    def seal(self, path: Path, keyring: Path) -> None:
        """Write a copy whose every row is encrypted, and the keys it needs into the keyring."""
        with faults_named(self._path), closing(self._db.reader()) as db, db.snapshot():
            origin = db.value("log_first")
            if origin is None:
                raise Conflict("The store is empty: there is nothing to seal.")
            with closing(Keyring(keyring, origin)) as keys:
                sealing.seal(db, path, keys, self._entropy)

    def catch_up(self, before: int) -> None:
        """Erase in the copies what was erased while one of them was being made; `before` is the last erasure then."""
        if self.last_erasure() != before:
            outcome = Outcome(removal=Removal(), began=self.now())
            self.erase_in_copies(outcome, Erase(scope=Scope(), actor="umi"), check=False)

    def last_erasure(self) -> int:
        with faults_named(self._path), closing(self._db.reader()) as db:
            return int(db.value("erased_last"))

    def look(self, outcome: Outcome, beside: Callable[[], Iterable[Lying]] = tuple) -> None:
        """Look for what is left in the store's own files, and in what lies beside them."""
        with faults_named(self._path), closing(self._db.reader()) as db:
            outcome.findings += self._look(db, self._path, outcome, beside)

    def now(self) -> int:
        return to_microseconds(self._clock.now())

    @staticmethod
    def _destroy_keys(db: Database, keyrings: set[Path], outcome: Outcome) -> None:
        """Destroy the keys of whatever the store holds no more, in every keyring that is known."""
        origin, living = db.value("log_first"), {(kind.encode(), number) for kind, number in db.each("owners_living")}
        for path in sorted(keyrings):
            if not path.exists() and path.parent.is_dir():
                outcome.gone.append(str(path))
                continue
            try:
                if not path.exists():
                    raise StorageError("its folder is not there")
                with closing(Keyring(path, origin)) as keyring:
                    outcome.removal.counts["keys"] += keyring.destroy(lambda owner: owner not in living)
            except (UmiError, OSError) as error:
                outcome.findings.append(Trace(place=str(path), what=f"no keys were destroyed in this keyring: {error}"))

    def _erase_in_copy(
        self,
        path: Path,
        origin: bytes | None,
        debt: Owed,
        request: Erase,
        outcome: Outcome,
        *,
        check: bool,
    ) -> list[Trace]:
        if not path.exists():
            raise StorageError("its folder is not there")
        with faults_named(path), closing(self._db.beside(path)) as db:
            if db.value("log_first") != origin:
                raise Conflict("another file stands in its place")
            with overwriting(db), db.transaction():
                removal = erase_copies(self._transaction(db), debt, request)
            findings = scrub(db, path)
            if check:
                findings += self._look(db, path, outcome)
            outcome.removal.counts["in backups"] += len(removal.targets)
        return findings

    @staticmethod
    def _look(db: Database, path: Path, outcome: Outcome, beside: Callable[[], Iterable[Lying]] = tuple) -> list[Trace]:
        tracer = Tracer(db, path, outcome.removal.evidence, beside)
        found: list[Trace] = []
        for _ in range(_LOOKS):
            with db.snapshot():
                found = list(tracer.traces())
            if not found:
                break
        outcome.looked.update(tracer.looked)
        return found

    def _transaction(self, db: Database) -> Transaction:
        return Transaction(db, self._clock, self._entropy, self._words_of)
