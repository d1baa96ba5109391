"""The program of a process that is to be killed: an engine that does what it is told through a pipe.

It ends when that is closed at the other end. What is no error of Umi's ends it, too, and is written into a file.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from multiprocessing.connection import Connection
from pathlib import Path

from umi.domain.change import Applied, Batch
from umi.domain.erasure import Erase, Erasure
from umi.errors import MemoryError as UmiError
from umi.testing.real_kills.canaries import BREAKABLE
from umi.testing.real_kills.clock import LeapingClock
from umi.testing.real_kills.engine import Engine
from umi.testing.real_kills.telling import Answer, Begun, Birth, Ended, Question, Stage
from umi.testing.simulation.ledger import Call, State


class ToldNotes:
    """The ledger at the other end of a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def begin(self, process: str, asked: Batch | Erase) -> Call:
        self._pipe.send(Begun(asked=asked))
        number, tag = self._pipe.recv()
        return Call(number=number, process=process, tag=tag, asked=asked, began=0)

    def answered(self, call: Call, answer: Sequence[Applied] | Erasure) -> None:
        self._pipe.send(Ended(number=call.number, state=State.ACKNOWLEDGED, answer=answer))

    def failed(self, call: Call, state: State) -> None:
        self._pipe.send(Ended(number=call.number, state=state))


class _Serving:
    """Answers questions, as many at once as are asked."""

    def __init__(self, calls: Connection, engine: Engine) -> None:
        self._calls = calls
        self._engine = engine

    async def run(self) -> None:
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:

            def readable() -> None:
                try:
                    while self._calls.poll():
                        group.create_task(self._answer(self._calls.recv()))
                except (EOFError, OSError):
                    over.set()

            loop = asyncio.get_running_loop()
            loop.add_reader(self._calls.fileno(), readable)
            await over.wait()
            loop.remove_reader(self._calls.fileno())

    async def _answer(self, question: Question) -> None:
        memory = self._engine.memory(question.scope, question.actor)
        try:
            value = await getattr(memory, question.method)(*question.given, **question.named)
        except UmiError as error:
            self._calls.send(Answer(number=question.number, error=error))
        else:
            self._calls.send(Answer(number=question.number, value=value))


async def _live(birth: Birth, calls: Connection, notes: Connection) -> None:
    calls.send(Stage(is_open=False))
    engine = Engine(birth, LeapingClock(birth.ahead), ToldNotes(notes))
    calls.send(Stage(is_open=True))
    await _Serving(calls, engine).run()
    await engine.close()


def live(calls: Connection, notes: Connection, errors: Path) -> None:
    """Live until nobody asks any more. What is written to the standard error goes into a file."""
    with errors.open("w", encoding="utf-8") as told:
        os.dup2(told.fileno(), sys.stderr.fileno())
    birth: Birth = calls.recv()
    with BREAKABLE[birth.canary].broken() if birth.canary else nullcontext():
        asyncio.run(_live(birth, calls, notes))
