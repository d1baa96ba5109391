"""A simulated network between named nodes: latency, jitter, loss, partitions, and messages under way."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Self

from umi.dst.clock import SimClock
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.links import Links
from umi.dst.loop import is_simulated
from umi.dst.rng import DeterministicRng
from umi.dst.striking import LATENCY_MS, Delays
from umi.errors import Invalid, LimitExceeded, NetworkError
from umi.limits import DST_LATENCY_MS_MAX, DST_PENDING_COUNT_MAX

_LATENCY_MS_DEFAULT: Final = 1
_JITTER_MS_DEFAULT: Final = 5
_TIMEOUT_MS: Final = 30_000
_LOOKUP_MS: Final = 5_000
_CUT_MS: Final = (1, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMessage:
    """Bytes under way from one node to another, and when they arrive, in milliseconds after 1970."""

    source: str
    target: str
    payload: bytes
    deliver_at_ms: int


@dataclass(frozen=True, slots=True, order=True)
class _Pending:
    deliver_at_ms: int
    place: int
    message: NetworkMessage = field(compare=False)


class SimNetwork:
    """Carries messages. They arrive when the simulated clock has reached their time, the earliest first.

    Jitter may bring a later message before an earlier one, as a network without connections does. A node asks for what
    has arrived with `receive`; inside a SimLoop it may `attach` what is to be called instead.
    """

    def __init__(self, clock: SimClock, rng: DeterministicRng, faults: FaultInjector) -> None:
        self._clock = clock
        self._rng = rng
        self._strange = rng.fork("strange")
        self._faults = faults
        self._delays = Delays(clock, rng.fork("delays"))
        self._latency_ms, self._jitter_ms = _LATENCY_MS_DEFAULT, _JITTER_MS_DEFAULT
        self._order = count()
        self._pending: dict[str, list[_Pending]] = {}
        self._attached: dict[str, Callable[[NetworkMessage], None]] = {}
        self._links = Links(clock)

    def with_latency(self, base_ms: int, jitter_ms: int = 0) -> Self:
        """Let each message take `base_ms`, and up to `jitter_ms` more; return this network.

        Raises:
            Invalid: one is negative, or they are more than DST_LATENCY_MS_MAX together.

        """
        if base_ms < 0 or jitter_ms < 0 or base_ms + jitter_ms > DST_LATENCY_MS_MAX:
            raise Invalid(f"Latency and jitter are 0 to {DST_LATENCY_MS_MAX} ms together (DST_LATENCY_MS_MAX).")
        self._latency_ms, self._jitter_ms = base_ms, jitter_ms
        return self

    async def send(self, source: str, target: str, payload: bytes) -> bool:
        """Send bytes; return whether they are under way. Where they are lost, the sender is not told.

        Raises:
            NetworkError: the sender was told that it failed; see `fault_types` for what arrived all the same.
            LimitExceeded: too many messages are under way to that node (DST_PENDING_COUNT_MAX).

        """
        fault = self._faults.should_inject(f"{Site.NETWORK_SEND}:{source}>{target}")
        if fault is None:
            return self.carry(source, target, payload)
        if fault in _TOLD:
            await self._fail(fault, source, target, payload)
        return self._harm(fault, source, target, payload)

    def carry(self, source: str, target: str, payload: bytes, *, later_ms: int = 0) -> bool:
        """Do as `send`, with no other fault than a partition; `later_ms` is added to how long it takes.

        Raises:
            LimitExceeded: too many messages are under way to that node (DST_PENDING_COUNT_MAX).

        """
        if self.is_cut(source, target):
            return False
        waiting = self._pending.setdefault(target, [])
        if len(waiting) >= DST_PENDING_COUNT_MAX:
            raise LimitExceeded(f"{len(waiting)} messages wait for {target!r}; that is DST_PENDING_COUNT_MAX.")
        at = self._clock.now_ms() + self._latency_ms + self._rng.next_int(0, self._jitter_ms) + later_ms
        message = NetworkMessage(source=source, target=target, payload=bytes(payload), deliver_at_ms=at)
        heapq.heappush(waiting, _Pending(at, next(self._order), message))
        if target in self._attached:
            self._call_at(target, at)
        return True

    async def receive(self, node: str) -> list[NetworkMessage]:
        """Return the messages that have arrived at a node since it last asked, in the order of their arrival."""
        return self._arrived(node)

    def attach(self, node: str, take: Callable[[NetworkMessage], None]) -> None:
        """Call this with each message that arrives at a node, when it does. Only inside a SimLoop, which moves time on.

        Raises:
            Invalid: something else is attached to the node.

        """
        if node in self._attached:
            raise Invalid(f"Something is attached to the node {node!r} already. Nodes have names of their own.")
        self._attached[node] = take
        for pending in self._pending.get(node, ()):
            self._call_at(node, pending.deliver_at_ms)

    def detach(self, node: str) -> None:
        """Call nothing any more; what arrives waits to be received."""
        self._attached.pop(node, None)

    def is_attached(self, node: str) -> bool:
        """Whether somebody takes what arrives at a node."""
        return node in self._attached

    def partition(self, one: str, other: str) -> None:
        """Cut the two nodes off from each other; what is under way already still arrives.

        Raises:
            Invalid: they are the same node.

        """
        self._links.cut(one, other)
        self._links.cut(other, one)

    def partition_one_way(self, source: str, target: str) -> None:
        """Lose what `source` sends to `target`; the other direction still works.

        Raises:
            Invalid: they are the same node.

        """
        self._links.cut(source, target)

    def heal(self, one: str, other: str) -> None:
        """Let the two reach each other again."""
        self._links.mend(one, other)
        self._links.mend(other, one)

    def heal_all(self) -> None:
        """Let all nodes reach each other again."""
        self._links.mend_all()

    def is_partitioned(self, one: str, other: str) -> bool:
        """Whether the two are cut off from each other."""
        return self.is_cut(one, other) and self.is_cut(other, one)

    def is_cut(self, source: str, target: str) -> bool:
        """Whether what `source` sends to `target` is lost."""
        return self._links.is_cut(source, target)

    def pending_count(self, node: str) -> int:
        """How many messages are under way to a node, or wait there to be received."""
        return len(self._pending.get(node, ()))

    def total_pending(self) -> int:
        """How many messages are under way to any node, or wait there."""
        return sum(map(len, self._pending.values()))

    def clear(self) -> None:
        """Lose everything that is under way."""
        self._pending.clear()

    def _arrived(self, node: str) -> list[NetworkMessage]:
        waiting = self._pending.get(node, [])
        arrived: list[NetworkMessage] = []
        while waiting and waiting[0].deliver_at_ms <= self._clock.now_ms():
            arrived.append(heapq.heappop(waiting).message)
        return arrived

    def _call_at(self, node: str, at_ms: int) -> None:
        # In a context of its own: what is under way arrives also when the process that sent it is killed.
        asyncio.get_running_loop().call_at(at_ms / 1_000, self._deliver, node, context=Context())

    def _deliver(self, node: str) -> None:
        if node in self._attached:
            for message in self._arrived(node):
                self._attached[node](message)

    def _harm(self, fault: FaultType, source: str, target: str, payload: bytes) -> bool:
        """Do what a fault does that the sender is not told of."""
        match fault:
            case FaultType.NETWORK_LATENCY:
                return self.carry(source, target, payload, later_ms=self._strange.next_int(*LATENCY_MS))
            case FaultType.NETWORK_REORDERING:
                return self.carry(source, target, payload, later_ms=2 * (self._latency_ms + self._jitter_ms) + 1)
            case FaultType.NETWORK_DUPLICATION:
                is_carried = self.carry(source, target, payload)
                return self.carry(source, target, payload) and is_carried
            case FaultType.NETWORK_PARTITION:
                milliseconds = self._strange.next_int(*_CUT_MS)
                self._links.cut(source, target, milliseconds=milliseconds)
                self._links.cut(target, source, milliseconds=milliseconds)
            case FaultType.NETWORK_ONE_WAY_PARTITION:
                self._links.cut(source, target, milliseconds=self._strange.next_int(*_CUT_MS))
            case _:
                assert fault is FaultType.NETWORK_LOSS, fault
        return False

    async def _fail(self, fault: FaultType, source: str, target: str, payload: bytes) -> None:
        """Do what a fault does that the sender is told of, and tell."""
        match fault:
            case FaultType.NETWORK_TIMEOUT:
                if self._rng.next_bool():  # it was the answer that was lost
                    self.carry(source, target, payload)
                await self._pass_time(_TIMEOUT_MS)
            case FaultType.NETWORK_DNS_FAIL:
                await self._pass_time(_LOOKUP_MS)
            case FaultType.NETWORK_PARTIAL_WRITE:
                self.carry(source, target, payload[: self._rng.next_int(0, max(0, len(payload) - 1))])
            case FaultType.NETWORK_RESET:
                self._lose_between(source, target)
            case _:
                assert fault is FaultType.NETWORK_CONNECTION_REFUSED, fault
        raise NetworkError(f"Sending from {source} to {target} failed (injected: {fault}).", fault=fault)

    async def _pass_time(self, milliseconds: int) -> None:
        """Let the sender wait: in a SimLoop others go on meanwhile, elsewhere nobody else would move the clock."""
        if is_simulated():
            await self._clock.sleep_ms(milliseconds)
        else:
            self._delays.take(milliseconds)

    def _lose_between(self, one: str, other: str) -> None:
        for node, waiting in self._pending.items():
            now_ms = self._clock.now_ms()
            kept = [
                pending
                for pending in waiting
                if pending.deliver_at_ms <= now_ms or {pending.message.source, node} != {one, other}
            ]
            heapq.heapify(kept)
            self._pending[node] = kept


_TOLD: Final = frozenset(
    {
        FaultType.NETWORK_TIMEOUT,
        FaultType.NETWORK_DNS_FAIL,
        FaultType.NETWORK_PARTIAL_WRITE,
        FaultType.NETWORK_RESET,
        FaultType.NETWORK_CONNECTION_REFUSED,
    }
)
