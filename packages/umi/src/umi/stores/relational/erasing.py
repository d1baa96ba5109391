"""Erasing: an entity, all it ever was and all that rests on it alone leave every table in one transaction.

What stays is a tombstone in the log for each entity, with its number, its id, who asked and when, and counts. The keys
of the digests of what it said go with the content, so the entries that are left say nothing and the chain still holds.
`scrubbing` then makes the file forget what its free space remembers, and `tracing` looks whether anything is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from umi.domain.change import IDENTITY_OF_KEY
from umi.domain.entity import Entity, Status
from umi.domain.erasure import Erase
from umi.errors import Corrupt, NotFound
from umi.stores.relational import records
from umi.stores.relational.chain import Kind
from umi.stores.relational.codec import entity_of
from umi.stores.relational.database import Database, Row, listed
from umi.stores.relational.evidence import VECTORS_MAX, Evidence
from umi.stores.relational.placing import PARTITION_SHIFT
from umi.stores.relational.transaction import Transaction

ERASED_NAME = "\0erased "  # no scope can name it: a part of one holds no NUL character
OWED, OWED_ALL = "erasure_owed", "1"  # set until the file's free space is known to be clean
_TOKEN_BYTES = 16
_SIMPLE = ("erase_tasks", "erase_labels", "erase_facts", "erase_relations", "erase_access", "erase_embeddings")


@dataclass(frozen=True, slots=True)
class Target:
    """An entity to erase: its number, its id and its tenant's number."""

    number: int
    id: str
    tenant: int


@dataclass(slots=True, kw_only=True)
class Removal:
    """What one transaction removed, and what to look for afterwards."""

    targets: Sequence[Target] = ()
    derived: Sequence[Target] = ()
    counts: Counter[str] = field(default_factory=Counter[str])
    at: int = 0
    seq: int = 0
    before: bytes = b""
    after: bytes = b""
    evidence: Evidence = field(default_factory=Evidence)


def erase(transaction: Transaction, request: Erase) -> Removal:
    """Erase what is asked for, and whatever rests on nothing else.

    Raises:
        NotFound: an id stands for nothing in the scope, and never did.

    """
    return _erase(transaction, _asked(transaction.db, request), request, whole=request.ids is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a copy of a file must not hold any more: entities by number and id, partitions and tenants by number."""

    entities: Mapping[int, str]
    partitions: Sequence[int]
    tenants: Sequence[int]


def owed(db: Database) -> Owed:
    return Owed(
        entities=dict(db.each("erased_all")),
        partitions=db.column("partitions_erased"),
        tenants=db.column("tenants_erased"),
    )


def erase_copies(transaction: Transaction, debt: Owed, request: Erase) -> Removal:
    """Erase from a copy whatever the file it was made of has erased since."""
    db, ids = transaction.db, debt.entities
    rows = db.each("erase_numbered", (listed(list(ids)),)) if ids else ()
    targets = [Target(*row) for row in rows if ids[row[0]] == row[1]]
    removal = _erase(transaction, targets, request, whole=False)
    _forget_records(removal, records.forget_in_copy(db, request.scope, whole=request.ids is None))
    for partition in debt.partitions:
        _forget_partition(transaction, partition, removal)
    for tenant in debt.tenants:
        if db.value("tenant_empty", (tenant,)):
            db.run("tenant_rename", (tenant, _token(transaction)))
    return removal


def _asked(db: Database, request: Erase) -> list[Target]:
    scope = request.scope
    parts = (scope.user, scope.namespace, scope.agent, scope.session)
    if request.ids is None:
        return [Target(*row) for row in db.each("erase_covered", (scope.tenant, *parts))]
    found: dict[str, Target] = {}
    for id in request.ids:
        row = db.row("erase_named", (scope.tenant, id, *parts))
        if row is not None:
            found[id] = Target(*row)
        elif db.row("erased_before", (scope.tenant, id)) is None:
            raise NotFound(f"Nothing in this scope has the id {id!r}. Nothing was erased.")
    return list(found.values())


def _erase(transaction: Transaction, asked: Sequence[Target], request: Erase, *, whole: bool) -> Removal:
    db = transaction.db
    removal = Removal(at=transaction.at, seq=transaction.link.seq)
    removal.before = removal.after = transaction.link.hash
    removal.targets, removal.derived = _with_what_rests_on(db, asked)
    transaction.begin_batch()
    transaction.begin_group()
    if removal.targets:
        _remove(transaction, removal, request)
        removal.at, removal.seq, removal.after = transaction.link.at, transaction.link.seq, transaction.link.hash
    if whole:
        _forget_names(transaction, request, removal)
    _forget_records(removal, records.forget(db, request.scope, whole=whole))
    if removal.targets or removal.counts:
        db.run("vectors_epoch_bump")
        db.run("meta_put", (OWED, OWED_ALL))
    return removal


def _forget_records(removal: Removal, count: int) -> None:
    if count:  # what is counted at all has to be scrubbed
        removal.counts["records"] += count


def _with_what_rests_on(db: Database, asked: Sequence[Target]) -> tuple[list[Target], list[Target]]:
    """Return the targets with what is derived from, or merged into, nothing but them; and the latter by itself."""
    targets = {target.number: target for target in asked}
    derived: dict[int, Target] = {}
    while targets:
        numbers = listed(list(targets))
        rows = [*db.rows("erase_resting", (numbers,)), *db.rows("erase_merged", (listed(list(targets)),))]
        found = {row[0]: Target(*row) for row in rows}
        if not found:
            break
        targets |= found
        derived |= found
    return list(targets.values()), list(derived.values())


def _remove(transaction: Transaction, removal: Removal, request: Erase) -> None:
    db, targets, counts = transaction.db, removal.targets, removal.counts
    places = db.rows("erase_places", (listed([target.number for target in targets]),))
    numbers = _gather(transaction, removal)
    changes = dict(db.each("erase_changes", (listed([target.number for target in targets]),)))
    _bury(transaction, removal, changes, request)
    every = listed(numbers)
    db.run("erase_identities", (every, IDENTITY_OF_KEY))
    for name in (*_SIMPLE, "erase_words", "erase_past_words", "erase_content", "erase_entities"):
        counts[name.removeprefix("erase_")] += db.changed(name, (listed(numbers),))
    counts["versions"] = len(numbers) - len(targets)
    counts["entities"] = len(targets)
    _count_down(transaction, places)
    _forget_speakers(transaction, places, removal.evidence.template)
    _forget_sessions(db, removal)
    _reindex_neighbours(transaction, places)
    db.forget_words()


def _gather(transaction: Transaction, removal: Removal) -> list[int]:
    """Note what to look for afterwards, and return the numbers of every version."""
    db, evidence = transaction.db, removal.evidence
    evidence.expect(len(removal.targets))
    for target in removal.targets:
        for _, number, session, *row in db.each("erase_versions", (target.number,)):
            with suppress(Corrupt):  # what is damaged goes all the same
                entity = entity_of(tuple(row))[1]
                evidence.add(entity, transaction.words_of(entity))
            if number is not None:
                evidence.sessions[number] = session
    current = [target.number for target in removal.targets]
    numbers = [*current, *db.column("versions_touched", (listed(current),))]
    evidence.numbers = numbers
    evidence.vectors = dict(db.each("vectors_under", (listed(numbers), VECTORS_MAX)))
    return numbers


def _bury(transaction: Transaction, removal: Removal, changes: dict[int, int], request: Erase) -> None:
    """Put up a tombstone for each entity: counts, and why."""
    for target in sorted(removal.targets, key=lambda target: target.number):
        said = {"changes": changes.get(target.number, 0), "reason": request.reason}
        transaction.record(Kind.ERASE, target.number, target.id, request.actor, said)


def _count_down(transaction: Transaction, places: Sequence[Row]) -> None:
    active = Counter((row[1], row[0] >> PARTITION_SHIFT) for row in places if row[4])
    for (tenant, partition), count in active.items():
        transaction.count_active(tenant, partition << PARTITION_SHIFT, -count)


def _forget_sessions(db: Database, removal: Removal) -> None:
    """Take the names of the sessions that are empty now."""
    evidence = removal.evidence
    for session, name in evidence.sessions.items():
        if db.changed("erase_session", (session,)):
            removal.counts["sessions"] += 1
            evidence.names.add(name)


def _forget_speakers(transaction: Transaction, places: Sequence[Row], template: Entity | None) -> None:
    """Take the words of the names of those who speak no more where they spoke."""
    db = transaction.db
    spoke = {(row[0] >> PARTITION_SHIFT, row[5]) for row in places if row[5] is not None}

    def words(names: Iterable[str]) -> set[str]:
        said = (transaction.words_of(replace(template, speaker=name)).speaker for name in names if template is not None)
        return {word for words in said for word in words.split()}

    for partition in {partition for partition, _ in spoke}:
        staying = words(db.column("speakers_of", (partition,)))
        for word in words(name for where, name in spoke if where == partition) - staying:
            db.run("speaker_delete", (partition, word))


def _reindex_neighbours(transaction: Transaction, places: Sequence[Row]) -> None:
    """Index the turns behind the erased ones without the words these lent them."""
    sessions = {(row[2], row[3]) for row in places if row[2] is not None}
    for session, position in sorted(sessions):
        for is_current, *row in transaction.db.rows("neighbours", (session, position)):
            number, entity = entity_of(tuple(row))
            status = entity.status if is_current else Status.FORGOTTEN
            transaction.unindex(number, status)
            transaction.index(number, transaction.words_of(entity), status)
    transaction.finish_batch()


def _forget_names(transaction: Transaction, request: Erase, removal: Removal) -> None:
    """Rename the partitions that are empty now, and the tenant if all of it is erased. Their numbers are not reused."""
    db, scope = transaction.db, request.scope
    tenant = db.value("tenant_get", (scope.tenant,))
    if tenant is None or scope.session is not None:
        return
    parts = (scope.user, scope.namespace, scope.agent)
    for partition, *_ in db.rows("partitions_in_scope", (tenant, *parts)):
        _forget_partition(transaction, partition, removal)
    removal.evidence.names.update(name for name in parts if name is not None)
    if parts == (None, None, None):
        db.run("tenant_rename", (tenant, _token(transaction)))
        removal.evidence.names.add(scope.tenant)
        removal.counts["tenants"] += 1


def _forget_partition(transaction: Transaction, partition: int, removal: Removal) -> None:
    db = transaction.db
    if db.value("partition_empty", (partition,)):
        db.run("partition_rename", (partition, _token(transaction)))
        db.run("erase_speakers", (partition,))
        removal.counts["partitions"] += 1


def _token(transaction: Transaction) -> str:
    return ERASED_NAME + transaction.random(_TOKEN_BYTES).hex()
