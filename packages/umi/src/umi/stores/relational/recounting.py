"""Reading what is known of subjects, how entities stand to each other, and what the log has recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from umi.domain.change import Act, Event
from umi.domain.entity import Entity, Status
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.relation import Relation, RelationKind
from umi.domain.scope import Scope
from umi.domain.time import from_microseconds, to_microseconds
from umi.ports.store import Known
from umi.stores.relational.chain import Kind
from umi.stores.relational.codec import decode, decode_values, entity_of
from umi.stores.relational.database import Database, Row, listed
from umi.stores.relational.locating import LATEST, locate
from umi.stores.relational.reading import covers

_KNOWN_MAX = 1_000


class Recounter:
    """Reads of one connection. Used on the reader's lane only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None, moment: Moment) -> Known:
        """Return what states something of the subjects, as it stood at a recorded time, whatever its status."""
        place = locate(self._db, scope, Filter())
        if place is None or not subjects:
            return Known()
        values = {
            "subjects": json.dumps(list(subjects)),
            "slots": None if slots is None else json.dumps(list(slots)),
            "numbers": listed([number for number, _ in place.partitions]),
            "as_of": _recorded(moment),
            "limit": _KNOWN_MAX,
        }
        found = [entity_of(row) for row in self._db.each("facts_about", values)]
        entities = {number: entity for number, entity in found if covers(scope, entity.scope)}
        return Known(entities=entities, seq=int(self._db.value("latest")))

    def subjects(self, scope: Scope, limit: int) -> list[tuple[str, int]]:
        place = locate(self._db, scope, Filter())
        if place is None:
            return []
        partitions = listed([number for number, _ in place.partitions])
        return [
            (subject, count) for subject, count in self._db.each("subjects_named", (partitions, limit, scope.session))
        ]

    def relations(self, scope: Scope, id: str, moment: Moment) -> list[Relation]:
        number = self._number(scope, id)
        if number is None:
            return []
        rows = self._db.each("relations_of", (number, _recorded(moment)))
        return [
            Relation(
                source=source,
                target=target,
                kind=RelationKind(kind),
                reason=reason,
                confidence=confidence,
                recorded_at=from_microseconds(since),
                seq=seq,
            )
            for source, target, kind, reason, confidence, since, seq in rows
        ]

    def history(self, scope: Scope, id: str) -> list[Event]:
        """Return the changes to an entity, oldest first; of an erased one only that it was erased."""
        number = self._number(scope, id)
        return [] if number is None else [event_of(row) for row in self._db.each("history", (number,))]

    def events(self, scope: Scope, after: datetime, until: datetime, limit: int) -> list[Event]:
        place = locate(self._db, scope, Filter())
        if place is None:
            return []
        partitions = listed([number for number, _ in place.partitions])
        times = to_microseconds(after), to_microseconds(until)
        rows = self._db.each("events", (*times, partitions, limit, scope.session))
        return [event_of(row) for row in rows]

    def _number(self, scope: Scope, id: str) -> int | None:
        tenant = self._db.value("tenant_get", (scope.tenant,))
        row = None if tenant is None else self._db.row("get", (tenant, id))
        if row is None:
            return None if tenant is None else self._erased_number(scope, tenant, id)
        number, entity = entity_of(row)
        return number if covers(scope, entity.scope) else None

    def _erased_number(self, scope: Scope, tenant: int, id: str) -> int | None:
        """Return the number that was an erased entity's; of its session nothing is known any more."""
        row = self._db.row("erased_number", (tenant, id))
        if row is None or scope.session is not None:
            return None
        asked = zip((scope.user, scope.namespace, scope.agent), row[1:], strict=True)
        return row[0] if all(part is None or part == named for part, named in asked) else None


def _recorded(moment: Moment) -> int:
    return LATEST if moment.as_of is None else to_microseconds(moment.as_of)


def event_of(row: Row) -> Event:
    """Read a row of the `history` and `events` statements."""
    seq, at, kind, id, actor, data, group = row
    act = Kind(kind).act
    said: dict[str, Any] = {} if data is None or kind == Kind.ADD else json.loads(data)
    before, after = _sides(act, said)
    if data is not None and kind == Kind.ADD:
        after = {"content": _added(data, at).content}
    return Event(
        seq=seq,
        recorded_at=from_microseconds(at),
        act=act,
        id=id,
        actor=actor,
        reason=said.get("reason", ""),
        before=before,
        after=after,
        by=said.get("by"),
        group=group,
        undoes=said.get("undoes"),
    )


def _sides(act: Act, said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what an entry says was before and is after, by names of fields."""
    if act is Act.RELATE:
        return {}, {name: said[name] for name in ("target", "kind", "confidence") if name in said}
    if "relation" in said:
        return {"relation": not said["stands"]}, {"relation": said["stands"]}
    if act in {Act.FORGET, Act.RESTORE} and "after" not in said:  # as written before schema 2
        sides = ({"status": Status.ACTIVE}, {"status": Status.FORGOTTEN})
        return sides if act is Act.FORGET else (sides[1], sides[0])
    return decode_values(said.get("before", {})), decode_values(said.get("after", {}))


def _added(data: str, at: int) -> Entity:
    moment = from_microseconds(at)
    return decode(data, None, status=Status.ACTIVE, revision=1, created_at=moment, updated_at=moment, turn=0)
