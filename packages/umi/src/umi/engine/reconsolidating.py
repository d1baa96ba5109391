"""What an exchange does to what was retrieved for it: it takes back, refines, disputes, or says again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from umi.domain.change import Act, Alter, Batch, Change, Outcome
from umi.domain.consolidation import Reconsolidation
from umi.domain.entity import Entity, Status
from umi.domain.relation import Relation, RelationKind
from umi.engine.decaying import Decider
from umi.engine.sleeping import ends
from umi.engine.taking_back import taken_back
from umi.errors import NotFound
from umi.pipeline.gate.novelty import repeated

CONFIDENCE_GAIN = 0.2  # of what is left to certainty
IMPORTANCE_GAIN = 0.1  # of what is left to IMPORTANCE_MAX
IMPORTANCE_MAX = 0.9
_KINDS = {
    RelationKind.UPDATE: "superseded",
    RelationKind.EXTEND: "refined",
    RelationKind.CONTRADICT: "disputed",
}


async def reconsolidate(decider: Decider, said: Sequence[str], retrieved: Sequence[str]) -> Reconsolidation:
    """Compare what was said with what was retrieved, and record what follows from it.

    Most was decided when it was said, fact by fact: that is told here. What has no slot is compared now, and what is
    said again is reinforced.
    """
    told = await _known(decider, said)
    found = [one for one in await _known(decider, retrieved) if one.id not in set(said)]
    edges = [edge for one in told for edge in await decider.world.store.relations(one.scope, one.id)]
    decided = _decided(edges, {one.id for one in told})
    overruled = await taken_back(decider, told)
    again = _said_again(told, [one for one in found if one.status is Status.ACTIVE])
    seq = await _recorded(decider, [*ends(decider.scope, overruled), *_gains(again)])
    return Reconsolidation(
        superseded=(*decided["superseded"], *(one.id for one, _ in overruled)),
        refined=decided["refined"],
        disputed=decided["disputed"],
        reinforced=tuple(one.id for one in again),
        seq=seq,
    )


async def reinforce(decider: Decider, ids: Sequence[str]) -> int:
    """Let memories be surer and count for more; return how many changed."""
    found = await _known(decider, ids)
    changes = list(_gains(found))
    if not changes:
        return 0
    applied = await decider.world.store.apply(Batch(groups=[changes], actor=decider.actor))
    return sum(answer.outcome is Outcome.APPLIED for answer in applied)


async def _known(decider: Decider, ids: Sequence[str]) -> list[Entity]:
    distinct = list(dict.fromkeys(ids))
    if not distinct:
        return []
    found = await decider.world.store.get(decider.scope, distinct)
    missing = [id for id, one in zip(distinct, found, strict=True) if one is None]
    if missing:
        raise NotFound(f"Nothing in this scope has the id {missing[0]!r}.")
    return [one for one in found if one is not None]


def _decided(edges: Sequence[Relation], said: set[str]) -> Mapping[str, tuple[str, ...]]:
    """What was decided when it was said: whom it supersedes, refines and disputes."""
    by_name: dict[str, list[str]] = {name: [] for name in _KINDS.values()}
    for edge in edges:
        if edge.source in said and edge.kind in _KINDS and edge.target not in by_name[_KINDS[edge.kind]]:
            by_name[_KINDS[edge.kind]].append(edge.target)
    return {name: tuple(ids) for name, ids in by_name.items()}


def _said_again(told: Sequence[Entity], found: Sequence[Entity]) -> list[Entity]:
    """Of what was retrieved, what the exchange says in the same words, by somebody as trusted."""
    again = repeated([one.content for one in found], [one.content for one in told])
    trusted = max((one.trust.rank for one in told), default=-1)
    return [one for one, is_said in zip(found, again, strict=True) if is_said and trusted >= one.trust.rank]


def _gains(entities: Sequence[Entity]) -> Iterator[Change]:
    for one in entities:
        importance = max(one.importance, one.importance + IMPORTANCE_GAIN * (IMPORTANCE_MAX - one.importance))
        confidence = one.confidence + CONFIDENCE_GAIN * (1 - one.confidence)
        yield Alter(
            scope=one.scope,
            id=one.id,
            act=Act.REVISE,
            values={"importance": round(importance, 4), "confidence": round(confidence, 4)},
            reason="reinforced: it was said again, or was of use",
            revision=one.revision,
        )


async def _recorded(decider: Decider, changes: Sequence[Change]) -> int:
    """Make it so as one group; return the change that `undo` takes, 0 if there was nothing to do."""
    if not changes:
        return 0
    applied = await decider.world.store.apply(Batch(groups=[changes], actor=decider.actor))
    return next((answer.seq for answer in applied if answer.outcome is Outcome.APPLIED), 0)
