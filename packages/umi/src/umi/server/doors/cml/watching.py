"""What operators look at beside the memories: what happened when, who asks how much, and what the server stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from umi.domain.time import from_microseconds
from umi.errors import MemoryError as UmiError
from umi.limits import LIST_LIMIT_MAX
from umi.server.doors.cml.counting import worths
from umi.server.doors.cml.wire.operations import Component, Hour, Limit, Limits, Requests, Section, Setting
from umi.server.settings import PREFIX, ServerSettings

if TYPE_CHECKING:
    from umi.domain.change import Event
    from umi.server.doors.cml.places import Reach
    from umi.server.services import Services

EVENTS_SINCE: Final = timedelta(days=7)
"""How far back changes are looked for, unless a request says."""
HOURS_KEPT: Final = 48
_HOUR: Final = timedelta(hours=1)
_PROBE: Final = "probe"


async def changes(reach: Reach, since: datetime | None) -> Sequence[Event]:
    """Return the changes since a time, newest first; of very many, the oldest LIST_LIMIT_MAX."""
    memories = reach.memories()
    start = memories[0].clock.now() - EVENTS_SINCE if since is None else since
    found = [event for memory in memories for event in await memory.events(start, limit=LIST_LIMIT_MAX)]
    return sorted(found, key=lambda one: one.seq, reverse=True)


async def days(reach: Reach, count: int) -> Sequence[tuple[str, int]]:
    """Return the last days by UTC, oldest first, and how many active memories tell of each."""
    now = reach.caller.services.world.clock.now()
    told: Counter[str] = Counter()
    for memory in reach.memories():
        for row in await worths(memory):
            if row.status == "active":
                told[f"{from_microseconds(row.event_at):%Y-%m-%d}"] += 1
    last = [f"{now - timedelta(days=back):%Y-%m-%d}" for back in range(count)]
    return [(day, told[day]) for day in reversed(last)]


async def components(services: Services) -> Sequence[Component]:
    """Look at the parts that the server stands on."""
    world = services.world
    return [await _store(services), await _embedder(services), _model(world.llm), Component(name="Server", status="ok")]


async def _store(services: Services) -> Component:
    clock = services.world.clock
    began = clock.now()
    try:
        await services.records.get(_PROBE, "", _PROBE)
    except UmiError as error:
        return Component(name="Store", status="error", error=type(error).__name__)
    latency = (clock.now() - began) / timedelta(milliseconds=1)
    built = services.world.store.built_with
    fits = built == services.world.embedder.model
    return Component(
        name="Store", status="ok" if fits else "degraded", latency_ms=latency, details={"built_with": built}
    )


async def _embedder(services: Services) -> Component:
    world = services.world
    began = world.clock.now()
    try:
        await world.embedder.embed([_PROBE])
    except UmiError as error:
        return Component(name="Embedding", status="error", error=type(error).__name__)
    latency = (world.clock.now() - began) / timedelta(milliseconds=1)
    details = {"model": world.embedder.model, "dimensions": world.embedder.dimensions}
    return Component(name="Embedding", status="ok", latency_ms=latency, details=details)


def _model(llm: object | None) -> Component:
    """Say whether a language model is set. It is not asked: each answer has its price."""
    if llm is None:
        return Component(name="Language model", status="unknown", details={"set": False, "needed": False})
    return Component(name="Language model", status="unknown", details={"set": True})


def note_request(services: Services, tenant: str, now: datetime) -> None:
    """Count a request of a tenant, and let go of the hours that nobody asks for any more."""
    asked = services.own(_asked)
    hour = _hour(now)
    if (tenant, hour) not in asked:
        for key in [key for key in asked if key[1] <= hour - HOURS_KEPT * _HOUR]:
            del asked[key]
    asked[tenant, hour] += 1


def requests(services: Services, tenant: str, hours: int) -> Requests:
    """Return how many requests of a tenant this process answered on this door, hour by hour."""
    now = _hour(services.world.clock.now())
    asked = services.own(_asked)
    counts = [(now - back * _HOUR, asked[tenant, now - back * _HOUR]) for back in range(HOURS_KEPT)]
    return Requests(
        points=[Hour(hour=hour.isoformat(), count=count) for hour, count in reversed(counts[:hours])],
        total_last_24h=sum(count for _, count in counts[:24]),
    )


async def limits(reach: Reach) -> Limits:
    """Return how much of its requests a minute the caller has used up."""
    services, principal = reach.caller.services, reach.caller.principal
    used = await services.quotas.used(principal)
    entries = [] if used is None else [
        Limit(
            identifier=principal.id,
            current_count=used.count,
            limit=used.limit,
            ttl_seconds=used.reset_seconds,
            utilization_pct=round(100 * used.count / used.limit, 1),
        )
    ]  # fmt: skip
    return Limits(entries=entries, configured_rpm=services.settings.requests_per_minute)


def settings(given: ServerSettings) -> Section:
    """Return how the server is set. A secret is only told to be set."""
    found: list[Setting] = []
    for name, field in ServerSettings.model_fields.items():
        value, default = getattr(given, name), field.default
        secret = isinstance(value, SecretStr) or "SecretStr" in str(field.annotation)
        found.append(
            Setting(
                key=name,
                value=(None if value is None else "set") if secret else _plain(value),
                default_value=None if default is PydanticUndefined else _plain(default),
                is_secret=secret,
                source="given" if name in given.model_fields_set else "default",
                description=field.description or "",
                is_required=field.is_required(),
                env_var=f"{PREFIX}{name.upper()}",
            )
        )
    return Section(name="server", items=found)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def operations(events: Sequence[Event]) -> Mapping[str, int]:
    """Return how many changes there are of each kind."""
    return dict(Counter(event.act.value for event in events))


def _asked(_: Services) -> Counter[tuple[str, datetime]]:
    """How often each tenant asked something of a server's process, by hours."""
    return Counter()
