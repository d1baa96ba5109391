"""How a canary is made: a function of Umi's is replaced for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias, cast

from umi.testing.simulation.swarm import Swarm

Breaking: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Given what is right, what is to stand in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A broken variant: what is wrong with it, and what replaces what ("module:Class.method").

    `swarm` are the options of runs in which it matters, where that is in few of those that are drawn.
    """

    name: str
    wrong: str
    parts: Sequence[tuple[str, Breaking]]
    swarm: Swarm | None = None

    @contextmanager
    def broken(self) -> Generator[None]:
        """Break it inside."""
        with ExitStack() as stack:
            for place, breaking in self.parts:
                owner, name = _found(place)
                right = cast("Callable[..., Any]", vars(owner)[name])
                stack.callback(setattr, owner, name, right)
                setattr(owner, name, breaking(right))
            yield

    def __str__(self) -> str:
        return self.name


def _found(place: str) -> tuple[Any, str]:
    """Return what holds a function, and the function's name there."""
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    return owner, name
