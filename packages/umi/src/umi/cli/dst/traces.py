"""A run as a text that can be read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umi.testing.simulation import Outcome


def trace_of(outcome: Outcome) -> Iterator[str]:
    """Yield the lines: the seed with what it drew, what happened when, what struck, and what came of it."""
    yield f"seed {outcome.seed}: {outcome.swarm}"
    yield ""
    yield from outcome.trace
    yield ""
    struck = [f"{name} {count}" for name, count in sorted(outcome.fired.items()) if count]
    yield f"struck: {', '.join(struck) or 'nothing'}"
    yield verdict(outcome)
    yield f"{outcome.steps:,} steps in {outcome.seconds:,.1f} s of virtual time; trace {outcome.hash}"


def verdict(outcome: Outcome) -> str:
    """Say whether every promise was kept."""
    if outcome.failure is None:
        return f"every promise was kept: {outcome.acknowledgements} acknowledged"
    return f"BROKEN {outcome.failure}"
