"""What came of a run: all that is needed to judge it, and to run it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from umi.testing.simulation.swarm import Swarm
from umi.testing.simulation.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong: which promise, what was seen, and the error if it was one."""

    checker: str
    seen: str
    error: BaseException | None = None

    def __str__(self) -> str:
        return f"{self.checker}: {self.seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A run of a seed.

    `steps` counts what the event loop did, `seconds` is virtual time, `acknowledgements` what was held to be kept,
    `fired` how often each fault struck. `trace` is a line for each event, and `hash` that over all of them: the same
    seed gives the same. `failure` is None where every promise was kept.
    """

    seed: int
    swarm: Swarm
    steps: int
    seconds: float
    operations: int
    acknowledgements: int
    changes: int
    fired: Mapping[str, int]
    hash: str
    trace: tuple[str, ...]
    failure: Failure | None = None

    @property
    def is_kept(self) -> bool:
        """Whether every promise was kept."""
        return self.failure is None

    def check(self) -> None:
        """Do nothing if every promise was kept.

        Raises:
            Violation: one was not; the message says how to run it again.

        """
        if self.failure is not None:
            told = Violation(self.failure.checker, f"{self.failure.seen}\n{self.replay}")
            raise told from self.failure.error

    @property
    def replay(self) -> str:
        """How to run it again, and what was drawn for it."""
        return f"Seed {self.seed}: {self.swarm}\nTo run it again: umi dst replay {self.seed}"
