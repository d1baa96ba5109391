"""Chance from a seed: named streams that stay the same in every process and every release.

Why Philox from numpy and not ChaCha20: that would need a package that is an extra here, for secrecy that a simulation
has no use for. numpy promises that a bit generator's raw stream never changes (NEP 19) but not what its distributions
make of it, so only the raw stream is taken, and numbers are made of it here.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from copy import deepcopy
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import numpy as np
from numpy.random import Philox
from numpy.random.bit_generator import ISeedSequence

from umi.dst.config import check_seed
from umi.errors import Invalid
from umi.limits import DST_RANDOM_BYTES_MAX

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")

_WORD_BITS: Final = 64
_FLOAT_BITS: Final = 53


class _Key(ISeedSequence):
    """The key of a stream, in the place of a seed: asked for one by name, numpy would first draw true chance."""

    def __init__(self, seed: int, path: tuple[str, ...]) -> None:
        key = blake2b(seed.to_bytes(8, "little"), digest_size=16)
        for name in path:
            named = name.encode(errors="surrogatepass")
            key.update(len(named).to_bytes(8, "little") + named)  # the length, so that no two paths make one key
        self._words = np.frombuffer(key.digest(), dtype="<u8").astype(np.uint64)

    def generate_state(self, n_words: int, dtype: DTypeLike = np.uint64) -> NDArray[Any]:  # noqa: ARG002 - numpy's
        return self._words


class DeterministicRng:
    """A stream of numbers made from a seed and a path of names. It is also an `Entropy`.

    Each part of a simulation draws from a fork with a name of its own: a draw that is added here does not shift the
    draws there. What is drawn at the same path of the same seed is the same for ever.
    """

    def __init__(self, seed: int, path: tuple[str, ...] = ()) -> None:
        self._seed = check_seed(seed)
        self._path = path
        self._forks = 0
        self._drawn: Philox | None = None  # made by the first draw: most forks are only forked on

    @property
    def seed(self) -> int:
        """The seed of the run, the same for every fork."""
        return self._seed

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the forks that led here."""
        return self._path

    def fork(self, name: str | None = None) -> DeterministicRng:
        """Return the stream of this name below this one. Without a name: the next of numbered ones.

        A named fork depends on the seed and the name only; asking twice gives the same stream from its beginning.

        Raises:
            Invalid: the name is empty.

        """
        if name is None:
            self._forks += 1
            name = f"#{self._forks}"
        if not name:
            raise Invalid("A fork has a name of at least one character.")
        return DeterministicRng(self._seed, (*self._path, name))

    def copy(self) -> Self:
        """Return a stream that goes on as this one does from here, and apart from it."""
        return deepcopy(self)

    def next_u64(self) -> int:
        """Return a whole number from 0 to 2**64 - 1."""
        source = self._drawn
        if source is None:
            source = self._drawn = Philox(_Key(self._seed, self._path))  # pyright: ignore[reportArgumentType] - the stub leaves it out
        return int(source.random_raw())

    def next_float(self) -> float:
        """Return a number from 0 to 1, the latter excluded, in steps of 2**-53."""
        return (self.next_u64() >> (_WORD_BITS - _FLOAT_BITS)) / (1 << _FLOAT_BITS)

    def next_int(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included, each as likely as the others.

        Raises:
            Invalid: `high` lies below `low`, or they lie too far apart for 64 bits.

        """
        span = high - low
        if not 0 <= span < 1 << _WORD_BITS:
            raise Invalid(f"Numbers from {low} to {high} cannot be drawn.")
        surplus = _WORD_BITS - span.bit_length()
        while (drawn := self.next_u64() >> surplus if span else 0) > span:
            pass  # drawn again rather than folded back, which would favour the low ones
        return low + drawn

    def next_bool(self, probability: float = 0.5) -> bool:
        """Return whether something of this probability happens. It draws even if that is 0 or 1.

        Raises:
            Invalid: the probability does not lie in 0..1.

        """
        if not 0.0 <= probability <= 1.0:
            raise Invalid(f"A probability lies in 0..1, and {probability} does not.")
        return self.next_float() < probability

    def choose(self, items: Sequence[T]) -> T:
        """Return one of the items.

        Raises:
            Invalid: there are none.

        """
        if not items:
            raise Invalid("There is nothing to choose from.")
        return items[self.next_int(0, len(items) - 1)]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Bring the items into a drawn order, where they are (Fisher and Yates)."""
        for place in range(len(items) - 1, 0, -1):
            other = self.next_int(0, place)
            items[place], items[other] = items[other], items[place]

    def bytes(self, count: int) -> bytes:
        """Return so many bytes.

        Raises:
            Invalid: fewer than none, or more than DST_RANDOM_BYTES_MAX.

        """
        if not 0 <= count <= DST_RANDOM_BYTES_MAX:
            raise Invalid(f"{count} bytes are asked for; DST_RANDOM_BYTES_MAX is {DST_RANDOM_BYTES_MAX}.")
        words = (self.next_u64().to_bytes(8, "little") for _ in range(-(-count // 8)))
        return b"".join(words)[:count]

    next_bytes = bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__}(seed={self._seed}, path={self._path!r})"
