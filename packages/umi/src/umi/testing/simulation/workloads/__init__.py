"""What agents do in a simulation, each a small class; `WORKLOADS` holds all of them by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from umi.testing.simulation.agent import Workload
from umi.testing.simulation.workloads.changing import (
    Correct,
    Erase,
    Forget,
    Pin,
    Restore,
    Retire,
    Revise,
    Silence,
    Undo,
)
from umi.testing.simulation.workloads.finding import Look, Recall
from umi.testing.simulation.workloads.holding import Tiers
from umi.testing.simulation.workloads.keeping import Chat, Import, Remember, Retry, Together
from umi.testing.simulation.workloads.tending import Anchor, Backup, Consolidate, Decay, Merge, Settle, Verify

_ALL: Final = (
    Remember, Together, Chat, Import, Retry, Tiers, Correct, Forget, Restore, Undo, Erase, Revise, Pin, Silence, Retire,
    Recall, Look, Anchor, Verify, Consolidate, Decay, Merge, Settle, Backup,
)  # fmt: skip
WORKLOADS: Final[Mapping[str, Workload]] = {made.name: made() for made in _ALL}

__all__ = ["WORKLOADS"]
