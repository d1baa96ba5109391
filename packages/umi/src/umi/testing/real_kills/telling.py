"""What is told between the process that looks on and one that is to be killed, through two pipes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from umi.config import MemoryConfig
from umi.domain.change import Applied, Batch
from umi.domain.erasure import Erase, Erasure
from umi.domain.scope import Scope
from umi.errors import MemoryError as UmiError
from umi.testing.simulation.ledger import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What a process begins with. Its clock is ahead of the machine's; `canary` names what is broken in it."""

    name: str
    path: Path
    seed: int
    config: MemoryConfig
    has_llm: bool
    ahead: timedelta
    canary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far a process has come: it opens the store, or has opened it."""

    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A method of a memory that is to be called."""

    number: int
    scope: Scope
    actor: str
    method: str
    given: Sequence[Any]
    named: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a method returned, or the error of Umi's that it raised."""

    number: int
    value: Any = None
    error: UmiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A change that the store is asked for. It waits until the call's number and tag have come back."""

    asked: Batch | Erase


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a call: its answer, or what is known without one."""

    number: int
    state: State
    answer: Sequence[Applied] | Erasure = ()
