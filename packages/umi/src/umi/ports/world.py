"""The small ports, and the bundle of all ports that an engine is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from umi.ports.embedder import Embedder
from umi.ports.llm import LLM
from umi.ports.reranker import Reranker
from umi.ports.slot_reader import SlotReader
from umi.ports.store import Store
from umi.ports.tracer import NO_TRACING, Tracer

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class Entropy(Protocol):
    """Gives randomness."""

    def bytes(self, count: int) -> bytes: ...


class Portal(Protocol):
    """Lets blocking code wait for a coroutine. `close` ends it; a portal that was never used costs nothing."""

    def run(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T: ...
    def close(self) -> None: ...


class Lane(Protocol):
    """Runs blocking work one piece after another: on a thread in production, inline under simulation."""

    def run(self, work: Callable[[], T]) -> Awaitable[T]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything an engine touches outside itself. Simulation is another World, not another engine.

    `lane` runs what would block the event loop and belongs to no other part, such as reading a file.
    `slot_reader` knows the embedder's vectors; where there is none, only the rules read facts. `llm` and `reranker` are
    None where the user brings none: nothing needs them. `tracer` is told how long things took, by default nobody is.
    """

    store: Store
    embedder: Embedder
    clock: Clock
    entropy: Entropy
    lane: Lane
    portal: Portal
    slot_reader: SlotReader | None = None
    llm: LLM | None = None
    reranker: Reranker | None = None
    tracer: Tracer = NO_TRACING
