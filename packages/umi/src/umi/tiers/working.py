"""Working memory: what a session works with. Keys with values of bytes that expire by themselves."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias, cast

from umi.domain.checking import check_text
from umi.domain.text import shown
from umi.domain.time import parse_time
from umi.errors import (
    CounterOverflowError,
    EntryTooLargeError,
    Invalid,
    InvalidLimitError,
    KeyNotFoundError,
    KeyTooLongError,
    TextTooLongError,
    TooManyEntriesError,
    TtlTooLongError,
    TypeMismatchError,
    WorkingMemoryFullError,
)
from umi.limits import (
    WORKING_MEMORY_BYTES_DEFAULT,
    WORKING_MEMORY_BYTES_MAX,
    WORKING_MEMORY_ENTRIES_COUNT_DEFAULT,
    WORKING_MEMORY_ENTRIES_COUNT_MAX,
    WORKING_MEMORY_KEY_BYTES_MAX,
    WORKING_MEMORY_TTL_SECONDS_DEFAULT,
    WORKING_MEMORY_TTL_SECONDS_MAX,
    WORKING_MEMORY_VALUE_BYTES_MAX,
)
from umi.ports.world import Clock
from umi.tiers import snapshot
from umi.tiers.clock import MachineClock

Bytes: TypeAlias = bytes | bytearray | memoryview

_KIND = "working memory"
_TTL_MAX = timedelta(seconds=WORKING_MEMORY_TTL_SECONDS_MAX)
_COUNTER_MIN, _COUNTER_MAX = -(2**63), 2**63 - 1
_COUNTER_DIGITS_MAX = 64  # with zeros in front; what is longer is not even read
_STALE_MIN = 64  # ends of lives that no longer count, before the heap is made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A value, how long a life it was given, and when that ends."""

    value: bytes
    ttl: timedelta
    expires_at: datetime


class WorkingMemory:
    """Values under keys, each for as long as its time to live, within limits of bytes and of entries.

        working = WorkingMemory()
        working.set("session_id", b"abc123")
        working.set("draft", b"...", ttl_secs=600)

    An entry lives while its end lies ahead of the clock, which is the machine's unless another is given: any object
    with `now()`. What expired is gone at once: it is not read, not listed, and takes no room. A full memory refuses
    more rather than drop what lives. For one thread at a time.

    Raises:
        InvalidLimitError: `max_bytes` or `max_entries` is out of its range.
        TtlTooLongError: `ttl` is longer than WORKING_MEMORY_TTL_SECONDS_MAX, which is seven days.

    """

    def __init__(
        self,
        *,
        max_bytes: int = WORKING_MEMORY_BYTES_DEFAULT,
        max_entries: int = WORKING_MEMORY_ENTRIES_COUNT_DEFAULT,
        ttl: timedelta = timedelta(seconds=WORKING_MEMORY_TTL_SECONDS_DEFAULT),
        clock: Clock | None = None,
    ) -> None:
        self._max_bytes = _whole("max_bytes", max_bytes, WORKING_MEMORY_BYTES_MAX)
        self._max_entries = _whole("max_entries", max_entries, WORKING_MEMORY_ENTRIES_COUNT_MAX)
        self._ttl = _checked_ttl(ttl)
        self._clock = clock or MachineClock()
        self._entries: dict[str, _Entry] = {}
        self._ends: list[tuple[datetime, str]] = []
        self._used_bytes = 0
        self._expired = 0

    def __repr__(self) -> str:
        return f"WorkingMemory({self.entry_count} entries, {self.used_bytes} of {self.max_bytes} bytes)"

    def set(self, key: str, value: Bytes, ttl_secs: float | None = None, *, ttl: timedelta | None = None) -> None:
        """Put a value under a key; whatever was there is replaced, and its life with it.

        It lives for `ttl_secs` seconds, or `ttl`, or what the memory gives by default.

        Raises:
            Invalid: the key is no text, the value is not bytes, or both lives are given.
            KeyTooLongError: the key is longer than WORKING_MEMORY_KEY_BYTES_MAX.
            EntryTooLargeError: the value is larger than WORKING_MEMORY_VALUE_BYTES_MAX.
            TtlTooLongError: the life is longer than WORKING_MEMORY_TTL_SECONDS_MAX.
            WorkingMemoryFullError: there is no room for it among what lives.
            TooManyEntriesError: there are as many entries as there may be.

        """
        life = self._life(ttl_secs, ttl)
        key, kept, now = _checked_key(key), _checked_value(value), self._swept()
        self._put(key, _Entry(value=kept, ttl=life, expires_at=now + life))

    def get(self, key: str) -> bytes | None:
        """Return the value under a key, or None where nothing lives."""
        entry = self._living(key)
        return None if entry is None else entry.value

    def delete(self, key: str) -> bool:
        """Remove an entry; False if nothing lived under the key."""
        entry = self._living(key)
        if entry is not None:
            self._drop(key)
        return entry is not None

    def exists(self, key: str) -> bool:
        return self._living(key) is not None

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that begin with the prefix, in the order of the alphabet."""
        self._swept()
        return sorted(key for key in self._entries if key.startswith(prefix))

    def incr(self, key: str, delta: int = 1) -> int:
        """Add to a counter and return what it is then; one that is not there counts from 0.

        A counter is a whole number of 64 bits in decimal digits. One that is there keeps the life it has.

        Raises:
            TypeMismatchError: what is there is no counter.
            CounterOverflowError: it would leave the range of 64 bits; it stays as it is.

        """
        step = _checked_step(delta)
        entry = self._living(key)
        total = step if entry is None else _counter(key, entry.value) + step
        if not _COUNTER_MIN <= total <= _COUNTER_MAX:
            raise CounterOverflowError(f"The counter {shown(key)} would leave the range of 64-bit integers.")
        self._write(key, str(total).encode(), entry)
        return total

    def append(self, key: str, value: Bytes) -> int:
        """Add bytes to the end of a value, which keeps the life it has; return how long it is then.

        Where nothing lives, it is set. Raises what `set` raises, and leaves the value as it was then.
        """
        entry = self._living(key)
        added = _checked_value(value)
        whole = added if entry is None else _checked_value(entry.value + added)
        self._write(key, whole, entry)
        return len(whole)

    def touch(self, key: str, ttl_secs: float | None = None, *, ttl: timedelta | None = None) -> None:
        """Begin an entry's life anew: as long as it was given, or as long as is given now.

        Raises:
            KeyNotFoundError: nothing lives under the key.
            TtlTooLongError: the life is longer than WORKING_MEMORY_TTL_SECONDS_MAX.

        """
        entry = self._living(key)
        if entry is None:
            raise KeyNotFoundError(f"The working memory has no entry {shown(key)}, or it expired.")
        life = entry.ttl if ttl_secs is None and ttl is None else self._life(ttl_secs, ttl)
        self._put(key, replace(entry, ttl=life, expires_at=self._clock.now() + life))

    def ttl_of(self, key: str) -> timedelta | None:
        """Return how long an entry will still live, or None where nothing lives."""
        checked, now = _checked_key(key), self._swept()
        entry = self._entries.get(checked)
        return None if entry is None else entry.expires_at - now

    def cleanup_expired(self) -> int:
        """Return how many entries have expired since this was last asked. They took no room before either."""
        self._swept()
        expired, self._expired = self._expired, 0
        return expired

    def clear(self) -> None:
        """Remove every entry."""
        self._entries.clear()
        self._ends.clear()
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """The bytes of the keys and the values of what lives."""
        self._swept()
        return self._used_bytes

    @property
    def available_bytes(self) -> int:
        return self._max_bytes - self.used_bytes

    @property
    def max_bytes(self) -> int:
        return self._max_bytes

    @property
    def max_entries(self) -> int:
        return self._max_entries

    @property
    def ttl(self) -> timedelta:
        """How long an entry lives that is given no life of its own."""
        return self._ttl

    @property
    def entry_count(self) -> int:
        """How many entries live."""
        self._swept()
        return len(self._entries)

    @property
    def is_empty(self) -> bool:
        return self.entry_count == 0

    def to_dict(self) -> dict[str, Any]:
        """Return all that lives as a dictionary that JSON can hold, for `from_dict`."""
        self._swept()
        entries = {
            key: [b64encode(entry.value).decode(), entry.ttl.total_seconds(), entry.expires_at.isoformat()]
            for key, entry in self._entries.items()
        }
        return {
            "umi": _KIND,
            "max_bytes": self._max_bytes,
            "max_entries": self._max_entries,
            "ttl_seconds": self._ttl.total_seconds(),
            "entries": entries,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any], *, clock: Clock | None = None) -> WorkingMemory:
        """Make one of what `to_dict` gave; what has expired meanwhile is gone.

        Raises:
            InvalidFormatError: it is not of that form.

        """
        return snapshot.read(_KIND, state, lambda given: cls._of(given, clock))

    def snapshot(self) -> bytes:
        """Return all that lives as bytes, the same for the same state, for `restore`."""
        return snapshot.to_bytes(self.to_dict())

    @classmethod
    def restore(cls, data: bytes, *, clock: Clock | None = None) -> WorkingMemory:
        """Make one of what `snapshot` gave.

        Raises:
            InvalidFormatError: it is not of that form.

        """
        return cls.from_dict(snapshot.from_bytes(data), clock=clock)

    @classmethod
    def _of(cls, state: Mapping[str, Any], clock: Clock | None) -> WorkingMemory:
        working = cls(
            max_bytes=state["max_bytes"],
            max_entries=state["max_entries"],
            ttl=timedelta(seconds=state["ttl_seconds"]),
            clock=clock,
        )
        now = working._clock.now()
        for key, (value, seconds, end) in state["entries"].items():
            life, expires_at = _checked_ttl(timedelta(seconds=seconds)), parse_time(end)
            kept = _checked_value(b64decode(value, validate=True))
            if now < expires_at:
                # A clock that was set back must not give a longer life than was asked for.
                end_of_life = min(expires_at, now + life)
                working._put(_checked_key(key), _Entry(value=kept, ttl=life, expires_at=end_of_life))
        return working

    def _life(self, seconds: object, ttl: object) -> timedelta:
        """Read how long an entry is to live."""
        if seconds is not None and ttl is not None:
            raise Invalid("Give ttl_secs or ttl, not both.")
        if seconds is None:
            return self._ttl if ttl is None else _checked_ttl(ttl)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
            raise Invalid(f"ttl_secs is a number of seconds above 0, not {shown(seconds)}.")
        if seconds > WORKING_MEMORY_TTL_SECONDS_MAX:
            raise TtlTooLongError(f"ttl_secs is at most {WORKING_MEMORY_TTL_SECONDS_MAX}, which is seven days.")
        return _checked_ttl(timedelta(seconds=seconds))

    def _living(self, key: object) -> _Entry | None:
        checked = _checked_key(key)
        self._swept()
        return self._entries.get(checked)

    def _write(self, key: str, value: bytes, old: _Entry | None) -> None:
        """Set a value; one that is there keeps its life."""
        if old is not None:
            self._put(key, replace(old, value=value))
        else:
            self._put(key, _Entry(value=value, ttl=self._ttl, expires_at=self._clock.now() + self._ttl))

    def _put(self, key: str, entry: _Entry) -> None:
        """Keep an entry if there is room for it; else leave all as it is."""
        old = self._entries.get(key)
        if old is None and len(self._entries) >= self._max_entries:
            raise TooManyEntriesError(
                f"The working memory holds {self._max_entries} entries, as many as it may. Delete some first."
            )
        used = self._used_bytes + _size(key, entry) - (0 if old is None else _size(key, old))
        if used > self._max_bytes:
            raise WorkingMemoryFullError(
                f"The working memory would hold {used} bytes; max_bytes is {self._max_bytes}. Delete entries first."
            )
        self._entries[key] = entry
        self._used_bytes = used
        if old is None or old.expires_at != entry.expires_at:
            self._note_end(entry.expires_at, key)

    def _note_end(self, end: datetime, key: str) -> None:
        heappush(self._ends, (end, key))
        if len(self._ends) > 2 * len(self._entries) + _STALE_MIN:
            self._ends = [(entry.expires_at, key) for key, entry in self._entries.items()]
            heapify(self._ends)

    def _swept(self) -> datetime:
        """Remove what has expired; return the present."""
        now = self._clock.now()
        while self._ends and self._ends[0][0] <= now:
            end, key = heappop(self._ends)
            entry = self._entries.get(key)
            if entry is not None and entry.expires_at == end:
                self._drop(key)
                self._expired += 1
        return now

    def _drop(self, key: str) -> None:
        self._used_bytes -= _size(key, self._entries.pop(key))


def _size(key: str, entry: _Entry) -> int:
    return len(key.encode()) + len(entry.value)


def _checked_key(key: object) -> str:
    try:
        check_text("key", key, WORKING_MEMORY_KEY_BYTES_MAX)
    except TextTooLongError as error:
        raise KeyTooLongError(f"The key is longer than {WORKING_MEMORY_KEY_BYTES_MAX} bytes.") from error
    return str(key)


def _checked_value(value: object) -> bytes:
    if isinstance(value, str):
        raise Invalid("A value is bytes, not str. Encode it first, as in value.encode().")
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise Invalid(f"A value is bytes, not {type(value).__name__}.")
    plain = bytes(cast("Bytes", value))
    if len(plain) > WORKING_MEMORY_VALUE_BYTES_MAX:
        raise EntryTooLargeError(
            f"The value is {len(plain)} bytes; WORKING_MEMORY_VALUE_BYTES_MAX is {WORKING_MEMORY_VALUE_BYTES_MAX}."
        )
    return plain


def _checked_ttl(ttl: object) -> timedelta:
    if not isinstance(ttl, timedelta) or ttl <= timedelta(0):
        raise Invalid(f"ttl is a timedelta above 0, not {shown(ttl)}.")
    if ttl > _TTL_MAX:
        raise TtlTooLongError(f"ttl is at most {WORKING_MEMORY_TTL_SECONDS_MAX} seconds, which is seven days.")
    return ttl


def _checked_step(delta: object) -> int:
    if isinstance(delta, bool) or not isinstance(delta, int):
        raise Invalid(f"delta is a whole number, not {shown(delta)}.")
    return delta


def _counter(key: str, value: bytes) -> int:
    """Read a counter: decimal digits with an optional minus, within 64 bits."""
    digits = value.removeprefix(b"-")
    is_number = digits.isdigit() and len(digits) <= _COUNTER_DIGITS_MAX
    if not is_number or not _COUNTER_MIN <= int(value) <= _COUNTER_MAX:
        raise TypeMismatchError(f"The entry {shown(key)} is no counter: it holds {shown(value)}.")
    return int(value)


def _whole(name: str, value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidLimitError(f"{name} is a whole number from 1 to {most}, not {shown(value)}.")
    return value
