"""An upgrade of the program in the middle of a run: the store is brought to a schema that the old one does not know.

What an operator does is what `docs/howto/deploy.md` asks for: every process ends, in order or not, and then the new
ones start. The schema's further steps are made up, and move whole tables, as a release may have to: so a migration
that is cut short anywhere would leave a store without its log, its texts or its vectors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from umi.dst.rng import DeterministicRng
from umi.errors import StorageError, StoreTooNewError
from umi.testing.simulation.violation import Violation
from umi.wiring.schemas import further_steps, present_schema

if TYPE_CHECKING:
    from umi.testing.simulation.machine import Machine

_CHANGES_MAX: Final = 24  # about as many as a migration of a small store makes
_LOOKED_EVERY_MS: Final = 20
_KILLED_SHARE: Final = 0.4
_CUT_SHORT_SHARE: Final = 0.7


@cache
def schema_of(release: int) -> Sequence[str]:
    """Return the steps that a release of the program knows: 0 is the present one, each later one knows one more."""
    return (*present_schema(), *_further()[:release])


@cache
def _further() -> Sequence[str]:
    return further_steps("umi.testing.simulation")


RELEASES_MAX: Final = 2  # as many as there are made-up steps


class Upgrade:
    """All processes end, a newer program is installed, and all start again; the power may fail meanwhile.

    An old program that is started then is refused, and writes nothing.
    """

    name = "upgrade"

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None:
        with machine.halted():
            for node in machine.nodes:
                await (machine.kill(node) if rng.next_bool(_KILLED_SHARE) else node.stop())
            machine.release += 1
            machine.trace.note("machine", "upgrade", f"to release {machine.release}")
            is_cut_short = rng.next_bool(_CUT_SHORT_SHARE)
            if is_cut_short:
                machine.disk.lose_power_after(rng.next_int(0, _CHANGES_MAX))
        await _all_up(machine)
        await self._refused(machine)
        if is_cut_short:  # else it would fail whenever so many changes are made
            await machine.lose_power()

    async def _refused(self, machine: Machine) -> None:
        before = _bytes(machine)
        try:
            old = machine.begin(f"old.{machine.release}", release=machine.release - 1)
        except StoreTooNewError:
            if _bytes(machine) != before:
                machine.broken(Violation("OldIsRefused", "a program that is too old has written to the store"))
        except StorageError as error:  # the disk fails, or has no power
            machine.trace.note("machine", "old program", type(error).__name__)
        else:
            old.kill()
            machine.broken(Violation("OldIsRefused", "a program that is too old has opened the store"))


async def _all_up(machine: Machine) -> None:
    """Wait until each node has started once, whatever becomes of the power."""
    starting = [asyncio.ensure_future(machine.up(node)) for node in machine.nodes]
    try:
        while not all(task.done() for task in starting):
            if not machine.disk.is_on:
                await machine.lose_power()
            await machine.clock.sleep_ms(_LOOKED_EVERY_MS)
        for task in starting:
            await task
    finally:
        for task in starting:
            task.cancel()


def _bytes(machine: Machine) -> Sequence[bytes]:
    files = (machine.path, machine.path.with_name(f"{machine.path.name}-wal"))
    return [file.read_bytes() for file in files if file.is_file()]
