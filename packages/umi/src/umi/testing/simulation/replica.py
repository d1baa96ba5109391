"""What a store should hold, as dictionaries: every call that the log has, made true a second time.

The rules are those that the conformance suite tests; they are written here again, without a store and without looking
at the code that is tested. What was asked comes from the ledger, and only the order of it from the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Change, Event, Relate, Undo
from umi.domain.entity import Entity, Status
from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.testing.simulation.ledger import Call, Key, Ledger, State
from umi.testing.simulation.violation import Violation

_RELEASED: Final = frozenset({Status.FORGOTTEN, Status.SUPERSEDED, Status.EXPIRED, Status.SILENCED})
_CHECKER: Final = "WholeOrNothing"
Edge = tuple[str, str, str, str]
"""A tenant, the source's id, the target's id and the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An entry of the log as it should be: what to put back when it is undone."""

    seq: int
    group: int
    act: Act
    key: Key
    before: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: Mapping[str, Any] = field(default_factory=dict[str, Any])
    edge: Edge | None = None
    stands: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What stood from a recorded time on, until the next point's; `tenants` are those for whom it was other before."""

    at: datetime
    tenants: frozenset[str]
    entities: Mapping[Key, Entity]


@dataclass(slots=True)
class Replica:
    """The entities as they should be, and how they came to be so."""

    entities: dict[Key, Entity] = field(default_factory=dict[Key, Entity])
    points: list[Point] = field(default_factory=list[Point])
    erased: dict[Key, Entity] = field(default_factory=dict[Key, Entity])
    identities: dict[bytes, Key] = field(default_factory=dict[bytes, Key])
    finished: dict[int, str] = field(default_factory=dict[int, str])
    _own: dict[Key, bytes] = field(default_factory=dict[Key, bytes])
    _log: dict[int, Logged] = field(default_factory=dict[int, Logged])
    _edges: dict[Edge, bool] = field(default_factory=dict[Edge, bool])
    _is_stale: bool = False

    def follow(self, events: Sequence[tuple[str, Event]], ledger: Ledger) -> None:
        """Make every call true that the log has, in its order; `events` come with their tenants.

        Raises:
            Violation: the log has something that nobody asked for, or a part of what was asked for together.

        """
        for (actor, at), rows in groupby(events, key=lambda row: (row[1].actor, row[1].recorded_at)):
            found = list(rows)
            call = ledger.by_tag(actor)
            if call is None:
                self._expire(found)
            elif call.state is State.REFUSED:
                raise Violation(_CHECKER, f"{_told(call)} was refused, and the log has it")
            elif isinstance(call.asked, Erase):
                self._erase(call, found)
            else:
                self._apply(call, found)
            tenants = frozenset(tenant for tenant, _ in found)
            self.points.append(Point(at=at, tenants=tenants, entities=dict(self.entities)))

    def _apply(self, call: Call, found: Sequence[tuple[str, Event]]) -> None:
        assert not isinstance(call.asked, Erase)
        first = seq = found[0][1].seq
        self._is_stale = False
        for group in call.asked.groups:
            start = seq
            for change in group:
                made = self._made(change, seq, start)
                for one in made:
                    self._log[one.seq] = one
                seq += len(made)
                if change is group[0] and not made:
                    break  # where the first of a group changes nothing, the rest was decided in vain
        wanted = [(self._log[number].act, self._log[number].key[1]) for number in range(first, seq)]
        got = [(event.act, event.id) for _, event in found]
        if got != wanted or [event.seq for _, event in found] != list(range(first, seq)):
            raise Violation(_CHECKER, f"{_told(call)} should have made {wanted}, and made {got}")
        for finish in () if self._is_stale else call.asked.finishes:
            if finish.task in self.finished:
                raise Violation("JobsOnce", f"task {finish.task} was done by {self.finished[finish.task]}, and again")
            self.finished[finish.task] = call.tag

    def _made(self, change: Change, seq: int, group: int) -> list[Logged]:
        match change:
            case Add():
                return self._add(change, seq, group)
            case Alter():
                return self._alter(change, seq, group)
            case Relate():
                return self._relate(change, seq, group)
            case Undo():
                return self._undo(change, seq, group)

    def _add(self, change: Add, seq: int, group: int) -> list[Logged]:
        entity = change.entity
        key = (entity.scope.tenant, entity.id)
        if change.identity in self.identities or key in self.entities:
            return []
        self.entities[key] = replace(entity, revision=1)
        self.erased.pop(key, None)  # what stands for a name comes again under its id
        self._own[key] = change.identity
        if not (entity.status in _RELEASED and _is_content(change.identity)):
            self.identities[change.identity] = key
        return [Logged(seq=seq, group=group, act=Act.ADD, key=key, after={"status": entity.status})]

    def _alter(self, change: Alter, seq: int, group: int) -> list[Logged]:
        key = (change.scope.tenant, change.id)
        entity = self.entities.get(key)
        if entity is None or not covers(change.scope, entity.scope):
            return []
        if change.revision is not None and change.revision != entity.revision:
            self._is_stale = True
            return []
        after = {name: value for name, value in change.values.items() if getattr(entity, name) != value}
        if not after:
            return []
        before = {name: getattr(entity, name) for name in after}
        self._become(key, after)
        return [Logged(seq=seq, group=group, act=change.act, key=key, before=before, after=after)]

    def _relate(self, change: Relate, seq: int, group: int) -> list[Logged]:
        tenant = change.scope.tenant
        edge = (tenant, change.source, change.target, str(change.kind))
        ends = [self.entities.get((tenant, id)) for id in edge[1:3]]
        if self._edges.get(edge) or not all(end is not None and covers(change.scope, end.scope) for end in ends):
            return []
        self._edges[edge] = True
        return [Logged(seq=seq, group=group, act=Act.RELATE, key=(tenant, edge[1]), edge=edge, stands=True)]

    def _undo(self, change: Undo, seq: int, group: int) -> list[Logged]:
        start = self._log[change.seq].group
        made: list[Logged] = []
        members = [one for one in self._log.values() if one.group == start]
        for one in sorted(members, key=lambda one: one.seq, reverse=True):
            undone = Logged(seq=seq + len(made), group=group, act=Act.UNDO, key=one.key)
            if one.edge is not None:
                self._edges[one.edge] = not one.stands
                made.append(replace(undone, edge=one.edge, stands=not one.stands))
                continue
            before = {"status": Status.FORGOTTEN} if one.act is Act.ADD else one.before
            self._become(one.key, before)
            made.append(replace(undone, before=one.after, after=before))
        return made

    def _become(self, key: Key, values: Mapping[str, Any]) -> None:
        before = self.entities[key]
        after = self.entities[key] = replace(before, **values, revision=before.revision + 1)
        own = self._own[key]
        was, is_released = before.status in _RELEASED, after.status in _RELEASED
        if is_released and not was and _is_content(own) and self.identities.get(own) == key:
            del self.identities[own]
        elif was and not is_released:
            self.identities.setdefault(own, key)

    def _expire(self, found: Sequence[tuple[str, Event]]) -> None:
        for tenant, event in found:
            entity = self.entities.get((tenant, event.id))
            is_due = entity is not None and entity.expires_at is not None
            if event.act is not Act.EXPIRE or not is_due:
                raise Violation("Explained", f"nobody asked for change {event.seq}: {event.act} by {event.actor}")
            status = self.entities[tenant, event.id].status
            self._become((tenant, event.id), {"status": Status.EXPIRED})
            self._log[event.seq] = Logged(
                seq=event.seq, group=event.seq, act=Act.EXPIRE, key=(tenant, event.id),
                before={"status": status}, after={"status": Status.EXPIRED},
            )  # fmt: skip

    def _erase(self, call: Call, found: Sequence[tuple[str, Event]]) -> None:
        assert isinstance(call.asked, Erase)
        gone = {(tenant, event.id) for tenant, event in found}
        scope, ids = call.asked.scope, call.asked.ids
        asked = {
            key for key, entity in self.entities.items()
            if covers(scope, entity.scope) and (ids is None or key[1] in ids)
        }  # fmt: skip
        if not asked <= gone or any(event.act is not Act.ERASE for _, event in found):
            raise Violation(_CHECKER, f"{_told(call)} left {sorted(asked - gone)}")
        self.points = [replace(one, entities=_without(one.entities, gone)) for one in self.points]
        for key in gone:
            self.erased[key] = self.entities.pop(key)
            own = self._own.pop(key)
            if _is_content(own) and self.identities.get(own) == key:
                del self.identities[own]
        for edge in [edge for edge in self._edges if not gone.isdisjoint({(edge[0], edge[1]), (edge[0], edge[2])})]:
            del self._edges[edge]


def _without(entities: Mapping[Key, Entity], gone: Collection[Key]) -> Mapping[Key, Entity]:
    return {key: entity for key, entity in entities.items() if key not in gone}


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether what lies in one scope is inside another."""
    parts = ("user", "namespace", "agent", "session")
    fits = all(getattr(outer, part) in {None, getattr(inner, part)} for part in parts)
    return outer.tenant == inner.tenant and fits


def _is_content(identity: bytes) -> bool:
    return identity.startswith(IDENTITY_OF_CONTENT)


def _told(call: Call) -> str:
    return f"call {call.number} ({call.tag}, {call.state})"
