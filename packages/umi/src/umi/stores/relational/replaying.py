"""Whether the rows are what the log says: every change is replayed, and each version compared with its row.

What derived code of this release decides, such as the words an entity lends, is left out: a later release may decide
otherwise, and a verification raises no false alarm.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeAlias

from umi.domain.change import Act
from umi.domain.entity import Entity, Status, Trust
from umi.domain.label import LABEL_LIKING, LABEL_MENTION, LABEL_RULE, labels
from umi.domain.time import from_microseconds
from umi.domain.turn import Role
from umi.domain.verification import Discrepancy, Tampering
from umi.stores.relational.applying import columns_of
from umi.stores.relational.chain import Kind
from umi.stores.relational.codec import STATUSES, decode, decode_values, encode_state
from umi.stores.relational.database import Database, Row
from umi.stores.relational.placing import PARTITION_SHIFT
from umi.stores.relational.transaction import FOR_EVER

_REWORDED = frozenset({"content", "event_time"})
_COLUMNS = (
    "no id tenant status revision entity_type memory_type session position speaker role event_at recorded_at updated_at"
    " until was indexed changed valid_from valid_until expires_at trust importance length content state"
).split()
Columns: TypeAlias = Mapping[str, Any]
_LEFT_OUT = frozenset({"question"})  # decided by code of this release
_LABELS_SINCE = frozenset({LABEL_MENTION, LABEL_RULE, LABEL_LIKING})
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)


class Told(NamedTuple):
    """What the log has of one change."""

    number: int
    seq: int
    at: int
    kind: int
    id: str
    data: str | None


class Stage(NamedTuple):
    """A version as the log tells it: what it was, from which change on, and whether that change reworded it."""

    seq: int
    at: int
    entity: Entity
    state: str | None
    is_reworded: bool


class Place(NamedTuple):
    """A partition with its names."""

    number: int
    tenant: int
    tenant_name: str
    user: str
    namespace: str
    agent: str
    last: int


@dataclass(slots=True)
class _Edge:
    """A relation as the log tells it, with the stretches of recorded time it stood."""

    source: int
    target: str
    kind: str
    reason: str
    confidence: float
    stood: list[tuple[int, int]]


@dataclass(slots=True)
class Replay:
    """One pass over the log by entities. Entities that are `spoilt` are left out: their log cannot be believed."""

    db: Database
    spoilt: set[int]
    rows: int = 0
    _places: dict[int, Place] = field(default_factory=dict[int, Place])
    _edges: dict[int, _Edge] = field(default_factory=dict[int, _Edge])
    _numbers_given: Counter[int] = field(default_factory=Counter[int])
    _numbers_unsure: Counter[int] = field(default_factory=Counter[int])
    _versions: int = 0
    _labels: int = 0

    def findings(self, most: int) -> list[Discrepancy]:
        found: list[Discrepancy] = []
        for discrepancy in self._all():
            found.append(discrepancy)
            if len(found) == most:
                break
        return found

    def _all(self) -> Iterator[Discrepancy]:
        self._places = {row[0]: Place(*row) for row in self.db.each("replay_partitions")}
        log = (Told(*row) for row in self.db.each("replay_log"))
        for number, changes in groupby(log, key=lambda told: told.number):
            yield from self._entity(number, list(changes))
        yield from self._relations()
        yield from self._unaccounted()

    def _entity(self, number: int, changes: Sequence[Told]) -> Iterator[Discrepancy]:
        self._count_numbers(number, changes)
        current = self.db.row("replay_current", (number,))
        first, last = changes[0], changes[-1]
        if any(told.kind == Kind.ERASE for told in changes):
            if current is not None:
                yield _found(last.seq, Tampering.ROW_INSERTED, f"entity {first.id} was erased, and is there again")
            return
        if number in self.spoilt or first.kind != Kind.ADD or any(told.data is None for told in changes):
            return
        try:
            stages = list(self._stages(changes))
        except _UNREADABLE as error:
            yield _found(first.seq, Tampering.CONTENT_CHANGED, f"the changes to {first.id} cannot be read: {error!r}")
            return
        if current is None:
            yield _found(first.seq, Tampering.ROW_REMOVED, f"entity {first.id} is not there, and no erasure took it")
            return
        yield from self._compare(number, stages, _named(current))

    def _count_numbers(self, number: int, changes: Sequence[Told]) -> None:
        """Count the numbers that a partition gave out: one for an addition, and one for each version that ended."""
        partition = number >> PARTITION_SHIFT
        for told in changes:
            if told.kind in {Kind.RELATE, Kind.ERASE}:
                continue
            if told.kind == Kind.UNDO and told.data is None:
                self._numbers_unsure[partition] += 1  # of an edge, or of a version: the erasure took what it said
            elif not (told.kind == Kind.UNDO and "relation" in json.loads(told.data or "{}")):
                self._numbers_given[partition] += 1

    def _stages(self, changes: Sequence[Told]) -> Iterator[Stage]:
        """Replay the changes to one entity; what they say of edges is kept for later."""
        first = changes[0]
        body = json.loads(first.data or "")
        moment = from_microseconds(first.at)
        entity = decode(
            first.data or "",
            None,
            status=Status(body.get("status", Status.ACTIVE)),
            revision=1,
            created_at=moment,
            updated_at=moment,
            turn=0,
        )
        state: str | None = None
        yield Stage(first.seq, first.at, entity, state, is_reworded=False)
        for told in changes[1:]:
            said = json.loads(told.data or "")
            if told.kind == Kind.RELATE or "relation" in said:
                self._relate(told, said)
                continue
            values = _values(told.kind, said)
            state = encode_state(state, values)
            moment = from_microseconds(told.at)
            entity = replace(entity, **values, revision=entity.revision + 1, updated_at=moment)
            yield Stage(told.seq, told.at, entity, state, is_reworded=bool(_REWORDED & values.keys()))

    def _relate(self, told: Told, said: Mapping[str, Any]) -> None:
        if told.kind == Kind.RELATE:
            ends = (told.number, said["target"], said["kind"], said["reason"], said["confidence"])
            self._edges[told.seq] = _Edge(*ends, stood=[(told.at, FOR_EVER)])
            return
        edge = self._edges[said["relation"]]
        if said["stands"]:
            edge.stood.append((told.at, FOR_EVER))
        else:
            edge.stood[-1] = (edge.stood[-1][0], told.at)

    def _compare(self, number: int, stages: Sequence[Stage], current: Columns) -> Iterator[Discrepancy]:
        first, id = stages[0], stages[0].entity.id
        place = self._places.get(number >> PARTITION_SHIFT)
        if place is None or not _lies_in(first.entity, place):
            yield _found(first.seq, Tampering.ROW_CHANGED, f"entity {id} lies in another scope")
            return
        kept = [_named(row) for row in self.db.each("replay_versions", (place.tenant, id))]
        self._versions += len(kept)
        self.rows += 1 + len(kept)
        missing = len(stages) - 1 - len(kept)
        if missing:
            tampering = Tampering.ROW_REMOVED if missing > 0 else Tampering.ROW_INSERTED
            seen = f"entity {id} has {len(kept)} earlier versions, not {len(stages) - 1}"
            yield _found(stages[-1].seq, tampering, seen)
            return
        same = {"session": self._session_of(current, place, first.entity), "position": current["position"]}
        indexed = _indexed(stages, [row["no"] for row in kept], number)
        ends = [stage.at for stage in stages[1:]] + [FOR_EVER]
        for stage, row, where, until in zip(stages, [*kept, current], indexed, ends, strict=True):
            is_current = stage is stages[-1]
            wanted = _wanted(stage, first, place, until=until, is_current=is_current)
            yield from _differences(stage, {**wanted, **same, "indexed": where}, row, is_current=is_current)
            yield from self._labelled(row["no"], stage, is_current=is_current)
        yield from self._facts(number, stages)

    def _session_of(self, current: Columns, place: Place, entity: Entity) -> int | None:
        """Return the number of the entity's session if the row names the right one, else one that no row has."""
        session = current["session"]
        row = None if session is None else self.db.row("replay_session", (session,))
        named = None if row is None else tuple(row)
        wanted = None if entity.scope.session is None else (place.number, entity.scope.session)
        return session if named == wanted else -1

    def _facts(self, number: int, stages: Sequence[Stage]) -> Iterator[Discrepancy]:
        partition = number >> PARTITION_SHIFT
        wanted = {(partition, fact.about, fact.slot) for stage in stages for fact in stage.entity.facts}
        there = {tuple(row) for row in self.db.each("replay_facts", (number,))}
        for tampering, ones in ((Tampering.ROW_REMOVED, wanted - there), (Tampering.ROW_INSERTED, there - wanted)):
            if ones:
                seen = f"{len(ones)} rows of the index of facts, of entity {stages[0].entity.id}"
                yield _found(stages[-1].seq, tampering, seen)

    def _labelled(self, number: int, stage: Stage, *, is_current: bool) -> Iterator[Discrepancy]:
        for name, value in set(labels(stage.entity)):
            if self.db.row("replay_label", (name, value, number)) is not None:
                self._labels += 1
            elif is_current and name not in _LABELS_SINCE:  # older files have none of these, nor any of versions
                yield _found(stage.seq, Tampering.ROW_REMOVED, f"a label of entity {stage.entity.id}")

    def _relations(self) -> Iterator[Discrepancy]:
        rows = self.db.each("replay_relations")
        for seq, group in groupby(rows, key=lambda row: row[0]):
            edge = self._edges.pop(seq, None)
            there = [tuple(row[1:]) for row in group]
            self.rows += len(there)
            if edge is None:
                if there[0][0] not in self.spoilt:
                    yield _found(seq, Tampering.ROW_INSERTED, "an edge that no change made")
                continue
            wanted = [
                (edge.source, edge.target, edge.kind, edge.reason, edge.confidence, since, until)
                for since, until in edge.stood
            ]
            if there != wanted:
                yield _found(seq, Tampering.ROW_CHANGED, "an edge is not as the changes to it say")
        for seq, edge in self._edges.items():
            if self.db.row("erased_after", (edge.target, seq, edge.source)) is None:
                yield _found(seq, Tampering.ROW_REMOVED, "an edge is not there, and both its ends are")

    def _unaccounted(self) -> Iterator[Discrepancy]:
        for what, seq in self.db.each("rows_unaccounted"):
            yield _found(seq, Tampering.ROW_INSERTED, f"{what} follows from no change")
        if self.spoilt:
            return
        surplus = int(self.db.value("versions_count")) - self._versions
        if surplus:
            yield _found(0, Tampering.ROW_INSERTED, f"{surplus} earlier versions follow from no change")
        surplus = int(self.db.value("labels_count")) - self._labels
        if surplus:
            yield _found(0, Tampering.ROW_INSERTED, f"{surplus} labels follow from no change")
        for (seen,) in self.db.each("counters_wrong"):
            yield _found(0, Tampering.ROW_CHANGED, seen)
        yield from self._partitions()

    def _partitions(self) -> Iterator[Discrepancy]:
        """A partition gives out numbers one by one: it knows of entries that are gone."""
        for place in self._places.values():
            least = self._numbers_given[place.number]
            most = least + self._numbers_unsure[place.number]
            if place.last > most:
                seen = f"partition {place.number} has given out {place.last} numbers, the log accounts for {most}"
                yield _found(0, Tampering.LOG_CUT_OFF, seen)
            elif place.last < least:
                seen = f"partition {place.number} has given out {place.last} numbers, the log has used {least}"
                yield _found(0, Tampering.ROW_CHANGED, seen)
        for partition in self._numbers_given.keys() - self._places.keys():
            yield _found(0, Tampering.ROW_REMOVED, f"partition {partition} is not there")


def _values(kind: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields a change set."""
    if "after" in said:
        return decode_values(said["after"])
    # as forgetting and restoring were written before schema 2
    return {"status": Status.FORGOTTEN if Kind(kind).act is Act.FORGET else Status.ACTIVE}


def _lies_in(entity: Entity, place: Place) -> bool:
    scope = entity.scope
    names = (scope.tenant, scope.user or "", scope.namespace or "", scope.agent or "")
    return names == (place.tenant_name, place.user, place.namespace, place.agent)


def _indexed(stages: Sequence[Stage], numbers: Sequence[int], current: int) -> list[int]:
    """Return under which number each version's words and vector lie: that of the last version of the same text."""
    every = [*numbers, current]
    where = [current]
    for (_, later), number in zip(reversed(list(pairwise(stages))), reversed(every[:-1]), strict=True):
        where.append(number if later.is_reworded else where[-1])
    return where[::-1]


def _wanted(stage: Stage, first: Stage, place: Place, *, until: int, is_current: bool) -> dict[str, Any]:
    entity = stage.entity
    was = STATUSES.index(entity.status)
    columns = {name: value for name, value in columns_of(entity).items() if name not in _LEFT_OUT}
    return {
        "id": entity.id,
        "tenant": place.tenant,
        "status": was if is_current else -1,
        "was": was,
        "revision": entity.revision,
        "speaker": entity.speaker,
        "role": entity.role,
        "recorded_at": first.at,
        "updated_at": stage.at,
        "until": until,
        "changed": stage.seq,
        "content": first.seq,
        "state": json.loads(stage.state or "{}"),
        **columns,
    }


def _named(row: Row) -> Columns:
    return dict(zip(_COLUMNS, row, strict=True))


def _differences(stage: Stage, wanted: Columns, row: Columns, *, is_current: bool) -> Iterator[Discrepancy]:
    there = dict(row)
    try:
        there["state"] = json.loads(there["state"] or "{}")
    except _UNREADABLE:
        there["state"] = None
    names = sorted(name for name, value in wanted.items() if there[name] != value)
    if names == ["trust"] and there["trust"] == _trust_of_role(stage.entity.role):
        return  # a file of before schema 2 said nothing of trust: it was made from the role
    if names:
        version = "" if is_current else f" at revision {stage.entity.revision}"
        seen = f"{', '.join(names)} of entity {stage.entity.id}{version}"
        yield _found(stage.seq, Tampering.ROW_CHANGED, seen)


def _trust_of_role(role: Role | None) -> int:
    match role:
        case Role.TOOL:
            return Trust.UNTRUSTED.rank
        case Role.ASSISTANT:
            return Trust.ASSISTANT.rank
        case _:
            return Trust.USER.rank


def _found(seq: int, tampering: Tampering, seen: str) -> Discrepancy:
    return Discrepancy(seq=seq, tampering=tampering, seen=seen)
