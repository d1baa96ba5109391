"""Broken variants of Umi, each of which a simulation has to catch: what it does not catch, it cannot be trusted with.

    for canary in CANARIES:
        with canary.broken():
            assert any(not simulate(seed).is_kept for seed in range(100))

They patch this process alone and only inside the block. Nothing else is to run meanwhile.
"""

from __future__ import annotations

from typing import Final

from umi.testing.simulation.canaries.breaking import Canary
from umi.testing.simulation.canaries.changes import CHANGES
from umi.testing.simulation.canaries.commits import COMMITS
from umi.testing.simulation.canaries.doors import DOORS
from umi.testing.simulation.canaries.erasures import ERASURES
from umi.testing.simulation.canaries.questions import QUESTIONS
from umi.testing.simulation.canaries.upgrades import UPGRADES

CANARIES: Final[tuple[Canary, ...]] = (*COMMITS, *CHANGES, *QUESTIONS, *ERASURES, *DOORS, *UPGRADES)

__all__ = ["CANARIES", "Canary"]
