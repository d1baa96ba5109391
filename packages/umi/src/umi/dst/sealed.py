"""No way out of a simulated run: real time and chance are replaced; threads, sockets and real sleep are refused.

Our own parts take a Clock and an Entropy; `Leaks` tells who did not. What is replaced here is for others' code: a
library that draws a name, a user's agent that reads the time. `datetime.now` cannot be replaced: it stays real.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random  # noqa: TID251 - to put a seed in it
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from umi.dst.clock import SimClock
from umi.dst.refusing import refusal
from umi.dst.rng import DeterministicRng

T = TypeVar("T")

_PASSING_ON: Final = frozenset({"random", "secrets", "uuid", "tempfile", __name__})
_SIMULATION: Final = "umi.dst."
_LOGGING: Final = "logging"
_REFUSED: Final[tuple[tuple[Any, str, str], ...]] = (
    (time, "sleep", "time.sleep would stop all of the simulation. Await asyncio.sleep instead."),
    (threading.Thread, "start", "A thread runs when the machine lets it, not when the seed says. Use an InlineLane."),
    (socket.socket, "connect", "A simulated program has no sockets. Give it a SimTransport."),
    (socket.socket, "connect_ex", "A simulated program has no sockets. Give it a SimTransport."),
    (socket.socket, "bind", "A simulated program has no sockets. Serve it with a SimServer."),
)

_APART: Final[list[None]] = []  # one for each that keeps the collector from what was before; counting it takes long


class Leaks:
    """Who read the machine's time or chance during a run, and was given simulated ones: modules and functions."""

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def note(self, module: str, what: str) -> None:
        self._counts[f"{module}: {what}"] += 1

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each was read, as "module: function", in alphabetical order."""
        return dict(sorted(self._counts.items()))

    def of(self, *packages: str) -> list[str]:
        """Return those of these packages."""
        return [leak for leak in self.counts if leak.partition(":")[0].partition(".")[0] in packages]


@contextmanager
def sealed(loop: asyncio.AbstractEventLoop, clock: SimClock, rng: DeterministicRng, leaks: Leaks) -> Generator[None]:
    """Replace what a program could read of the real world, for code that runs in this loop. Other threads keep theirs.

    Memory is freed at the same steps in each run: the collector does not start by itself meanwhile.
    """
    entropy = rng.fork("os")
    with ExitStack() as stack:
        for owner, name, why in _REFUSED:
            _replace(stack, loop, owner, name, _refusing(loop, why))
        for name, read in _times(clock).items():
            _replace(stack, loop, time, name, _noting(leaks, f"time.{name}", read, getattr(time, name)))
        for owner, name in ((os, "urandom"), (random, "_urandom")):
            _replace(stack, loop, owner, name, _noting(leaks, "os.urandom", entropy.bytes, os.urandom))
        stack.callback(random.setstate, random.getstate())
        random.seed(rng.fork("random").next_u64())
        if gc.isenabled():
            stack.callback(gc.enable)
            gc.disable()
        stack.enter_context(set_apart())
        yield


@contextmanager
def set_apart() -> Generator[None]:
    """Keep the collector, inside, from what was there before: it looks at what came after only, which is soon done."""
    if not _APART:
        gc.freeze()
    _APART.append(None)
    try:
        yield
    finally:
        _APART.pop()
        if not _APART:  # what is around this keeps apart what was before it
            gc.unfreeze()


def close_files(folder: Path) -> None:
    """Close the files of a folder that were opened inside `set_apart` and are open still.

    A process that is killed closes nothing; its kernel does. Here it may be long until they are let go of: whoever
    keeps an error, such as the records of a log, keeps all that was on its way.
    """
    for one in gc.get_objects():
        if type(one) is FileIO and not one.closed and Path(str(one.name)).parent == folder:
            one.close()


def _times(clock: SimClock) -> dict[str, Callable[[], float]]:
    def nanoseconds() -> int:
        return round(clock.now_secs() * 1_000_000) * 1_000

    seconds = clock.now_secs
    return {
        "time": seconds,
        "monotonic": seconds,
        "perf_counter": seconds,
        "time_ns": nanoseconds,
        "monotonic_ns": nanoseconds,
        "perf_counter_ns": nanoseconds,
    }


def _replace(
    stack: ExitStack, loop: asyncio.AbstractEventLoop, owner: Any, name: str, simulated: Callable[..., Any]
) -> None:
    is_inherited = name not in vars(owner)
    real = getattr(owner, name)

    def either(*args: Any, **more: Any) -> Any:
        running = asyncio._get_running_loop()  # noqa: SLF001 - it is this thread's  # pyright: ignore[reportPrivateUsage]
        return (simulated if running is loop else real)(*args, **more)

    setattr(owner, name, either)
    if is_inherited:
        stack.callback(delattr, owner, name)
    else:
        stack.callback(setattr, owner, name, real)


def _refusing(loop: asyncio.AbstractEventLoop, why: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise refusal(loop, why)

    return refuse


def _noting(leaks: Leaks, what: str, read: Callable[..., T], real: Callable[..., T]) -> Callable[..., T]:
    def noted(*args: Any) -> T:
        module = _asking()
        if module.startswith(_SIMULATION):  # numpy draws a seed that is never used
            return real(*args)
        if module != _LOGGING:  # a record's time goes into the log only
            leaks.note(module, what)
        return read(*args)

    return noted


def _asking() -> str:
    """Return the module that asked, seen through those that only pass the question on."""
    frame = sys._getframe(1)  # noqa: SLF001 - as logging does  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None:
        module = str(frame.f_globals.get("__name__"))
        if module not in _PASSING_ON:
            return module
        frame = frame.f_back
    return "?"
