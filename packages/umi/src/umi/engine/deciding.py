"""Comparing new entities with what the store knows of the same subjects, and turning the decisions into a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from umi.domain.change import Add, Batch, Change, Guard, Relate
from umi.domain.entity import Entity
from umi.domain.fact import Fact
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope

if TYPE_CHECKING:
    from umi.engine.bound import Keeper
    from umi.pipeline.remember.accept import Accepted
    from umi.pipeline.remember.beliefs import Beliefs
    from umi.pipeline.remember.embed import Embedded
    from umi.pipeline.remember.evolve import Evolved
    from umi.ports.world import World

_NAMES_FOLLOWED_MAX = 3  # aliases of aliases of aliases


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A batch, and what was decided of each of its entities."""

    batch: Batch
    evolved: Sequence[Evolved]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known of the subjects of some entities, partition by partition, and what that takes for granted."""

    beliefs: Mapping[Scope, Beliefs]
    guards: Sequence[Guard]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestsOn:
    """The entities that something new rests on, by their ids. What is made of their texts goes with any of them."""

    ids: Sequence[str] = ()
    kind: RelationKind = RelationKind.CITES

    def edges(self, scope: Scope, id: str) -> list[Relate]:
        """Return the edges from an entity of a scope to all of these."""
        outer, reason = replace(scope, session=None), "given" if self.kind is RelationKind.CITES else "made of it"
        return [Relate(scope=outer, source=id, target=target, kind=self.kind, reason=reason) for target in self.ids]


NOTHING: Final = RestsOn()


def decide(
    keeper: Keeper,
    embedded: Sequence[Embedded],
    accepted: Sequence[Accepted],
    knowledge: Knowledge,
    rests_on: RestsOn,
) -> Decided:
    """Decide what becomes true with new entities, in order: each is compared with those before it, too."""
    from umi.pipeline.remember.evolve import evolve

    model = keeper.world.embedder.model
    evolved = [
        evolve(item, identity=told.identity, model=model, beliefs=knowledge.beliefs[partition_of(item.entity.scope)])
        for item, told in zip(embedded, accepted, strict=True)
    ]
    groups = [[*each.changes, *_edges(each.changes[0], rests_on)] for each in evolved]
    evolved = [replace(each, changes=group) for each, group in zip(evolved, groups, strict=True)]
    return Decided(batch=Batch(groups=groups, actor=keeper.actor, guards=knowledge.guards), evolved=evolved)


def _edges(added: Change, rests_on: RestsOn) -> list[Relate]:
    return rests_on.edges(added.entity.scope, added.entity.id) if isinstance(added, Add) else []


async def known_to(keeper: Keeper, entities: Sequence[Entity]) -> Knowledge:
    """Read what is known of every subject that the entities speak of, in the partition of each."""
    from umi.pipeline.remember.beliefs import Beliefs

    found: dict[Scope, Beliefs] = {}
    guards: list[Guard] = []
    for scope in dict.fromkeys(partition_of(entity.scope) for entity in entities):
        stated = [fact for entity in entities if partition_of(entity.scope) == scope for fact in entity.facts]
        if not stated or not keeper.behaviour.evolve:
            found[scope] = Beliefs()
            continue
        found[scope], guard = await _known(keeper.world, scope, stated)
        guards.append(guard)
    return Knowledge(beliefs=found, guards=guards)


async def _known(world: World, scope: Scope, stated: Iterable[Fact]) -> tuple[Beliefs, Guard]:
    """Read what is known of the subjects of facts, under all of their names, in the slots that bear on them."""
    from umi.pipeline.remember.beliefs import ALIAS_SLOT, Beliefs
    from umi.pipeline.remember.judge import OPPOSITES

    slots = {slot for fact in stated for slot in (fact.slot, OPPOSITES.get(fact.slot, ALIAS_SLOT), ALIAS_SLOT)}
    asked: tuple[str, ...] = ()
    named = tuple(sorted({fact.about for fact in stated}))
    beliefs, seq = Beliefs(), 0
    for _ in range(_NAMES_FOLLOWED_MAX):
        if named == asked:
            break
        asked = named
        known = await world.store.facts(scope, asked, sorted(slots))
        # A scope that names no user sees every user; a partition is exactly one.
        beliefs = Beliefs(entity for entity in known.entities.values() if partition_of(entity.scope) == scope)
        seq = known.seq
        named = tuple(sorted({name for subject in asked for name in beliefs.named(subject)}))
    return beliefs, Guard(scope=scope, subjects=asked, seq=seq)


def partition_of(scope: Scope) -> Scope:
    return scope if scope.session is None else replace(scope, session=None)
