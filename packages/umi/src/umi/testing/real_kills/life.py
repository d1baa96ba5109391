"""One process that is to be killed, as the process that looks on sees it."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from socket import socketpair
from typing import TYPE_CHECKING, Any, Final

from umi.testing.real_kills.child import live
from umi.testing.real_kills.telling import Answer, Begun, Ended, Question, Stage
from umi.testing.simulation.ledger import State

if TYPE_CHECKING:
    from pathlib import Path

    from umi.domain.scope import Scope
    from umi.testing.real_kills.telling import Birth
    from umi.testing.simulation.ledger import Ledger

_PROGRAM: Final = "umi.testing.real_kills.child"
_KILLED_SECONDS_MAX: Final = 60.0


class Life:
    """A process from its start to its end. What it tells of its store is written into the ledger as it comes.

    `opens` is set when it begins to open the store, `runs` when it has, and `is_over` when it has ended.
    """

    def __init__(self, birth: Birth, ledger: Ledger, folder: Path) -> None:
        self.name = birth.name
        self.opens, self.runs, self.is_over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ledger = ledger
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._begins: list[tuple[int, asyncio.Event]] = []
        self._begun = 0
        self._errors = folder / f"{birth.name}.err"
        self._calls, calls = _pipe()
        self._notes, notes = _pipe()
        self._process = _started(calls, notes, self._errors)
        self._calls.send(birth)
        self._listen(self._calls, self._heard)
        self._listen(self._notes, self._noted)

    async def ask(self, scope: Scope, actor: str, method: str, given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """Call a method of its memory. Nobody ever answers for a process that is killed."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        question = Question(number=number, scope=scope, actor=actor, method=method, given=given, named=named)
        with suppress(OSError):
            self._calls.send(question)
        return await self._waiting[number]

    def after_begins(self, more: int) -> asyncio.Event:
        """Return what is set when it has begun so many more changes of the store."""
        told = asyncio.Event()
        self._begins.append((self._begun + more, told))
        return told

    @property
    def is_writing(self) -> bool:
        """Whether a change is under way in it."""
        return any(call.process == self.name and call.state is State.OPEN for call in self._ledger.calls)

    def kill(self) -> None:
        """Kill it, and take in what it had told before."""
        self._process.kill()
        self._process.join(_KILLED_SECONDS_MAX)
        for pipe, hear in ((self._notes, self._noted), (self._calls, self._heard)):
            _take(pipe, hear)
            self._leave(pipe)
        self._ledger.unanswered(self.name)
        self.is_over.set()

    @property
    def complaint(self) -> str:
        """What it wrote to its standard error."""
        return self._errors.read_text(encoding="utf-8", errors="replace") if self._errors.exists() else ""

    def _listen(self, pipe: Connection, hear: Callable[[Any], None]) -> None:
        def readable() -> None:
            if not _take(pipe, hear):
                self._leave(pipe)
                self.is_over.set()

        asyncio.get_running_loop().add_reader(pipe.fileno(), readable)

    def _leave(self, pipe: Connection) -> None:
        if not pipe.closed:
            asyncio.get_running_loop().remove_reader(pipe.fileno())
            pipe.close()

    def _heard(self, told: Stage | Answer) -> None:
        match told:
            case Stage(is_open=False):
                self.opens.set()
            case Stage():
                self.runs.set()
            case Answer():
                self._answer(self._waiting.pop(told.number), told)

    def _answer(self, future: asyncio.Future[Any], told: Answer) -> None:
        if future.done():
            return  # nobody waits any more
        if told.error is None:
            future.set_result(told.value)
        else:
            future.set_exception(told.error)

    def _noted(self, told: Begun | Ended) -> None:
        if isinstance(told, Begun):
            call = self._ledger.begin(self.name, told.asked)
            self._begun += 1
            with suppress(OSError):
                self._notes.send((call.number, call.tag))
            for number, event in self._begins:
                if number <= self._begun:
                    event.set()
            return
        call = self._ledger.calls[told.number - 1]
        if told.state is State.ACKNOWLEDGED:
            self._ledger.answered(call, told.answer)
        else:
            self._ledger.failed(call, told.state)


def _pipe() -> tuple[Connection, Connection]:
    here, there = socketpair()
    return Connection(here.detach()), Connection(there.detach())


def _started(calls: Connection, notes: Connection, errors: Path) -> BaseProcess:
    """Start a process as a fork of one that has loaded the program and done nothing else: a new start takes seconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PROGRAM])
    process = context.Process(target=live, args=(calls, notes, errors), daemon=True)
    process.start()
    calls.close()
    notes.close()
    return process


def _take(pipe: Connection, hear: Callable[[Any], None]) -> bool:
    """Take in all that was told; False if nothing can come any more. A message that was cut short was not told."""
    try:
        while pipe.poll():
            hear(pipe.recv())
    except (EOFError, OSError):
        return False
    return True
