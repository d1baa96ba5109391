"""Where a scope and a filter lie in the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from umi.domain.label import LABEL_TOPIC, label_name
from umi.domain.moment import NOW
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.stores.relational.codec import STATUSES
from umi.stores.relational.database import Database, listed

RANGES_MAX = 16  # beyond, one pass over the tenant's token is quicker than a range for each partition
NUMBER_MAX = (1 << 63) - 1
LATEST = NUMBER_MAX - 1  # a recorded time that only current versions stand at
_NAMED = {
    "sessions": "numbers_in_sessions",
    "topics": "numbers_with_topics",
    "mentions": "numbers_mentioning",
    "metadata": "numbers_with_metadata",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A scope as this store sees it: its tenant, its partitions, and how many active entities they hold.

    `parts` are its user, namespace and agent, where it names them. `is_narrowed` says that a filter asks for more than
    a status or a moment.
    """

    tenant: int
    parts: tuple[str | None, str | None, str | None]
    partitions: tuple[tuple[int, int], ...]
    whole_tenant: bool
    whole_store: bool
    filters: dict[str, Any]
    filtered: bool
    is_present: bool
    is_narrowed: bool

    @property
    def active(self) -> int:
        return sum(active for _, active in self.partitions)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found here. What is not active now may have been."""
        return self.is_present and not self.active

    @property
    def sessions(self) -> tuple[int, ...] | None:
        """The sessions to stay in, if the scope or the filter names one."""
        named = self.filters["sessions"]
        return None if named is None else tuple(json.loads(named))

    @property
    def way(self) -> str:
        """The statement that finds what passes the filters by the most telling of them."""
        ways = {**_NAMED, "after": "numbers_at_times", "before": "numbers_at_times"}
        return next((ways[name] for name in ways if self.filters[name] is not None), "numbers_filtered")

    @property
    def is_named(self) -> bool:
        """Whether `way` goes by names that few may bear: a session's, or a label's."""
        return any(self.filters[name] is not None for name in _NAMED)

    def asking(self, *, limit: int) -> list[dict[str, Any]]:
        """Return what to give to `way`: once for each of the ranges."""
        shared = {"limit": limit, "tenant": self.tenant, **self.filters}
        return [{"low": low, "high": high, **shared} for low, high in self.ranges]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The numbers to look between: a range a partition, or everything where there are too many of them."""
        if self.whole_store or len(self.partitions) > RANGES_MAX:
            return [(0, NUMBER_MAX)]
        return [(no << 32, (no + 1) << 32) for no, _ in self.partitions]


def locate(db: Database, scope: Scope, filter: Filter) -> Place | None:
    """Return where a scope lies, or None if nothing was ever stored there."""
    tenant = db.value("tenant_get", (scope.tenant,))
    if tenant is None:
        return None
    parts = (scope.user, scope.namespace, scope.agent)
    partitions = tuple((no, active) for no, active in db.each("partitions_in_scope", (tenant, *parts)))
    if not partitions:
        return None
    whole_tenant = parts == (None, None, None)
    place = Place(
        tenant=tenant,
        parts=parts,
        partitions=partitions,
        whole_tenant=whole_tenant,
        whole_store=whole_tenant and scope.session is None and db.value("tenants_count") == 1,
        filters=_filters(filter),
        filtered=not filter.is_empty or scope.session is not None,
        is_present=filter.is_present,
        is_narrowed=scope.session is not None or not replace(filter, moment=NOW, statuses=()).is_empty,
    )
    numbers = [no for no, _ in partitions]
    if scope.session is not None:
        place.filters["sessions"] = json.dumps(db.column("sessions_in_scope", (listed(numbers), scope.session)))
    if not whole_tenant and len(partitions) > RANGES_MAX:
        place.filters["partitions"] = json.dumps(numbers)
        return replace(place, filtered=True)
    return place


def _filters(filter: Filter) -> dict[str, Any]:
    def as_json(values: Sequence[str]) -> str | None:
        return json.dumps(list(values)) if values else None

    metadata = {label_name(key): value for key, value in filter.metadata}
    lacking = [(label_name(key), value) for key, value in filter.lacking]
    lacking += [(LABEL_TOPIC, topic) for topic in filter.lacking_topics]
    return {
        **version_of(filter),
        "entity_types": as_json(filter.entity_types),
        "memory_types": as_json(filter.memory_types),
        "speakers": as_json(filter.speakers),
        "roles": as_json(filter.roles),
        "topics": as_json(filter.topics),
        "mentions": as_json(filter.mentions),
        "metadata": json.dumps(metadata) if metadata else None,
        "lacking_names": as_json([name for name, _ in lacking]),
        "lacking_values": as_json([value for _, value in lacking]),
        "ids": as_json(filter.ids),
        "after": to_microseconds(filter.after) if filter.after else None,
        "before": to_microseconds(filter.before) if filter.before else None,
        "importance_min": filter.importance_min,
        "trust_min": None if filter.trust_min is None else filter.trust_min.rank,
        "partitions": None,
        "sessions": None,
    }


def version_of(filter: Filter) -> dict[str, Any]:
    """Which version of an entity is asked for, if it is not the active one of now."""
    if filter.is_present:
        return {}
    as_of, valid_at = filter.moment.as_of, filter.moment.valid_at
    return {
        "as_of": LATEST if as_of is None else to_microseconds(as_of),
        "alive_at": None if as_of is None else to_microseconds(as_of),
        "valid_at": None if valid_at is None else to_microseconds(valid_at),
        "statuses": sum(1 << STATUSES.index(status) for status in set(filter.statuses_found)),
    }
