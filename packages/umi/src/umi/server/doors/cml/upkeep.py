"""Looking after memories: consolidating them, letting fade what is worth little, and telling beforehand what would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from umi.domain.fading import Fade
from umi.server.doors.cml import jobs

if TYPE_CHECKING:
    from umi.domain.fading import DecayDecision
    from umi.server.doors.cml.places import Reach

CONSOLIDATE: Final = "consolidate"
FORGET: Final = "forget"
RECONSOLIDATE: Final = "reconsolidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """What a consolidation did: `resolved` counts what was taken back, and `strengthened` what was used."""

    job: str
    episodes: int
    themes: int
    clustered: int
    resolved: int
    strengthened: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """What faded, or in a dry run would; `applied` is 0 then. `duplicates` says the same as another."""

    job: str
    scanned: int
    protected: int
    resting: int
    actions: Mapping[str, int]
    applied: int
    duplicates: int
    resolved: int
    seconds: float

    @property
    def scored(self) -> int:
        return self.scanned - self.protected - self.resting

    @property
    def planned(self) -> int:
        return sum(self.actions.values())


async def fade(reach: Reach, *, dry_run: bool) -> Fading:
    """Let fade what is worth little, and merge what says the same. All of it is recorded, and can be undone."""
    clock = reach.caller.services.world.clock
    began = clock.now()
    actions: Counter[str] = Counter()
    scanned = protected = resting = applied = merged = 0
    async with jobs.running(reach, FORGET, dry_run=dry_run) as job:
        for memory in reach.memories():
            report = await memory.decay(dry_run=dry_run)
            same = await memory.duplicates(dry_run=dry_run)
            scanned, protected, resting = (
                scanned + report.considered,
                protected + report.protected,
                resting + report.resting,
            )
            actions.update(decision.action.value for decision in report.decisions)
            applied += sum(decision.seq > 0 for decision in report.decisions)
            merged += same.merged
        job.result = {**actions, "applied": applied, "duplicates": merged}
    return Fading(
        job=job.id,
        scanned=scanned,
        protected=protected,
        resting=resting,
        actions={fade.value: actions[fade.value] for fade in Fade},
        applied=applied,
        duplicates=merged,
        resolved=0 if dry_run else merged,
        seconds=(clock.now() - began) / timedelta(seconds=1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What would become of the memories in reach."""

    decisions: Sequence[DecayDecision]
    scanned: int
    protected: int
    resting: int


async def preview(reach: Reach) -> Previewed:
    """Tell what would fade now, and why."""
    reports = [await memory.decay(dry_run=True) for memory in reach.memories()]
    return Previewed(
        decisions=[decision for report in reports for decision in report.decisions],
        scanned=sum(report.considered for report in reports),
        protected=sum(report.protected for report in reports),
        resting=sum(report.resting for report in reports),
    )


async def consolidate(reach: Reach) -> Consolidation:
    """Make themes of what belongs together, beside their sources. All of it is recorded, and can be undone."""
    clock = reach.caller.services.world.clock
    began = clock.now()
    async with jobs.running(reach, CONSOLIDATE) as job:
        reports = [await memory.consolidate(dry_run=False) for memory in reach.memories()]
        done = Consolidation(
            job=job.id,
            episodes=sum(report.considered for report in reports),
            themes=sum(len(report.themes) for report in reports),
            clustered=sum(report.clustered for report in reports),
            resolved=sum(len(report.overruled) for report in reports),
            strengthened=sum(len(report.strengthened) for report in reports),
            seconds=(clock.now() - began) / timedelta(seconds=1),
        )
        job.result = {
            "episodes": done.episodes,
            "themes": done.themes,
            "clustered": done.clustered,
            "resolved": done.resolved,
            "strengthened": done.strengthened,
            "undo": [seq for report in reports for seq in report.seqs],
        }
    return done


async def reconsolidate(reach: Reach) -> str:
    """Return the id of a job that had nothing to do: what a turn changes is settled before its answer."""
    async with jobs.running(reach, RECONSOLIDATE) as job:
        job.result = {"sessions_released": 0}
    return job.id
