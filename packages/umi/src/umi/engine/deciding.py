"""Comparing new entities with what the store knows of the same subjects, and turning the decisions into a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from umi.domain.change import Add, Batch, Change, Guard, Relate
from umi.domain.entity import Entity
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope

if TYPE_CHECKING:
    from umi.engine.bound import Behaviour
    from umi.pipeline.remember.accept import Accepted
    from umi.pipeline.remember.beliefs import Beliefs
    from umi.pipeline.remember.embed import Embedded
    from umi.pipeline.remember.evolve import Evolved
    from umi.ports.world import World

_NAMES_FOLLOWED_MAX = 3  # aliases of aliases of aliases


class Decider(Protocol):
    """Whoever decides: in a world, in whose name, and how."""

    @property
    def world(self) -> World: ...
    @property
    def actor(self) -> str: ...
    @property
    def behaviour(self) -> Behaviour: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A batch, and what was decided of each of its entities."""

    batch: Batch
    evolved: Sequence[Evolved]


async def decide(
    decider: Decider, embedded: Sequence[Embedded], accepted: Sequence[Accepted], sources: Sequence[str]
) -> Decided:
    """Decide what becomes true with new entities, in order: each is compared with those before it, too."""
    from umi.pipeline.remember.evolve import evolve

    model = decider.world.embedder.model
    known, guards = await _beliefs(decider, [item.entity for item in embedded])
    evolved = [
        evolve(item, identity=told.identity, model=model, beliefs=known[_partition(item.entity.scope)])
        for item, told in zip(embedded, accepted, strict=True)
    ]
    groups = [[*each.changes, *_citations(each.changes[0], sources)] for each in evolved]
    evolved = [replace(each, changes=group) for each, group in zip(evolved, groups, strict=True)]
    return Decided(batch=Batch(groups=groups, actor=decider.actor, guards=guards), evolved=evolved)


def _citations(added: Change, sources: Sequence[str]) -> list[Relate]:
    if not sources or not isinstance(added, Add):
        return []
    scope, source = added.entity.scope, added.entity.id
    outer = replace(scope, session=None)
    return [Relate(scope=outer, source=source, target=id, kind=RelationKind.CITES, reason="given") for id in sources]


async def _beliefs(decider: Decider, entities: Sequence[Entity]) -> tuple[dict[Scope, Beliefs], list[Guard]]:
    """Read what is known of every subject that the entities speak of, in the partition of each."""
    from umi.pipeline.remember.beliefs import Beliefs

    found: dict[Scope, Beliefs] = {}
    guards: list[Guard] = []
    for scope in {_partition(entity.scope) for entity in entities}:
        subjects = {fact.about for entity in entities if _partition(entity.scope) == scope for fact in entity.facts}
        if not subjects or not decider.behaviour.evolve:
            found[scope] = Beliefs()
            continue
        found[scope], guard = await _known(decider.world, scope, subjects)
        guards.append(guard)
    return found, guards


async def _known(world: World, scope: Scope, subjects: Iterable[str]) -> tuple[Beliefs, Guard]:
    """Read what is known of subjects under all of their names."""
    from umi.pipeline.remember.beliefs import Beliefs

    asked: tuple[str, ...] = ()
    named = tuple(sorted(subjects))
    beliefs, seq = Beliefs(), 0
    for _ in range(_NAMES_FOLLOWED_MAX):
        if named == asked:
            break
        asked = named
        known = await world.store.facts(scope, asked)
        # A scope that names no user sees every user; a partition is exactly one.
        beliefs = Beliefs(entity for entity in known.entities.values() if _partition(entity.scope) == scope)
        seq = known.seq
        named = tuple(sorted({name for subject in asked for name in beliefs.named(subject)}))
    return beliefs, Guard(scope=scope, subjects=asked, seq=seq)


def _partition(scope: Scope) -> Scope:
    return scope if scope.session is None else replace(scope, session=None)
