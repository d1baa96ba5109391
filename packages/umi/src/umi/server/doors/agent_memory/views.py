"""Summary views: what is known of each user, or session, or whatever memories are grouped by, in short.

A view belongs to whom the caller was bound to when it was made, and is computed within those bounds. Its definition,
its partitions and the tasks that compute them are records; partitions quote memories, so an erasure empties them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from umi.ports.records import ABSENT, Record
from umi.server.doors.agent_memory.drafting import ulid
from umi.server.doors.agent_memory.errors import bad_request, not_found
from umi.server.doors.agent_memory.sources import digest
from umi.server.doors.agent_memory.wire.forms import shown_time
from umi.server.doors.agent_memory.wire.views import PartitionShown, TaskShown, ViewAsked, ViewShown

if TYPE_CHECKING:
    from umi.ports.records import Records
    from umi.server.auth.principal import Principal
    from umi.server.services import Services

GROUPED_BY: Final = ("user_id", "namespace", "session_id", "memory_type")
FILTERED_BY: Final = (*GROUPED_BY, "topics", "extraction_strategy")
TASK_SECONDS: Final = 7 * 24 * 3600
"""How long a task can be asked about."""
FULL_RUN: Final = "summary_view_full_run"
VIEW_KIND: Final = "agent-memory.view"
PARTITION_KIND: Final = "agent-memory.partition"
TASK_KIND: Final = "agent-memory.task"
_PAGE_RECORDS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view, and whom it belongs to: it reaches no further than its maker did."""

    shown: ViewShown
    user: str | None
    namespaces: frozenset[str] | None

    def is_within(self, principal: Principal) -> bool:
        """Whether a caller may see it: one that reaches all that it reaches."""
        if principal.user is not None and principal.user != self.user:
            return False
        if principal.namespaces is None:
            return True
        return self.namespaces is not None and self.namespaces <= principal.namespaces

    @property
    def value(self) -> bytes:
        namespaces = None if self.namespaces is None else sorted(self.namespaces)
        return json.dumps({"view": self.shown.model_dump(), "user": self.user, "namespaces": namespaces}).encode()

    @classmethod
    def of(cls, record: Record) -> View:
        value = json.loads(record.value)
        listed = value["namespaces"]
        return cls(
            shown=ViewShown.model_validate(value["view"]),
            user=value["user"],
            namespaces=None if listed is None else frozenset(listed),
        )


class Views:
    """The views that a caller can reach."""

    def __init__(self, services: Services, principal: Principal) -> None:
        self.services = services
        self.principal = principal

    @property
    def _records(self) -> Records:
        return self.services.records

    async def create(self, asked: ViewAsked) -> ViewShown:
        """Make a view.

        Raises:
            BadRequest: it groups or filters by what cannot be, or its source is no long-term memory.

        """
        _check(asked)
        shown = ViewShown(
            id=ulid(self.services.world),
            name=asked.name,
            source=asked.source,
            group_by=list(dict.fromkeys(asked.group_by)),
            filters=_filters(asked.filters or {}),
            time_window_days=asked.time_window_days,
            continuous=bool(asked.continuous),
            prompt=asked.prompt,
            model_name=asked.model_name,
        )
        principal = self.principal
        view = View(
            shown=shown,
            user=principal.user,
            namespaces=None if principal.namespaces is None else frozenset(principal.namespaces),
        )
        await self._put(VIEW_KIND, shown.id, view.value)
        return shown

    async def all(self) -> Sequence[ViewShown]:
        return [View.of(record).shown async for record in self._all(VIEW_KIND, "") if self._sees(record)]

    async def get(self, id: str) -> View:
        """Return a view.

        Raises:
            BadRequest: there is none of this id; the status is 404.

        """
        record = await self._records.get(VIEW_KIND, self.principal.tenant, _key(id))
        if record is None or not self._sees(record):
            raise not_found(f"Summary view {id} not found")
        return View.of(record)

    async def delete(self, id: str) -> None:
        """Take a view away, with all that was computed for it."""
        record = await self._records.get(VIEW_KIND, self.principal.tenant, _key(id))
        if record is None or not self._sees(record):
            return
        await self._records.delete(VIEW_KIND, self.principal.tenant, _key(id))
        partitions = [one.key async for one in self._all(PARTITION_KIND, f"{_key(id)}/")]
        for key in partitions:
            await self._records.delete(PARTITION_KIND, self.principal.tenant, key)

    async def keep(self, partition: PartitionShown) -> None:
        """Keep what was computed for a group."""
        key = f"{_key(partition.view_id)}/{digest(partition.group)}"
        user = partition.group.get("user_id", self.principal.user)
        await self._put(PARTITION_KIND, key, partition.model_dump_json().encode(), user=user, quotes=True)

    async def drop_others(self, id: str, groups: Sequence[Mapping[str, str]]) -> None:
        """Take away what was computed for groups that are none any more."""
        kept = {f"{_key(id)}/{digest(dict(group))}" for group in groups}
        gone = [one.key async for one in self._all(PARTITION_KIND, f"{_key(id)}/") if one.key not in kept]
        for key in gone:
            await self._records.delete(PARTITION_KIND, self.principal.tenant, key)

    async def partitions(self, id: str, wanted: Mapping[str, str]) -> Sequence[PartitionShown]:
        """Return what was computed for a view, for those groups that have the wanted values."""
        found = [
            PartitionShown.model_validate_json(record.value)
            async for record in self._all(PARTITION_KIND, f"{_key(id)}/")
            if record.value
        ]
        return [one for one in found if wanted.items() <= one.group.items()]

    async def task(self, id: str) -> TaskShown:
        """Return a task.

        Raises:
            BadRequest: there is none of this id, or no longer; the status is 404.

        """
        record = await self._records.get(TASK_KIND, self.principal.tenant, _key(id))
        if record is None:
            raise not_found(f"Task {id} not found")
        task = TaskShown.model_validate_json(record.value)
        view = None if task.view_id is None else await self._records.get(VIEW_KIND, record.tenant, _key(task.view_id))
        is_anothers = self.principal.user not in (None, record.user) or (view is not None and not self._sees(view))
        if is_anothers:
            raise not_found(f"Task {id} not found")
        return task

    async def begin(self, view: View, id: str | None) -> TaskShown:
        """Write down that a full run was asked for; one that was asked for under this id stands."""
        id = id or ulid(self.services.world)
        record = await self._records.get(TASK_KIND, self.principal.tenant, _key(id))
        if record is not None:
            task = await self.task(id)
            if task.view_id != view.shown.id:
                raise bad_request(f"Task {id} is of another view")
            return task
        now = shown_time(self.services.world.clock.now())
        task = TaskShown(id=id, type=FULL_RUN, status="pending", view_id=view.shown.id, created_at=now)
        await self.note(task, view.user, expected=ABSENT)
        return task

    async def note(self, task: TaskShown, user: str | None, *, expected: int | None = None) -> None:
        """Keep how a task stands, for seven days from now."""
        expires = self.services.world.clock.now() + timedelta(seconds=TASK_SECONDS)
        value = task.model_dump_json().encode()
        record = Record(
            kind=TASK_KIND, tenant=self.principal.tenant, key=_key(task.id), value=value, user=user, expires_at=expires
        )
        await self._records.put(record, expected=expected)

    def _sees(self, record: Record) -> bool:
        return View.of(record).is_within(self.principal)

    async def _put(self, kind: str, key: str, value: bytes, *, user: str | None = None, quotes: bool = False) -> None:
        whose = self.principal.user if user is None else user
        key = key if kind == PARTITION_KIND else _key(key)
        record = Record(kind=kind, tenant=self.principal.tenant, key=key, value=value, user=whose, quotes=quotes)
        await self._records.put(record)

    async def _all(self, kind: str, prefix: str) -> AsyncIterator[Record]:
        after = ("", "")
        while True:
            page = await self._records.list(
                kind, self.principal.tenant, prefix=prefix, after=after, limit=_PAGE_RECORDS
            )
            for record in page:
                yield record
            if len(page) < _PAGE_RECORDS:
                return
            after = (page[-1].tenant, page[-1].key)


def bounded(principal: Principal, view: View) -> Principal:
    """Return who computes a view: whoever is bound as its maker was."""
    return replace(principal, user=view.user, namespaces=view.namespaces)


def _key(id: str) -> str:
    """Return a key for an id of any length and letters."""
    return digest(id)


def _check(asked: ViewAsked) -> None:
    if asked.source != "long_term":
        raise bad_request("Only long_term is a source of summary views")
    unknown = [name for name in asked.group_by if name not in GROUPED_BY]
    if unknown:
        raise bad_request(f"Unsupported group_by fields: {', '.join(unknown)}")
    unknown = [name for name in asked.filters or {} if name not in FILTERED_BY]
    if unknown:
        raise bad_request(f"Unsupported filters fields: {', '.join(unknown)}")


def _filters(given: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Read filters: a value, a list of which one is enough, or an object with `eq` or `any`."""
    found: dict[str, str | list[str]] = {}
    for name, value in given.items():
        if isinstance(value, dict):
            if len(value) != 1 or not value.keys() <= {"eq", "any", "in_"}:  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType]
                raise bad_request(f"The filter {name} is a value, a list, or an object with eq, any or in_")
            [value] = value.values()  # noqa: PLW2901 # pyright: ignore[reportUnknownVariableType]
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):  # pyright: ignore[reportUnknownVariableType]
            found[name] = list[str](value)  # pyright: ignore[reportUnknownArgumentType]
        elif value is not None:
            raise bad_request(f"The filter {name} is a string or a list of strings")
    return found
