"""What a simulated run starts from: one seed, and how long it may go on."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self, TypeGuard

from umi.domain.text import shown
from umi.errors import Invalid, InvalidTimeError
from umi.limits import DST_STEPS_COUNT_MAX

SEED_VARIABLE: Final = "DST_SEED"
SEED_NUMBER_MAX: Final = 2**64 - 1
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SimConfig:
    """The seed of a run, and its bounds. The same configuration gives the same run.

    `steps_max` bounds how often simulated parts may be asked for anything: a run that never ends, such as a retry
    without a bound, ends with `LimitExceeded`. The simulated clock starts at `start`.

    Raises:
        Invalid: the seed is no whole number of 64 bits, or `steps_max` none from 1.
        InvalidTimeError: `start` is no aware datetime.

    """

    seed: int
    _: KW_ONLY
    steps_max: int = DST_STEPS_COUNT_MAX
    start: datetime = START

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if not _is_whole(self.steps_max) or not 1 <= self.steps_max <= DST_STEPS_COUNT_MAX:
            raise Invalid(f"steps_max is a whole number from 1 to {DST_STEPS_COUNT_MAX}, not {shown(self.steps_max)}.")
        if not isinstance(self.start, datetime) or self.start.tzinfo is None:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidTimeError(f"start is a datetime with a time zone, not {shown(self.start)}.")

    @classmethod
    def with_seed(cls, seed: int) -> Self:
        """Return the configuration of this seed."""
        return cls(seed)

    @classmethod
    def from_env_or_random(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Take the seed from DST_SEED, or draw one and say on standard error how to run it again.

        A typing error in the variable is an error: a run that silently took another seed would prove nothing.

        Raises:
            Invalid: the variable holds no whole number of 64 bits.

        """
        given = (os.environ if environment is None else environment).get(SEED_VARIABLE)
        if given is None:
            seed = secrets.randbits(64)
            sys.stderr.write(f"Simulation with a random seed. To run it again: {replay_line(seed)}\n")
            return cls(seed)
        if not given.isascii() or not given.isdigit():
            raise Invalid(f"{SEED_VARIABLE} is a whole number from 0 to {SEED_NUMBER_MAX}, not {shown(given)}.")
        return cls(int(given))

    def with_steps_max(self, steps_max: int) -> Self:
        """Return this configuration with another bound."""
        return replace(self, steps_max=steps_max)

    @property
    def replay(self) -> str:
        """What to set to run this again."""
        return replay_line(self.seed)


def replay_line(seed: int) -> str:
    """Return the assignment that replays a seed."""
    return f"{SEED_VARIABLE}={seed}"


def check_seed(seed: object) -> int:
    """Return the seed.

    Raises:
        Invalid: it is no whole number of 64 bits.

    """
    if not _is_whole(seed) or not 0 <= seed <= SEED_NUMBER_MAX:
        raise Invalid(f"A seed is a whole number from 0 to {SEED_NUMBER_MAX}, not {shown(seed)}.")
    return seed


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
