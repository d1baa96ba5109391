"""A run of a seed as a line: the same for the same seed, wherever and however fast it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umi.testing.simulation import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of a seed. `options` are those that it drew, `seconds` virtual time, `failure` the broken promise."""

    seed: int
    hash: str
    steps: int
    seconds: float
    operations: int
    acknowledgements: int
    fired: Mapping[str, int]
    options: Mapping[str, Any]
    failure: str | None


def row_of(outcome: Outcome) -> Row:
    """Return an outcome as a line, which may be sent to another process."""
    options = asdict(outcome.swarm)
    options["faults"] = {str(fault): chance for fault, chance in sorted(outcome.swarm.faults.items())}
    return Row(
        seed=outcome.seed,
        hash=outcome.hash,
        steps=outcome.steps,
        seconds=outcome.seconds,
        operations=outcome.operations,
        acknowledgements=outcome.acknowledgements,
        fired={name: count for name, count in sorted(outcome.fired.items()) if count},
        options=options,
        failure=None if outcome.failure is None else str(outcome.failure),
    )
