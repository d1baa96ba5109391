"""Forgetting by a policy: which memories are to go, decided over all of them, and their going."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from umi.server.doors.agent_memory.places import LONG_TERM
from umi.server.doors.agent_memory.recency import boosted
from umi.server.doors.agent_memory.translate import shown
from umi.server.doors.agent_memory.wire.search import Forgotten, SearchAsked

if TYPE_CHECKING:
    from umi.engine.memory import Memory
    from umi.server.doors.agent_memory.wire.records import RecordShown
    from umi.server.doors.agent_memory.wire.search import ForgetAsked, PolicyAsked

_DAY: Final = timedelta(days=1)
_AS_SEARCHED: Final = SearchAsked()


async def forget(memory: Memory, asked: ForgetAsked, *, limit: int | None, dry_run: bool) -> Forgotten:
    """Forget what a policy says; in a dry run only say what it would be. What is pinned stays.

    With a limit, only so many of the oldest are looked at; without, all. What goes can be restored.
    """
    entities = [entity async for entity in memory.entities(**LONG_TERM)][:limit]
    uses = await memory.uses([entity.id for entity in entities])
    records = {entity.id: shown(entity, uses.get(entity.id)) for entity in entities}
    spared = set(asked.pinned_ids or ())
    open_to_it = {id: record for id, record in records.items() if not record.pinned and not {id, record.id} & spared}
    going = leaving(list(open_to_it.values()), asked.policy, memory.clock.now())
    gone = [id for id, record in open_to_it.items() if record.id in going]
    count = len(gone) if dry_run else await memory.forget_many(gone, reason="a policy says so")
    return Forgotten(scanned=len(records), deleted=count, deleted_ids=[records[id].id for id in gone], dry_run=dry_run)


def leaving(records: Sequence[RecordShown], policy: PolicyAsked, now: datetime) -> Collection[str]:
    """Return the ids of what a policy lets go.

    With both limits something goes when it is older than the one times the multiplier, or passes both; with one, when
    it passes that. Of what is left of the types in question, the most recent stay within the budget.
    """
    allowed = policy.memory_type_allowlist
    touched = [one for one in records if allowed is None or {one.memory_type, one.umi_memory_type} & set(allowed)]
    going = {one.id for one in touched if _is_over(one, policy, now)}
    if policy.budget is not None:
        left = [one for one in reversed(touched) if one.id not in going]  # of one moment, the last recorded is newest
        left.sort(key=lambda one: -boosted(one, 0.0, _AS_SEARCHED, now))
        going |= {one.id for one in left[policy.budget :]}
    return going


def _is_over(record: RecordShown, policy: PolicyAsked, now: datetime) -> bool:
    age, idle = (now - record.created_at) / _DAY, (now - record.last_accessed) / _DAY
    age_max, idle_max = policy.max_age_days, policy.max_inactive_days
    if age_max is None:
        return idle_max is not None and idle > idle_max
    if idle_max is None:
        return age > age_max
    return age > policy.hard_age_multiplier * age_max or (age > age_max and idle > idle_max)
