"""The decay flow: worth → decide → gists → budget → changes → report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isfinite
from typing import cast

from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Applied, Batch, Change, Outcome, Relate
from umi.domain.checking import check_share
from umi.domain.entity import Entity, MemoryType, Status
from umi.domain.fading import DecayDecision, DecayPolicy, DecayReport, Fade, Gist
from umi.domain.ids import uuid7
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.text import shown
from umi.domain.time import to_microseconds
from umi.domain.worth import Worth
from umi.errors import Invalid
from umi.pipeline.remember.embed import Embedded, embed, worded
from umi.pipeline.upkeep.decay import Plan, decide, within_budget
from umi.pipeline.upkeep.gist import gist_entity
from umi.ports.world import World

_PAGE_ROWS = 5_000
_BATCH_GROUPS = 100  # each a commit: others write in between
_ID_RANDOM_BYTES = 10
_FEWEST_TURNS = 2
_SHARES = ("decay_below", "compress_below", "silence_below", "delete_below", "importance_factor", "importance_min")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Where something fades, and in whose name."""

    world: World
    scope: Scope
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A gist, as it is reported and as it would be kept."""

    gist: Gist
    entity: Entity


async def decay(decider: Decider, policy: DecayPolicy, *, dry_run: bool) -> DecayReport:
    """Decide what fades; unless it is a dry run, make it so."""
    world = decider.world
    now = to_microseconds(world.clock.now())
    rows = await _worths(decider)
    plan = await world.lane.run(lambda: decide(rows, policy, now))
    drafts = [await _draft(decider, group) for group in plan.groups]
    plan, gists = await world.lane.run(lambda: within_budget(plan, [draft.gist for draft in drafts], policy))
    report = DecayReport(
        dry_run=dry_run,
        considered=len(rows),
        protected=plan.protected,
        resting=plan.resting,
        decisions=tuple(decision for _, decision in sorted(plan.decisions.items())),
        gists=tuple(gists),
        before=plan.before,
        after=plan.after(gists),
    )
    return report if dry_run else await _apply(decider, report, _revisions(plan), drafts[: len(gists)])


async def _worths(decider: Decider) -> list[Worth]:
    rows: list[Worth] = []
    while True:
        after = rows[-1].number if rows else 0
        page = await decider.world.store.worth(decider.scope, limit=_PAGE_ROWS, after=after)
        rows += page
        if len(page) < _PAGE_ROWS:
            return rows


async def _draft(decider: Decider, group: Sequence[Worth]) -> _Draft:
    """Make the gist of some turns. Reading their texts is left until here: most memories keep theirs."""
    world = decider.world
    now = world.clock.now()
    id = uuid7(int(now.timestamp() * 1000), world.entropy.bytes(_ID_RANDOM_BYTES))
    found = await world.store.get(decider.scope, [row.id for row in group])
    turns = [entity for entity in found if entity is not None]
    entity = await world.lane.run(lambda: gist_entity(turns, id=id, now=now))
    return _Draft(gist=Gist(content=entity.content, sources=tuple(turn.id for turn in turns)), entity=entity)


def _revisions(plan: Plan) -> dict[str, int]:
    return {one.row.id: one.row.revision for one in plan.weighed if one.row.number in plan.decisions}


async def _apply(
    decider: Decider, report: DecayReport, revisions: Mapping[str, int], drafts: Sequence[_Draft]
) -> DecayReport:
    """Record every decision as a change of its own, and a gist together with what it takes the place of."""
    world = decider.world
    embedded = await embed([worded(draft.entity) for draft in drafts], world.embedder) if drafts else []
    alters = [_alter(decider.scope, decision, revisions[decision.id], drafts) for decision in report.decisions]
    made = list(_groups(report, alters, embedded, world.embedder.model))
    seqs: dict[str, int] = {}
    for start in range(0, len(made), _BATCH_GROUPS):
        batch = Batch(groups=made[start : start + _BATCH_GROUPS], actor=decider.actor)
        seqs.update(_recorded(batch.changes, await world.store.apply(batch)))
    gists = zip(report.gists, (draft.entity.id for draft in drafts), strict=True)
    return replace(
        report,
        decisions=tuple(replace(one, seq=seqs.get(one.id, 0)) for one in report.decisions),
        gists=tuple(replace(gist, id=id, seq=seqs[id]) if id in seqs else gist for gist, id in gists),
    )


def _alter(scope: Scope, decision: DecayDecision, revision: int, drafts: Sequence[_Draft]) -> Alter:
    by = None if decision.gist is None else drafts[decision.gist].entity.id
    match decision.action:
        case Fade.DECAY:
            act, values = Act.REVISE, {"importance": decision.importance}
        case Fade.SILENCE | Fade.COMPRESS:
            act, values = Act.SILENCE, {"status": Status.SILENCED}
        case Fade.DELETE:
            act, values = Act.FORGET, {"status": Status.FORGOTTEN}
    return Alter(scope=scope, id=decision.id, act=act, values=values, reason=decision.reason, by=by, revision=revision)


def _groups(
    report: DecayReport, alters: Sequence[Alter], embedded: Sequence[Embedded], model: str
) -> Iterator[Sequence[Change]]:
    """What is decided together: a gist first, how it follows from its sources, and their silence; or one change."""
    silenced = {alter.id: alter for alter in alters}
    for gist, found in zip(report.gists, embedded, strict=True):
        yield [
            _added(found, model),
            *(_derived(found.entity, source) for source in gist.sources),
            *(silenced[source] for source in gist.sources),
        ]
    yield from ([alter] for alter in alters if alter.by is None)


def _added(found: Embedded, model: str) -> Add:
    entity = found.entity
    identity = IDENTITY_OF_CONTENT + entity.id.encode()  # one gist a run: what its sources said may fade again
    return Add(entity=entity, identity=identity, words=found.words, model=model, vector=found.vector)


def _derived(gist: Entity, source: str) -> Relate:
    outer = replace(gist.scope, session=None)
    return Relate(scope=outer, source=gist.id, target=source, kind=RelationKind.DERIVE, reason="a gist of it")


def _recorded(changes: Sequence[Change], applied: Sequence[Applied]) -> Iterator[tuple[str, int]]:
    for change, answer in zip(changes, applied, strict=True):
        if answer.outcome is Outcome.APPLIED and isinstance(change, (Add, Alter)):
            yield answer.id, answer.seq


def check_policy(policy: object) -> DecayPolicy:
    """Check what a caller wants to fade.

    Raises:
        Invalid: a value cannot be used; the message names it.

    """
    if policy is None:
        return DecayPolicy()
    if not isinstance(policy, DecayPolicy):
        raise Invalid(f"A policy is a DecayPolicy, not {type(policy).__name__}.")
    _check_weights(policy)
    for name in _SHARES:
        check_share(name, getattr(policy, name))
    for name in ("half_life", "rest"):
        value: object = getattr(policy, name)
        if not isinstance(value, timedelta) or value <= timedelta(0):
            raise Invalid(f"{name} is a timedelta above 0, not {shown(value)}.")
    for name, least in (("frequent_count", 1), ("depended_count", 1), ("gist_turns_min", _FEWEST_TURNS)):
        _check_count(name, getattr(policy, name), least)
    for name in ("entities_max", "bytes_max"):
        if getattr(policy, name) is not None:
            _check_count(name, getattr(policy, name), 0)
    _check_members(policy)
    return policy


def _check_weights(policy: DecayPolicy) -> None:
    names = [f"{part}_weight" for part in ("importance", "recency", "frequency", "dependency", "pin")]
    weights: dict[str, object] = {name: getattr(policy, name) for name in names}
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not (isfinite(weight) and weight >= 0):
            raise Invalid(f"{name} is a number of 0 or more, not {shown(weight)}.")
    if not any(weights.values()):
        raise Invalid("At least one weight is above 0.")


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Invalid(f"{name} is a whole number of {least} or more, not {shown(value)}.")


def _check_members(policy: DecayPolicy) -> None:
    if not isinstance(cast("object", policy.protected), tuple) or not set(policy.protected) <= set(MemoryType):
        raise Invalid(f"protected is a tuple of memory types, not {shown(policy.protected)}.")
    if policy.over_budget not in {Fade.SILENCE, Fade.DELETE}:
        raise Invalid(f"over_budget is 'silence' or 'delete', not {shown(policy.over_budget)}.")
