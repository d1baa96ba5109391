"""The keys of sealed backups: a file of fixed places, so that a key can be overwritten where it lies.

A key belongs to one entity, session, partition or tenant of one store, and lies nowhere else. Destroying it makes what
was sealed with it unreadable for ever, in every copy, wherever that lies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from struct import Struct
from typing import BinaryIO, TypeAlias

from umi.errors import Conflict, StorageError

Owner: TypeAlias = tuple[bytes, int]
"""What a key belongs to: its kind, one byte, and its number."""

ENTITY, SESSION, PARTITION, TENANT = b"e", b"s", b"p", b"t"
COPIES: Owner = (b"c", 0)  # the key that tells a sealed copy from a changed one; it seals nothing
KEY_BYTES = 32
_MAGIC = b"UMIKEYS1"
_ORIGIN_BYTES = 32
_RECORD = Struct(f">cq{KEY_BYTES}s")
_DESTROYED = bytes(KEY_BYTES)


class Keyring:
    """The keys in one file, for the store whose log begins with the hash `origin`."""

    def __init__(self, path: Path, origin: bytes) -> None:
        self._path = path
        try:
            self._file = _opened(path, origin)
        except OSError as error:
            raise StorageError(f"The keyring {path} cannot be used: {error.strerror}.") from error
        self._keys: dict[Owner, bytes] = {(kind, number): key for _, kind, number, key in self._records()}

    def key(self, owner: Owner) -> bytes | None:
        """Return a key, or None if there is none any more."""
        key = self._keys.get(owner)
        return None if key == _DESTROYED else key

    def make(self, owner: Owner, entropy: Callable[[int], bytes]) -> bytes:
        """Return an owner's key, making it where there is none."""
        key = self._keys.get(owner)
        if key is None:
            key = self._keys[owner] = entropy(KEY_BYTES)
            self._file.seek(0, os.SEEK_END)
            self._file.write(_RECORD.pack(*owner, key))
        if key == _DESTROYED:
            raise Conflict(f"{self._path} says that something was erased which the store holds: it is another store's.")
        return key

    def destroy(self, is_gone: Callable[[Owner], bool]) -> int:
        """Overwrite the keys of what is gone; return how many there were."""
        places = [
            place
            for place, kind, number, key in self._records()
            if key != _DESTROYED and (kind, number) != COPIES and is_gone((kind, number))
        ]
        for place in places:
            self._file.seek(place + _RECORD.size - KEY_BYTES)
            self._file.write(_DESTROYED)
        self.sync()
        return len(places)

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def _records(self) -> Iterator[tuple[int, bytes, int, bytes]]:
        place = len(_MAGIC) + _ORIGIN_BYTES
        self._file.flush()
        self._file.seek(place)
        data = self._file.read()
        for start in range(0, len(data) - _RECORD.size + 1, _RECORD.size):
            yield place + start, *_RECORD.unpack_from(data, start)


def _opened(path: Path, origin: bytes) -> BinaryIO:
    if not path.exists():
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with closing(os.fdopen(file, "wb")) as made:
            made.write(_MAGIC + origin)
    opened = path.open("r+b")
    head = opened.read(len(_MAGIC) + _ORIGIN_BYTES)
    if head != _MAGIC + origin:
        opened.close()
        raise Conflict(f"{path} is no keyring of this store.")
    return opened
