"""The promises that a run is held to, each a small class; `CHECKERS` holds all of them."""

from __future__ import annotations

from typing import Final

from umi.testing.simulation.aftermath import Checker
from umi.testing.simulation.checkers.answers import AcknowledgedFound, NearestFound, NoneReturns, TenantsApart
from umi.testing.simulation.checkers.copies import CopiesWhole
from umi.testing.simulation.checkers.doors import KeptOnce, ToldIsKept
from umi.testing.simulation.checkers.erasure import ErasedIsGone
from umi.testing.simulation.checkers.indexes import IndexesWhole, VectorsHaveRows
from umi.testing.simulation.checkers.jobs import JobsDone
from umi.testing.simulation.checkers.log import AcknowledgedKept, ChainValid, LogWithoutGaps, NoDuplicates
from umi.testing.simulation.checkers.schema import SchemaWhole
from umi.testing.simulation.checkers.state import AsOf, NoSilentContradiction, Present
from umi.testing.simulation.checkers.tiers import TiersWithinBudget

CHECKERS: Final[tuple[Checker, ...]] = (
    LogWithoutGaps(), AcknowledgedKept(), NoDuplicates(), Present(), AsOf(), NoSilentContradiction(), ChainValid(),
    SchemaWhole(), IndexesWhole(), VectorsHaveRows(), NearestFound(), ErasedIsGone(), CopiesWhole(), JobsDone(),
    TiersWithinBudget(), ToldIsKept(), KeptOnce(),
    # Asking may wake what was silenced: what stands is looked at before.
    AcknowledgedFound(), NoneReturns(), TenantsApart(),
)  # fmt: skip

__all__ = ["CHECKERS"]
