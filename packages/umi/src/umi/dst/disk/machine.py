"""The simulated machine that a disk belongs to: its power, and the programs that run on it."""

from __future__ import annotations

import threading
from collections import Counter

from umi.dst.clock import SimClock
from umi.dst.disk.losses import Loss
from umi.dst.disk.program import Program
from umi.dst.disk.striking import DiskStriker
from umi.dst.disk.volume import Volume
from umi.dst.rng import DeterministicRng


class Machine:
    """What all that stands on one disk shares. `programs` are those that run now, by the names of their mounts.

    `changes_left` tells after how many more changes to the disk the power fails; None is never.
    """

    def __init__(self, rng: DeterministicRng, volume: Volume, striker: DiskStriker, clock: SimClock) -> None:
        self.volume = volume
        self.striker = striker
        self.clock = clock
        self.turn = threading.RLock()
        self.counts: Counter[str] = Counter()
        self.programs: dict[str, Program] = {}
        self.changes_left: int | None = None
        self.is_on = False
        self._rng = rng
        self._boots = 0

    def start(self) -> DeterministicRng:
        """Bring the power, and run every program anew; return the stream of this boot."""
        with self.turn:
            self._boots += 1
            self.is_on = True
            self.programs = {mount: Program() for mount in self.programs}
            return self._boot()

    def stop(self) -> None:
        """Take the power away."""
        with self.turn:
            self.is_on = False
            self.changes_left = None
            for program in self.programs.values():
                program.die()

    def lose_power(self) -> None:
        """Take the power away, and with it what is not safe."""
        with self.turn:
            if not self.is_on:
                return
            self.stop()
            self.counts["power_losses"] += 1
            self.volume.lose(self._loss_of, self._boot().fork("left"))

    def run(self, mount: str) -> None:
        """Let a new program run at a mount, in the place of the one that did."""
        with self.turn:
            if mount in self.programs:
                self.programs[mount].die()
            self.programs[mount] = Program(is_alive=self.is_on)

    def change(self) -> None:
        """Count a change that is about to be made; the power may fail before it is."""
        if self.changes_left is None:
            return
        if self.changes_left == 0:
            self.lose_power()
        else:
            self.changes_left -= 1

    def _boot(self) -> DeterministicRng:
        return self._rng.fork(f"boot {self._boots}")

    def _loss_of(self, name: str) -> Loss:
        last = name.rpartition("-")[2]
        return self.striker.loss(last if last in ("wal", "journal") else "main", self._boot().fork("loss").fork(name))
