"""Identifiers: ULIDs, 26 characters that sort by the time they were made."""

from __future__ import annotations

import re
import secrets
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_LENGTH = 26
_RANDOM_BITS = 80
_ULID = re.compile(rf"[0-7][{_ALPHABET}]{{{_LENGTH - 1}}}", re.IGNORECASE)


class UlidSource:
    """Makes ULIDs that sort in the order they were made, also within one millisecond and across threads."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            same_moment = fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS
            self._last = self._last + 1 if same_moment else fresh
            return _encoded(self._last)

    def forget(self) -> None:
        """Forget what was made, as a new process would: for simulations, in which time begins again."""
        with self._lock:
            self._last = 0


def is_ulid(text: str) -> bool:
    """Tell whether a text has the form of a ULID, in either case."""
    return _ULID.fullmatch(text) is not None


def _encoded(value: int) -> str:
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


new_id = UlidSource()
