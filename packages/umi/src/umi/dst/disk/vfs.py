"""The simulated disk as SQLite sees it: a VFS over the machine's own, which does the locks and the shared memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import apsw

from umi.dst.disk.striking import coded, error_of
from umi.dst.fault_types import FaultType

if TYPE_CHECKING:
    from umi.dst.disk.content import Content
    from umi.dst.disk.machine import Machine
    from umi.dst.disk.program import Program

BASE: Final = "unix"
_KINDS: Final = {
    apsw.SQLITE_OPEN_MAIN_DB: "main",
    apsw.SQLITE_OPEN_MAIN_JOURNAL: "journal",
    apsw.SQLITE_OPEN_WAL: "wal",
}
_SECTOR_BYTES: Final = 4_096  # what SQLite takes for a sector's size on any disk; torn writes break at smaller ones
_JULIAN_MS_OF_1970: Final = 210_866_760_000_000


class DiskVfs(apsw.VFS):
    """Opens files for the program that runs at a mount."""

    def __init__(self, name: str, machine: Machine, mount: str) -> None:
        self._machine = machine
        self._mount = mount
        machine.run(mount)
        super().__init__(name, BASE)

    @property
    def program(self) -> Program:
        return self._machine.programs[self._mount]

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        machine, program = self._machine, self.program
        with machine.turn:
            _check_alive(program, apsw.CantOpenError, apsw.SQLITE_CANTOPEN)
            kind = next((kind for flag, kind in _KINDS.items() if flags[0] & flag), None)
            if name is None or kind is None:
                return PassingFile(BASE, name, flags)
            path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
            if not path.is_relative_to(machine.volume.folder):
                return apsw.VFSFile(BASE, name, flags)  # on another disk, which is not simulated
            machine.counts["opens"] += 1
            if not program.is_silent:
                machine.striker.open(kind)
            machine.volume.look(path)
            return DiskFile(machine, program, kind=kind, path=path, opening=(name, flags))

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's
        machine, program, path = self._machine, self.program, Path(filename)
        with machine.turn:
            if program.is_alive:
                machine.change()
            if not program.is_alive and program.is_silent:
                return
            _check_alive(program, apsw.IOError, apsw.SQLITE_IOERR_DELETE)
            machine.counts["deletes"] += 1
            super().xDelete(filename, False)
            machine.volume.remove(path)
            if syncdir:
                machine.volume.sync_names(path.parent)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802 - SQLite's
        _check_alive(self.program, apsw.IOError, apsw.SQLITE_IOERR_ACCESS)
        return super().xAccess(pathname, flags)

    def xSleep(self, microseconds: int) -> int:  # noqa: N802 - SQLite's
        self._machine.striker.wait(microseconds)
        return microseconds

    def xCurrentTimeInt64(self) -> int:  # noqa: N802 - SQLite's
        return _JULIAN_MS_OF_1970 + self._machine.clock.now_ms()


class PassingFile(apsw.VFSFile):
    """A file that nobody looks for after a power loss, such as one that a sort spills to."""

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's
        """Do nothing: the file is gone when it is closed."""


class DiskFile(apsw.VFSFile):
    """One open file of a program: every change is made to the real file, and noted as not yet safe."""

    def __init__(
        self,
        machine: Machine,
        program: Program,
        *,
        kind: str,
        path: Path,
        opening: tuple[str | apsw.URIFilename, list[int]],
    ) -> None:
        name, flags = opening
        super().__init__(BASE, name, flags)
        self._machine = machine
        self._program = program
        self._kind = kind
        self._path = path
        self._content: Content = machine.volume.content(path)
        # What SQLite's own VFS does: the first synchronisation of a log or journal makes its name safe as well.
        self._owes_names = kind != "main" and bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        self._is_closing = False
        program.journals[path] += kind == "wal"
        program.files.append(self)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's
        program, machine = self._program, self._machine
        if program.is_silent:
            return super().xRead(amount, offset)
        _check_alive(program, apsw.IOError, apsw.SQLITE_IOERR_READ)
        with machine.turn:
            machine.counts["reads"] += 1
            return machine.striker.read(self._kind, super().xRead(amount, offset))

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - SQLite's
        with self._machine.turn:
            if not self._may_change(apsw.SQLITE_IOERR_WRITE):
                return
            size, error = len(data), None
            if not self._program.is_silent:
                size, error = self._machine.striker.write(self._kind, size)
            if size:
                self._machine.counts["writes"] += 1
                part = bytes(data[:size])
                super().xWrite(part, offset)  # pyright: ignore[reportUnknownMemberType]
                self._content.write(offset, part)
            if error is not None:
                raise error

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's
        with self._machine.turn:
            if not self._may_change(apsw.SQLITE_IOERR_TRUNCATE):
                return
            self._machine.counts["writes"] += 1
            super().xTruncate(newsize)
            self._content.cut(newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - SQLite's
        with self._machine.turn:
            if not self._may_change(apsw.SQLITE_IOERR_FSYNC):
                return
            machine = self._machine
            machine.counts["syncs"] += 1
            fault = None if self._program.is_silent else machine.striker.sync(self._kind)
            if fault is FaultType.DISK_SYNC_LOST:
                return
            if fault is not None:
                self._content.fail_to_sync(machine.striker.syncs)
                raise error_of(fault, self._kind)
            self._content.sync()
            if self._owes_names:
                machine.volume.sync_names(self._path.parent)
                self._owes_names = False

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's
        if not self._program.is_silent:
            _check_alive(self._program, apsw.IOError, apsw.SQLITE_IOERR_FSTAT)
        return super().xFileSize()

    def xLock(self, level: int) -> None:  # noqa: N802 - SQLite's
        if level == apsw.SQLITE_LOCK_EXCLUSIVE and self._program.journals[_journal(self._path)]:
            self._begin_closing(level)
            return
        _check_alive(self._program, apsw.IOError, apsw.SQLITE_IOERR_LOCK)
        super().xLock(level)

    def xUnlock(self, level: int) -> None:  # noqa: N802 - SQLite's
        super().xUnlock(level)
        self._end_closing()

    def xClose(self) -> None:  # noqa: N802 - SQLite's
        self._end_closing()
        self._program.journals[self._path] -= self._kind == "wal"
        self._program.files.remove(self)
        super().xClose()

    def release(self) -> None:
        """Give back the lock, as the system does for who is dead."""
        super().xUnlock(apsw.SQLITE_LOCK_NONE)

    def xSectorSize(self) -> int:  # noqa: N802 - SQLite's
        return _SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 - SQLite's
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def _may_change(self, code: int) -> bool:
        """Count a change; return whether to make it, or raise that the process has died."""
        if self._program.is_alive:
            self._machine.change()
        if not self._program.is_silent:
            _check_alive(self._program, apsw.IOError, code)
        return self._program.is_alive

    def _begin_closing(self, level: int) -> None:
        """Lock a file whose log is in use: SQLite asks for that when it closes, and may be refused without harm."""
        try:
            _check_alive(self._program, apsw.IOError, apsw.SQLITE_IOERR_LOCK)
            super().xLock(level)
        except apsw.IOError as error:  # also a connection that may not write
            raise coded(apsw.BusyError(str(error)), apsw.SQLITE_BUSY) from error
        self._is_closing = True
        self._program.closing += 1

    def _end_closing(self) -> None:
        self._program.closing -= self._is_closing
        self._is_closing = False


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _check_alive(program: Program, kind: Callable[[str], apsw.Error], code: int) -> None:
    if not program.is_alive:
        raise coded(kind("its program is dead, or its machine without power"), code)
