"""The clock of a tier that is used by itself; one over a Memory is given that memory's."""

from __future__ import annotations

from datetime import datetime

from umi.domain.time import present


class MachineClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return present()
