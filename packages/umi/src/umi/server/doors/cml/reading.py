"""Finding memories: the engine's recall, narrowed by what the caller asks for and by nothing less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from umi.domain.time import FAR
from umi.errors import Invalid
from umi.pipeline.packet.assembling import EVIDENCE_MIN
from umi.server.doors.cml.kinds import Kind, narrowings

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.query import Hits
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach

SUPPORTING_SHARE: Final = 0.8
"""Of the best score: what reaches it supports what the best says."""
RELEVANT_MIN: Final = 0.05
"""Below this, what was found is merely what lies nearest."""
_FAILED: Final = " failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question. `kinds` and `tags` of None are any; `since` and `until` are inclusive, of when it happened."""

    query: str
    limit: int
    kinds: Sequence[Kind] | None = None
    tags: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    timezone: str | None = None

    @property
    def narrowings(self) -> Sequence[Mapping[str, Any]]:
        """The searches that together find what is asked for. An empty list of kinds or tags asks for nothing."""
        shared: dict[str, Any] = {"after": self.since}
        if self.until is not None:
            shared["before"] = min(self.until, FAR - timedelta.resolution) + timedelta.resolution
        if self.tags:
            shared["topics"] = tuple(self.tags)
        if not self.kinds:
            return [shared]
        return [{**shared, **narrowing} for narrowing in narrowings(self.kinds)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A memory that was found: how well it fits, and why it is there."""

    entity: Entity
    score: float
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What one search of one memory found."""

    memory: Memory
    narrowing: Mapping[str, Any]
    hits: Hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, best first, and how."""

    query: str
    hits: Sequence[Scored]
    path: Sequence[str]
    elapsed_ms: float
    as_of: datetime | None

    @property
    def failed(self) -> Sequence[str]:
        """Where it was looked in vain, because something there did not work."""
        return [step.removesuffix(_FAILED) for step in self.path if step.endswith(_FAILED)]

    @property
    def strength(self) -> float:
        """The best score, from 0 to 1."""
        return min(1.0, max((hit.score for hit in self.hits), default=0.0))

    @property
    def supporting(self) -> int:
        least = max(RELEVANT_MIN, self.strength * SUPPORTING_SHARE)
        return sum(hit.score >= least for hit in self.hits)

    @property
    def is_sufficient(self) -> bool:
        return self.strength >= EVIDENCE_MIN


async def read(reach: Reach, asked: Asked) -> Found:
    """Find what answers a question.

    Raises:
        Invalid: the question is empty, or its time zone is none.
        QueryTooLongError: the question is too long.

    """
    began = now(reach)
    found = [one.hits for one in await search(reach, asked)]
    return joined(reach, asked, found, began)


async def search(reach: Reach, asked: Asked) -> Sequence[Searched]:
    """Search each part of the reach, as often as the question needs; errors as for `read`."""
    moment = await present(reach, asked.timezone)
    return [
        Searched(
            memory=memory,
            narrowing=narrowing,
            hits=await memory.recall(asked.query, limit=asked.limit, now=moment, **narrowing),
        )
        for memory in reach.memories()
        for narrowing in asked.narrowings
    ]


def joined(reach: Reach, asked: Asked, found: Sequence[Hits], began: datetime) -> Found:
    """Return what searches found as one answer."""
    hits = sorted((hit for part in found for hit in part), key=lambda hit: -hit.score)
    return Found(
        query=asked.query,
        hits=[Scored(entity=hit.entity, score=hit.score, why=str(hit.why)) for hit in hits[: asked.limit]],
        path=list(dict.fromkeys(step for part in found for step in part.path)),
        elapsed_ms=since(reach, began),
        as_of=max((part.as_of for part in found if part.as_of is not None), default=None),
    )


def now(reach: Reach) -> datetime:
    return reach.caller.services.world.clock.now()


def since(reach: Reach, began: datetime) -> float:
    """Return how many milliseconds have passed."""
    return (now(reach) - began) / timedelta(milliseconds=1)


async def present(reach: Reach, timezone: str | None) -> datetime:
    """Return the present as it is where somebody is: what is "today" is another day elsewhere.

    Raises:
        Invalid: there is no such time zone.

    """
    return now(reach) if timezone is None else now(reach).astimezone(await _zone(reach, timezone))


async def _zone(reach: Reach, name: str) -> ZoneInfo:
    try:
        lane = reach.caller.services.world.lane
        return await lane.run(lambda: ZoneInfo(name))  # a zone is read from a file the first time
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("user_timezone is the name of a time zone, such as 'Europe/Lisbon'.") from error
