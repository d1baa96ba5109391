"""The files of a simulated disk: their names and contents, and what a power loss makes of both.

A name that was given or taken since its folder was last synchronised may be lost or come back, each name for itself.
The files themselves are real, in a real folder: what a program reads is there, what is safe is noted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from umi.dst.disk.content import Content
from umi.dst.disk.losses import Loss
from umi.dst.rng import DeterministicRng


@dataclass(frozen=True, slots=True)
class _File:
    content: Content
    inode: int


class Volume:
    """Follows every file that is opened through the simulated disk; `counts` says what power losses did."""

    def __init__(self, folder: Path, is_derived: Callable[[str], bool]) -> None:
        self.folder = folder
        self._is_derived = is_derived
        self._named: dict[Path, _File] = {}
        self._safely_named: dict[Path, _File] = {}
        self.counts: Counter[str] = Counter()

    def look(self, path: Path) -> None:
        """Note what was put there, or taken away, by other means than the simulated disk: that counts as safe."""
        known = self._named.get(path)
        inode = _inode(path)
        if inode is None:
            self._named.pop(path, None)
            if known is not None:
                self._safely_named.pop(path, None)
        elif known is None or known.inode != inode:
            self._named[path] = self._safely_named[path] = _File(Content(path.read_bytes()), inode)

    def content(self, path: Path) -> Content:
        """Return what a file holds that was just opened; one that is not known is new, and its name not safe yet."""
        if path not in self._named:
            self._named[path] = _File(Content(), _inode(path) or 0)
        return self._named[path].content

    def remove(self, path: Path) -> None:
        """Take a file's name away, until a power loss may bring it back."""
        self._named.pop(path, None)

    def sync_names(self, folder: Path) -> None:
        """Make the names in a folder safe."""
        self._safely_named = {path: file for path, file in self._safely_named.items() if path.parent != folder}
        self._safely_named |= {path: file for path, file in self._named.items() if path.parent == folder}

    def lose(self, loss_of: Callable[[str], Loss], rng: DeterministicRng) -> None:
        """Lose the power: put what is left in the place of every file, as files of their own (see `SimDisk`)."""
        left: dict[Path, _File] = {}
        for path in sorted(self._named.keys() | self._safely_named.keys()):
            name = self._name(path)
            drawing = rng.fork(name)
            file = self._left_at(path, drawing.fork("name"))
            if file is None:
                path.unlink(missing_ok=True)
                continue
            loss = loss_of(name) if file.content.pending else Loss.KEPT
            if file.content.pending:
                self.counts[loss.value] += 1
            left[path] = _replaced(path, file.content.lose(loss, drawing.fork("content")))
        self._named, self._safely_named = left, dict(left)
        for memory in self.folder.rglob("*-shm"):
            memory.unlink()  # shared memory is none of the disk's
        self._spoil(rng.fork("derived"))

    def _spoil(self, rng: DeterministicRng) -> None:
        """Do anything to files that programs write past the simulated disk, and that they can do without."""
        for path in sorted(self.folder.rglob("*")):
            if path in self._named or not path.is_file() or not self._is_derived(path.name):
                continue
            drawing = rng.fork(self._name(path))
            if drawing.next_bool():
                self.counts["spoiled"] += 1
                _spoil(path, drawing)

    def _name(self, path: Path) -> str:
        """Return how a file is called in what is drawn: the folder's own name is another in every run."""
        return path.relative_to(self.folder).as_posix()

    def _left_at(self, path: Path, rng: DeterministicRng) -> _File | None:
        now, safe = self._named.get(path), self._safely_named.get(path)
        if now is not None and _inode(path) != now.inode:
            return None  # moved or removed by other means: it is no file of ours any more
        if now is safe or rng.next_bool():
            return now
        self.counts["names_lost" if safe is None else "names_returned"] += 1
        return safe


def _replaced(path: Path, data: bytes) -> _File:
    """Write a file anew under its name: who holds the old one open, with its locks, holds what nobody else sees."""
    draft = path.with_name(path.name + ".left")
    draft.write_bytes(data)
    draft.replace(path)
    return _File(Content(data), _inode(path) or 0)


def _spoil(path: Path, rng: DeterministicRng) -> None:
    """Remove a file, or set its end or one byte at random."""
    data = path.read_bytes()
    place = rng.next_int(0, len(data))
    match rng.choose(("removed", "cut", "changed")):
        case "removed":
            path.unlink()
        case "cut":
            path.write_bytes(data[:place])
        case _:
            path.write_bytes(data[:place] + rng.bytes(1) + data[place + 1 :])


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
