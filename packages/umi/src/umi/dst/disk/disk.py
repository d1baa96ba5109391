"""A disk that loses what was not synchronised when the power fails, and fails as it is told to."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, Self

import apsw

from umi.domain.text import shown
from umi.dst.clock import SimClock
from umi.dst.disk.losses import Loss
from umi.dst.disk.machine import Machine
from umi.dst.disk.striking import DiskStriker
from umi.dst.disk.vfs import DiskVfs
from umi.dst.disk.volume import Volume
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.errors import Invalid

_NUMBERS: Final = count(1)  # a name of SQLite's must be its own in the process; no run depends on it
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only a private folder is made in there
_MAIN: Final = "main"


def _none(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskStats:
    """What a SimDisk was asked, and what power losses did to it.

    `losses` counts the files that had changes which were not safe, by what became of these (see `Loss`); `names_lost`
    and `names_returned` count files that were gone, or there again; `spoiled` counts derived files.
    """

    opens: int = 0
    reads: int = 0
    writes: int = 0
    syncs: int = 0
    deletes: int = 0
    power_losses: int = 0
    names_lost: int = 0
    names_returned: int = 0
    spoiled: int = 0
    losses: dict[str, int]


class SimDisk:
    """A folder on which SQLite stores lie, and the name under which SQLite opens files in it: `folder` and `vfs`.

    with SimDisk(rng.fork("disk"), faults, clock=clock) as disk:
        store = SqliteStorageBackend(disk.folder / "memory.db", vfs=disk.vfs)

    Only what SQLite itself does is simulated. What programs write by other means is as safe as it is on the machine the
    simulation runs on; of files whose name `is_derived` takes for one that can be done without, a power loss may leave
    anything.

    Every program that is to die by itself opens its files through a mount of its own. Use one from one thread, or as
    many threads as you like if nobody counts on the same seed doing the same.
    """

    def __init__(
        self,
        rng: DeterministicRng,
        faults: FaultInjector,
        *,
        clock: SimClock,
        is_derived: Callable[[str], bool] = _none,
    ) -> None:
        self._rng = rng
        self._clock = clock
        self._striker = DiskStriker(faults, clock, rng.fork("faults"))
        self._is_derived = is_derived
        self._number = next(_NUMBERS)
        self._mounts: dict[str, DiskVfs] = {}
        self._opened: Machine | None = None

    def open(self) -> Self:
        """Make the folder, and let SQLite know of it.

        Raises:
            Invalid: it was opened before.

        """
        if self._opened is not None:
            raise Invalid("A simulated disk is opened once.")
        place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
        folder = Path(tempfile.mkdtemp(prefix="umi-disk-", dir=place)).resolve()
        self._opened = Machine(self._rng, Volume(folder, self._is_derived), self._striker, self._clock)
        self.restart()
        self.mount(_MAIN)
        return self

    @property
    def folder(self) -> Path:
        """Where the stores lie: a private folder of real files."""
        return self._machine.volume.folder

    @property
    def vfs(self) -> str:
        """The name under which SQLite knows this disk."""
        return self._name(_MAIN)

    def mount(self, name: str) -> str:
        """Return another name under which SQLite knows this disk: for a program that can be killed by itself."""
        if name not in self._mounts:
            self._mounts[name] = DiskVfs(self._name(name), self._machine, name)
        return self._name(name)

    def kill(self, name: str = _MAIN) -> None:
        """End the program of a mount at once: what it has open is dead, and what is opened then is another program's.

        What it wrote is there, synchronised or not. Its connections may be closed whenever, or be left to be collected;
        a transaction that one of them is in keeps others from writing until then.

        Raises:
            Invalid: there is no such mount.

        """
        if name not in self._mounts:
            raise Invalid(f"There is no mount {shown(name)}.")
        self._machine.run(name)

    def lose_power(self) -> None:
        """Lose the power at once: every program is dead, and what was not synchronised may be lost (see `Loss`).

        The folder holds what is left. Nothing can be opened until `restart`; what was open can be closed at any time.
        """
        self._machine.lose_power()

    def lose_power_after(self, changes: int) -> None:
        """Lose the power after so many more changes (writes, cuts, synchronisations, deletions): in the midst of one.

        Raises:
            Invalid: a negative number.

        """
        if changes < 0:
            raise Invalid(f"The power fails after some changes or none, not after {changes}.")
        self._machine.changes_left = changes

    def restart(self) -> None:
        """Bring the power back: files can be opened again, and are what survived."""
        _seed_sqlite(self._machine.start().fork("sqlite"))

    @property
    def is_on(self) -> bool:
        """Whether there is power."""
        return self._machine.is_on

    @property
    def stats(self) -> DiskStats:
        """What happened so far."""
        counts = self._machine.counts + self._machine.volume.counts
        losses = {loss.value: counts.pop(loss.value, 0) for loss in Loss}
        return DiskStats(losses=losses, **counts)

    def digest(self) -> str:
        """Return a hash of all files and their names: equal for two runs of the same seed."""
        state = hashlib.sha256()
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and not file.name.endswith("-shm"):
                data = file.read_bytes()
                state.update(f"{file.relative_to(self.folder).as_posix()}\0{len(data)}\0".encode() + data)
        return state.hexdigest()

    def close(self) -> None:
        """Take the folder and the names away. What is open is dead, and can still be closed."""
        if not self._mounts:
            return
        self._machine.stop()
        while self._mounts:
            self._mounts.popitem()[1].unregister()
        shutil.rmtree(self.folder, ignore_errors=True)
        apsw.randomness(0)  # from here on SQLite's own chance is true chance again

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _machine(self) -> Machine:
        if self._opened is None:
            raise Invalid("The simulated disk was not opened.")
        return self._opened

    def _name(self, mount: str) -> str:
        return f"umi-disk-{self._number}-{mount}"


class _Seeding(apsw.VFS):
    """Where SQLite takes the seed of its own chance from, such as for the salt of a log."""

    def __init__(self, rng: DeterministicRng) -> None:
        self._rng = rng
        super().__init__("umi-seeding", "", makedefault=True)

    def xRandomness(self, numbytes: int) -> bytes:  # noqa: N802 - SQLite's
        return self._rng.bytes(numbytes)


def _seed_sqlite(rng: DeterministicRng) -> None:
    _draw_anew()  # else the machine's VFS, asked for the first time in this process, throws the seed away
    vfs = _Seeding(rng)
    try:
        _draw_anew()
    finally:
        vfs.unregister()


def _draw_anew() -> None:
    """Let SQLite take a new seed from the VFS that is the default now."""
    apsw.randomness(0)
    apsw.randomness(1)
