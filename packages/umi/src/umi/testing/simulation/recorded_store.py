"""A store behind faults whose every change is written into the ledger, with what was answered."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from umi.domain.change import Applied, Batch
from umi.domain.erasure import Erase, Erasure
from umi.dst.clock import SimClock
from umi.dst.faults import FaultInjector
from umi.dst.faulty_store import FaultyStore
from umi.dst.rng import DeterministicRng
from umi.ports.store import Store
from umi.testing.simulation.ledger import Call, Notes, state_after

A = TypeVar("A", Sequence[Applied], Erasure)


class RecordedStore(FaultyStore):
    """The Store port. Each change bears an actor of its own, by which the log tells it from all others."""

    def __init__(
        self,
        inner: Store,
        clock: SimClock,
        rng: DeterministicRng,
        faults: FaultInjector,
        *,
        ledger: Notes,
        process: str,
    ) -> None:
        super().__init__(inner, clock, rng, faults)
        self._ledger = ledger
        self._process = process

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        call = self._ledger.begin(self._process, batch)
        return await self._told(call, super().apply(replace(batch, actor=call.tag)))

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        call = self._ledger.begin(self._process, request)
        return await self._told(call, super().erase(replace(request, actor=call.tag), check=check))

    async def _told(self, call: Call, answering: Awaitable[A]) -> A:
        """Note what becomes of a call: its answer, or how it failed."""
        try:
            answer = await answering
        except BaseException as error:
            self._ledger.failed(call, state_after(error))
            raise
        self._ledger.answered(call, answer)
        return answer
