"""What a Memory should hold, in plain Python: every entity, every change, and all there was after each of them.

Written a second time on purpose, from what the documentation promises and not from the code that is tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from umi.domain.scope import Scope

ACTIVE, FORGOTTEN, EXPIRED = "active", "forgotten", "expired"
_RELEASED = frozenset({FORGOTTEN, EXPIRED})
_PARTS = ("user", "namespace", "agent", "session")

Identity: TypeAlias = tuple[Any, ...]
Asked: TypeAlias = Mapping[str, Any]
"""The keywords of `remember`, without its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One entity as it stands."""

    id: str
    scope: Scope
    text: str
    event_time: datetime
    speaker: str | None = None
    topics: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    importance: float = 0.5
    expires_at: datetime | None = None
    status: str = ACTIVE
    revision: int = 1

    def is_over(self, at: datetime) -> bool:
        """Whether its time to live is past, whatever its status."""
        return self.expires_at is not None and self.expires_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Some fields of an entity, before and after."""

    id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Point:
    """What there was from a recorded time on."""

    at: datetime
    kept: dict[str, Kept]


def identity_of(scope: Scope, text: str, asked: Asked) -> Identity:
    """Return what makes two sayings one: a key in its scope, or who said what in which session, and when if given."""
    where = (scope.tenant, scope.user, scope.namespace, scope.agent)
    if asked.get("key") is not None:
        return ("key", *where, asked["key"])
    return ("text", *where, scope.session, asked.get("speaker"), asked.get("event_time"), text)


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether what lies in one scope is found from another."""
    fits = all(getattr(outer, part) in {None, getattr(inner, part)} for part in _PARTS)
    return outer.tenant == inner.tenant and fits


@dataclass(slots=True)
class Model:
    """The entities in the order they were recorded, whatever was changed by its place in the log, and what there was.

    `expire` is to be called before anything is done or asked, with the time on the memory's clock.
    """

    kept: dict[str, Kept] = field(default_factory=dict[str, Kept])
    changes: dict[int, Change] = field(default_factory=dict[int, Change])
    points: list[Point] = field(default_factory=list[Point])
    erased: set[str] = field(default_factory=set[str])
    _own: dict[str, Identity] = field(default_factory=dict[str, Identity])
    _identities: dict[Identity, str] = field(default_factory=dict[Identity, str])

    def known(self, identity: Identity) -> str | None:
        """Return who says this already, so that saying it again changes nothing."""
        return self._identities.get(identity)

    def find(self, scope: Scope, id: str) -> Kept | None:
        """Return an entity of a scope, whatever its status."""
        found = self.kept.get(id)
        return found if found is not None and covers(scope, found.scope) else None

    def add(self, made: Kept, identity: Identity, *, seq: int, at: datetime) -> None:
        self.kept[made.id] = made
        self._own[made.id] = identity
        self._identities[identity] = made.id
        self.changes[seq] = Change(id=made.id, before={"status": FORGOTTEN}, after={"status": ACTIVE})
        self._note(at)

    def change(self, id: str, values: Mapping[str, Any], *, seq: int, at: datetime) -> None:
        """Note that fields were set."""
        before = {name: getattr(self.kept[id], name) for name in values}
        self.changes[seq] = Change(id=id, before=before, after=dict(values))
        self._become(id, values)
        self._note(at)

    def differing(self, id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the values that are not so already."""
        return {name: value for name, value in values.items() if getattr(self.kept[id], name) != value}

    def can_undo(self, change: Change) -> bool:
        """Whether nothing later builds on a change."""
        return not self.differing(change.id, change.after)

    def erase(self, id: str) -> None:
        """Take an entity out of everything that there ever was. Its key, if it had one, stays taken."""
        own = self._own.pop(id)
        del self.kept[id]
        self.erased.add(id)
        for point in self.points:
            point.kept.pop(id, None)
        if own[0] == "text" and self._identities.get(own) == id:
            del self._identities[own]

    def expire(self, now: datetime) -> None:
        """Let go whose time to live is past."""
        for one in list(self.kept.values()):
            if one.status == ACTIVE and one.is_over(now):
                self._become(one.id, {"status": EXPIRED})

    def point_of(self, place: int) -> Point | None:
        """Return one of the points that can be looked back at, the last ones first, or None where there is none.

        Of several at the same recorded time, only the last can be told apart.
        """
        places = range(len(self.points))
        last = [number for number in places if self.points[number].at != self._at(number + 1)]
        return self.points[last[-1 - place % len(last)]] if last else None

    def _at(self, number: int) -> datetime | None:
        return self.points[number].at if number < len(self.points) else None

    def _note(self, at: datetime) -> None:
        self.points.append(Point(at=at, kept=dict(self.kept)))

    def _become(self, id: str, values: Mapping[str, Any]) -> None:
        before = self.kept[id]
        after = self.kept[id] = replace(before, **values, revision=before.revision + 1)
        own = self._own[id]
        if own[0] == "key":
            return
        if after.status in _RELEASED and self._identities.get(own) == id:
            del self._identities[own]
        elif before.status in _RELEASED and after.status not in _RELEASED:
            self._identities.setdefault(own, id)


def visible(
    kept: Mapping[str, Kept], scope: Scope, narrowing: Mapping[str, Any], as_of: datetime | None = None
) -> list[Kept]:
    """Return what is to be found of all that is kept, in recorded order. `as_of` is the time looked back at."""
    return [one for one in kept.values() if covers(scope, one.scope) and _passes(one, narrowing, as_of)]


def _passes(one: Kept, asked: Mapping[str, Any], as_of: datetime | None) -> bool:
    statuses: Sequence[str] = asked.get("statuses") or (ACTIVE,)
    wanted, held = asked.get("metadata", {}), one.metadata
    checks = (
        one.status in statuses,
        as_of is None or not one.is_over(as_of),
        not asked.get("topics") or not set(asked["topics"]).isdisjoint(one.topics),
        set(asked.get("lacking_topics", ())).isdisjoint(one.topics),
        all(key in held and held[key] == value for key, value in wanted.items()),
        not asked.get("speakers") or one.speaker in asked["speakers"],
        one.importance >= asked.get("importance_min", 0),
    )
    return all(checks)
