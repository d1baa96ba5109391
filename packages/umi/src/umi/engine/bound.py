"""What every part of a Memory stands on: a World, a scope it cannot leave, and in whose name it acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from umi.config import MemoryConfig
from umi.domain.fact import Slot
from umi.domain.options import RememberOptions
from umi.domain.scope import Scope
from umi.ports.world import Clock, Portal, World

if TYPE_CHECKING:
    from umi.engine.background import Background


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a memory treats what it is told.

    With `evolve`, a statement is compared with what is known of the same subject, and may supersede it. `slots` are
    those that the caller defines beside the built-in ones, by their names. The rest stands in `config`.
    """

    evolve: bool = True
    slots: Mapping[str, Slot] = field(default_factory=dict[str, Slot])
    config: MemoryConfig = field(default_factory=MemoryConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where changes go to, in whose name, and how what is told is treated."""

    world: World
    scope: Scope
    actor: str
    behaviour: Behaviour

    def following(self, options: RememberOptions | None) -> Keeper:
        """Return the keeper with what a caller asks for this once."""
        if options is None:
            return self
        given, behaviour = self.behaviour.config, self.behaviour
        extraction = {None: given.extraction, True: "inline", False: "off"}[options.extract_entities]
        embeds = given.generate_embeddings if options.generate_embeddings is None else options.generate_embeddings
        evolves = behaviour.evolve if options.detect_evolutions is None else options.detect_evolutions
        config = replace(given, extraction=extraction, generate_embeddings=embeds)
        return replace(self, behaviour=replace(behaviour, evolve=evolves, config=config))

    @property
    def now(self) -> datetime:
        """The present: what is said now comes after what was said before, though the machine's clock was set back."""
        return max(self.world.clock.now(), self.world.store.recorded_at)


def behaviour_of(config: MemoryConfig) -> Behaviour:
    """Return how a memory with these settings treats what it is told.

    Raises:
        Invalid: a slot is none.

    """
    from umi.engine.asking import check_slots

    return Behaviour(evolve=config.evolve, slots=check_slots(config.slots), config=config)


class Bound:
    """A World, bound to a scope."""

    def __init__(
        self,
        world: World,
        scope: Scope | None = None,
        *,
        actor: str = "api",
        behaviour: Behaviour | None = None,
        background: Background | None = None,
    ) -> None:
        from umi.engine.background import Background

        self._world = world
        self._scope = scope or Scope()
        self._actor = actor
        self._behaviour = behaviour or Behaviour()
        self._background = background or Background(world, self._behaviour)

    @property
    def scope(self) -> Scope:
        """Whose memory this is."""
        return self._scope

    @property
    def clock(self) -> Clock:
        """What tells this memory the time."""
        return self._world.clock

    @property
    def portal(self) -> Portal:
        """What the blocking twins wait through."""
        return self._world.portal

    @property
    def _keeper(self) -> Keeper:
        return Keeper(world=self._world, scope=self._scope, actor=self._actor, behaviour=self._behaviour)
