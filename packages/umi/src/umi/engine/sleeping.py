"""The consolidate flow: episodes → stars → themes → what is over → what was used → changes → report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import log2
from typing import TYPE_CHECKING, Final, TypeAlias

from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Batch, Change, Outcome, Relate
from umi.domain.completion import NO_USAGE, Usage
from umi.domain.consolidation import ConsolidationPolicy, ConsolidationReport, Strengthened, Theme
from umi.domain.entity import Entity, Status
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.engine.decaying import Decider
from umi.engine.episodes import Episode, Made, stretches, themes_made, worths
from umi.engine.taking_back import Ended, taken_back
from umi.errors import StorageBusyError
from umi.pipeline.consolidate.clustering import Bounds, Star, stars
from umi.pipeline.consolidate.themes import Worded, in_words_of, theme_of
from umi.pipeline.remember.embed import embed, worded

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.domain.worth import Worth

TRIED_MAX: Final = 100
"""So often are themes made anew whose sources are erased while they are made."""
_PAGE_ROWS = 1_000
_THEMES_TOGETHER = 200  # a commit: others write in between
_WORDED_TOGETHER = 50  # where a model words them: a killed run has paid for no more in vain
_MICROSECOND = timedelta(microseconds=1)
_STRENGTH_BASE = 0.5
_STRENGTH_STEP = 0.08  # for each doubling of the recalls
_LEAST = 0.005  # a smaller gain is not worth a change


Cluster: TypeAlias = tuple[Star, list[Episode]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A theme, what it is made of, and what would keep it."""

    cluster: Cluster
    theme: Theme
    changes: Sequence[Change]


@dataclass(slots=True, kw_only=True)
class _Sleep:
    """One run: what it decides by, and what it has decided so far."""

    decider: Decider
    policy: ConsolidationPolicy
    dry_run: bool
    made: Made
    considered: int = 0
    themes: list[Theme] = field(default_factory=list[Theme])
    seqs: list[int] = field(default_factory=list[int])
    usage: Usage = NO_USAGE


async def consolidate(decider: Decider, policy: ConsolidationPolicy, *, dry_run: bool) -> ConsolidationReport:
    """Decide what becomes of the episodes of a scope; unless it is a dry run, make it so, a stretch at a time.

    A run that is killed has done whole commits; the next goes on behind them.
    """
    world = decider.world
    rows = await worths(world.store, decider.scope)
    made = await themes_made(world.store, decider.scope)
    sleep = _Sleep(decider=decider, policy=policy, dry_run=dry_run, made=made)
    before = max(world.clock.now(), world.store.recorded_at) - policy.rest  # the log's time may run ahead
    overruled = await taken_back(decider) if policy.resolve else []
    strengthened = _strengthened(rows, policy)
    await _record(sleep, [*ends(decider.scope, overruled), *_gains(decider.scope, strengthened, rows)])
    async for stretch in stretches(world.store, decider.scope, rows, sleep.made, before=before):
        await _dream(sleep, stretch)
    return ConsolidationReport(
        dry_run=dry_run,
        considered=sleep.considered,
        themes=tuple(sleep.themes),
        overruled=tuple(one for one, _ in overruled),
        strengthened=tuple(strengthened),
        seqs=tuple(sleep.seqs),
        usage=sleep.usage,
    )


async def _dream(sleep: _Sleep, stretch: Sequence[Episode]) -> None:
    """Make the themes of one stretch, and keep them together."""
    world = sleep.decider.world
    sleep.considered += len(stretch)
    vectors = await _vectors(sleep.decider, stretch)
    known = [one for one in stretch if one.id in vectors]
    bounds = _bounds(sleep)
    found = await world.lane.run(lambda: _clustered(known, vectors, bounds))
    size = _THEMES_TOGETHER if world.llm is None else _WORDED_TOGETHER
    for start in range(0, len(found), size):
        # Only what comes last tells that the whole stretch was looked at: a run that is killed looks at it again.
        is_last = start + size >= len(found)
        until = max(one.recorded_at for one in stretch) if is_last else 0
        await _keep(sleep, found[start : start + size], until)


async def _keep(sleep: _Sleep, found: Sequence[Cluster], until: int) -> None:
    """Make the themes of some stars and keep them together, without what is erased while they are made."""
    drafts = [await _themed(sleep, one, until) for one in found]
    for _ in range(TRIED_MAX):
        made = [one for one in drafts if one is not None]
        gone = await _record(sleep, [change for one in made for change in one.changes])
        if gone is None:
            sleep.themes += (one.theme for one in made)
            return
        drafts = [await _themed(sleep, one.cluster, until) if gone in one.theme.sources else one for one in made]
    raise StorageBusyError("What themes are made of keeps being erased. Try again.")


async def _themed(sleep: _Sleep, cluster: Cluster, until: int) -> _Draft | None:
    """Make the theme of a star, if enough of it is still there and it was not made before."""
    star, members = cluster
    episodes = await _whole(sleep.decider, members)
    if len(episodes) < sleep.policy.episodes_min:
        return None
    told = await _worded(sleep, episodes, until)
    if told.entity.id in sleep.made.ids:
        return None
    sleep.usage += told.usage
    theme = _theme(told, episodes, star, _bounds(sleep))
    return _Draft(cluster=cluster, theme=theme, changes=await _additions(sleep, told.entity, episodes))


def _clustered(known: Sequence[Episode], vectors: Mapping[str, Vector], bounds: Bounds) -> list[Cluster]:
    """Cluster the episodes of each partition by themselves: one user's never meet another's."""
    import numpy as np

    partitions: defaultdict[Scope, list[Episode]] = defaultdict(list)
    for one in known:
        partitions[one.partition].append(one)
    return [
        (star, [ones[place] for place in star.places])
        for ones in partitions.values()
        for star in stars(
            np.stack([vectors[one.id] for one in ones]), np.array([one.at for one in ones], dtype=np.int64), bounds
        )
    ]


async def _vectors(decider: Decider, stretch: Sequence[Episode]) -> dict[str, Vector]:
    found: dict[str, Vector] = {}
    for start in range(0, len(stretch), _PAGE_ROWS):
        part = [one.id for one in stretch[start : start + _PAGE_ROWS]]
        found |= await decider.world.store.vectors(decider.scope, part)
    return found


async def _whole(decider: Decider, members: Sequence[Episode]) -> list[Entity]:
    """Read the texts of a star; one that has left recall meanwhile is left out."""
    found = await decider.world.store.get(decider.scope, [one.id for one in members])
    return [one for one in found if one is not None and one.status is Status.ACTIVE]


async def _worded(sleep: _Sleep, episodes: Sequence[Entity], until: int) -> Worded:
    world = sleep.decider.world
    session = sleep.decider.scope.session
    theme = await world.lane.run(lambda: theme_of(episodes, now=world.clock.now(), until=until, session=session))
    if world.llm is None or sleep.dry_run or theme.id in sleep.made.ids:
        return Worded(entity=theme, path="extractive")
    return await in_words_of(world.llm, theme, sorted(episodes, key=lambda one: one.event_time))


def _theme(told: Worded, episodes: Sequence[Entity], star: Star, bounds: Bounds) -> Theme:
    ordered = sorted(episodes, key=lambda one: (one.event_time, one.id))
    days = (ordered[-1].event_time - ordered[0].event_time).days
    return Theme(
        id=told.entity.id,
        content=told.entity.content,
        sources=tuple(one.id for one in ordered),
        closeness=round(star.cosine, 3),
        path=told.path,
        reason=(
            f"{len(ordered)} episodes within {days} days, each of a cosine of {star.cosine:.2f} or more to the one in "
            f"the middle (at least {bounds.cosine_min:.2f})"
        ),
    )


async def _additions(sleep: _Sleep, theme: Entity, episodes: Sequence[Entity]) -> list[Change]:
    """A theme, and how it follows from its sources: it goes with each of them that is erased."""
    if sleep.dry_run:
        return []
    world = sleep.decider.world
    [found] = await embed([worded(theme)], world.embedder)
    identity = IDENTITY_OF_CONTENT + theme.id.encode()
    add = Add(entity=theme, identity=identity, words=found.words, model=world.embedder.model, vector=found.vector)
    derived = [
        Relate(scope=theme.scope, source=theme.id, target=one.id, kind=RelationKind.DERIVE, reason="a theme of it")
        for one in episodes
    ]
    return [add, *derived]


async def _record(sleep: _Sleep, changes: Sequence[Change]) -> str | None:
    """Make changes true together, as one group that is undone together; return what they are made of and is gone."""
    if sleep.dry_run or not changes:
        return None
    applied = await sleep.decider.world.store.apply(Batch(groups=[changes], actor=sleep.decider.actor))
    made = [answer.seq for answer in applied if answer.outcome is Outcome.APPLIED]
    sleep.seqs += made[:1]
    return applied[0].id if applied[0].outcome is Outcome.GROUNDLESS else None


def _bounds(sleep: _Sleep) -> Bounds:
    policy = sleep.policy
    floor, ceiling = sleep.decider.world.embedder.cosine_range or (0.0, 1.0)
    return Bounds(
        cosine_min=floor + policy.closeness_min * (ceiling - floor),
        span=policy.span // _MICROSECOND,
        episodes_min=policy.episodes_min,
        episodes_max=policy.episodes_max,
    )


def _strengthened(rows: Sequence[Worth], policy: ConsolidationPolicy) -> list[Strengthened]:
    """Decide what was used so often that it is worth more, by its count alone, so that twice changes nothing."""
    if not policy.strengthen_count:
        return []
    found: list[Strengthened] = []
    for row in rows:
        if row.recalled < policy.strengthen_count or row.status is not Status.ACTIVE:
            continue
        target = min(policy.importance_max, _STRENGTH_BASE + _STRENGTH_STEP * log2(1 + row.recalled))
        if target >= row.importance + _LEAST:
            reason = f"strengthen: recalled {row.recalled} times, importance {row.importance:.2f} to {target:.2f}"
            found.append(Strengthened(id=row.id, before=row.importance, after=round(target, 3), reason=reason))
    return found


def _gains(scope: Scope, strengthened: Sequence[Strengthened], rows: Sequence[Worth]) -> list[Change]:
    revisions = {row.id: row.revision for row in rows}
    return [
        Alter(
            scope=scope,
            id=one.id,
            act=Act.REVISE,
            values={"importance": one.after},
            reason=one.reason,
            revision=revisions[one.id],
        )
        for one in strengthened
    ]


def ends(scope: Scope, overruled: Sequence[Ended]) -> list[Change]:
    """What supersedes what was taken back, and says so by an edge."""
    changes: list[Change] = []
    for one, values in overruled:
        changes.append(
            Alter(scope=scope, id=one.id, act=Act.SUPERSEDE, values=dict(values), reason=one.reason, by=one.by)
        )
        changes.append(
            Relate(
                scope=replace(scope, session=None),
                source=one.by,
                target=one.id,
                kind=RelationKind.UPDATE,
                reason=one.reason,
                confidence=1.0,
            )
        )
    return changes
