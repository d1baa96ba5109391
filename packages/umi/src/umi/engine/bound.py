"""What every part of a Memory stands on: a World, a scope it cannot leave, and in whose name it acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from umi.domain.fact import Slot
from umi.domain.scope import Scope
from umi.ports.world import Portal, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a memory treats what it is told.

    With `evolve`, a statement is compared with what is known of the same subject, and may supersede it. `slots` are
    those that the caller defines beside the built-in ones, by their names.
    """

    evolve: bool = True
    slots: Mapping[str, Slot] = field(default_factory=dict[str, Slot])


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where changes go to, in whose name, and how what is told is treated."""

    world: World
    scope: Scope
    actor: str
    behaviour: Behaviour

    @property
    def now(self) -> datetime:
        """The present: what is said now comes after what was said before, though the machine's clock was set back."""
        return max(self.world.clock.now(), self.world.store.recorded_at)


class Bound:
    """A World, bound to a scope."""

    def __init__(
        self, world: World, scope: Scope | None = None, *, actor: str = "api", behaviour: Behaviour | None = None
    ) -> None:
        self._world = world
        self._scope = scope or Scope()
        self._actor = actor
        self._behaviour = behaviour or Behaviour()

    @property
    def scope(self) -> Scope:
        """Whose memory this is."""
        return self._scope

    @property
    def portal(self) -> Portal:
        """What the blocking twins wait through."""
        return self._world.portal

    @property
    def _keeper(self) -> Keeper:
        return Keeper(world=self._world, scope=self._scope, actor=self._actor, behaviour=self._behaviour)
