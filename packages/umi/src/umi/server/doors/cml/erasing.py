"""Erasing all that a caller can reach, with a proof, and with what the doors keep beside it.

The tenant is not erased as such: its keys would go with it, among them the one that asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from umi.domain.entity import Status
from umi.limits import ERASE_IDS_COUNT_MAX
from umi.server.doors.cml import ids, sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach

KEPT_BESIDE: Final = (
    ids.KIND,
    sessions.KIND,
    "cml.job",
    "agent-memory.session",
    "agent-memory.context",
    "agent-memory.job",
    "agent-memory.view",
    "agent-memory.partition",
    "agent-memory.task",
)
"""The kinds of records that tell of memories."""
_ROUNDS_MAX: Final = 100
_PAGE_RECORDS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many memories there were, and whether it was looked for what is left of them and nothing was found."""

    count: int
    proved: bool


async def erase_all(reach: Reach) -> Erased:
    """Erase everything in reach: every memory whatever its status, and the records that tell of them.

    What is written meanwhile goes, too, as far as it comes before the last look.
    """
    count, proved = 0, True
    for memory in reach.memories():
        for _ in range(_ROUNDS_MAX):
            found = [entity.id async for entity in _everything(memory)][:ERASE_IDS_COUNT_MAX]
            if not found:
                break
            erasure = await memory.erase(ids=found, reason="everything was to be erased")
            count += len(erasure.ids)
            proved = proved and erasure.proved
    await _clear(reach)
    return Erased(count=count, proved=proved)


def _everything(memory: Memory) -> AsyncIterator[Entity]:
    return memory.entities(statuses=[status.value for status in Status])


async def _clear(reach: Reach) -> None:
    """Take away the records that tell of memories: all of the tenant's, or those of the user it is about."""
    user = reach.place.user or reach.caller.principal.user
    if reach.caller.principal.namespaces is not None or reach.place.namespace is not None:
        return  # a record says of which user it tells, and not of which namespace
    records = reach.caller.services.records
    for kind in KEPT_BESIDE:
        after = ("", "")
        while page := await records.list(kind, reach.tenant, after=after, limit=_PAGE_RECORDS):
            for record in page:
                if user is None or record.user == user:
                    await records.delete(kind, reach.tenant, record.key)
            after = (page[-1].tenant, page[-1].key)
