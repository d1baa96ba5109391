"""A simulated embedder: no model, no file, yet texts that share words or parts of words lie near each other.

A text is the sum of its words and, with less weight, of their runs of three letters, so that "moved" and "moving" are
neighbours. Each of these points in a direction that a hash of it draws (a sparse random projection: Achlioptas,
"Database-friendly random projections", 2003). The hash is BLAKE2 and not Python's own, which differs in every process.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from umi.domain.completion import check_whole
from umi.domain.text import shown
from umi.dst.clock import SimClock
from umi.dst.config import check_seed
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.dst.striking import Delays
from umi.errors import EmbeddingError, EmptyTextError, Invalid
from umi.limits import EMBEDDING_DIMENSIONS_COUNT_MAX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from umi.domain.change import Vector

DIMENSIONS_DEFAULT: Final = 384
_COSINE_RANGE: Final = (0.05, 0.75)
_TIMEOUT_MS: Final = 30_000

_WORD: Final = re.compile(r"[^\W_]+")
_PLACES: Final = 8  # how many dimensions a word touches
_PART_LETTERS: Final = 3
_PARTS_WEIGHT: Final = 1.2  # of all parts of a word together, where the word itself is 1
_FUNCTION_WORD_WEIGHT: Final = 0.15
_FUNCTION_WORDS: Final = frozenset(
    """
    a about an and are as at be been but by can could did do does for from had has have he her him his how i if in into
    is it its me my no not of on or our s she so t that the their them then there they this to up was we were what when
    where which who why will with would you your
    """.split()
)


class SimEmbeddingProvider:
    """The Embedder port without a model. The same seed gives the same vectors in every process and on every machine.

    With `faults` it fails as they say, with EmbeddingError; the time that takes passes on `clock`.

    Raises:
        Invalid: the seed or the dimensions cannot be used.

    """

    def __init__(
        self,
        seed: int = 0,
        *,
        dimensions: int = DIMENSIONS_DEFAULT,
        faults: FaultInjector | None = None,
        clock: SimClock | None = None,
    ) -> None:
        self._seed = check_seed(seed)
        self._dimensions = check_whole("dimensions", dimensions, 1, EMBEDDING_DIMENSIONS_COUNT_MAX)
        self._faults = faults
        self._delays = Delays(clock or SimClock(), DeterministicRng(seed).fork("embedding"))

    @classmethod
    def with_seed(cls, seed: int) -> Self:
        """Return the embedder of a seed."""
        return cls(seed)

    @classmethod
    def with_faults(cls, seed: int, faults: FaultInjector) -> Self:
        """Return the embedder of a seed that fails as the injector says."""
        return cls(seed, faults=faults)

    @property
    def name(self) -> str:
        return "sim"

    @property
    def seed(self) -> int:
        return self._seed

    @property
    def model(self) -> str:
        return f"sim-{self._seed}-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def cosine_range(self) -> tuple[float, float]:
        """As measured with the default dimensions over pairs of short sentences."""
        return _COSINE_RANGE

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one float32 vector of unit length per text, in order.

        Raises:
            EmbeddingError: a fault was injected.
            EmptyTextError: a text is empty.

        """
        if isinstance(texts, str):
            raise Invalid("embed takes a sequence of texts, not one text.")
        if not texts:
            return []
        self._strike()
        return [_embedded(self._seed, self._dimensions, text).copy() for text in texts]

    embed_batch = embed

    async def close(self) -> None:
        """Nothing is open."""

    def __repr__(self) -> str:
        return f"SimEmbeddingProvider(seed={self._seed}, dimensions={self._dimensions})"

    def _strike(self) -> None:
        fault = None if self._faults is None else self._faults.should_inject(f"{Site.EMBEDDING_EMBED}:embed")
        match fault:
            case None:
                return
            case FaultType.RESOURCE_CPU_THROTTLE:
                self._delays.throttle()
            case _:
                if fault is FaultType.EMBEDDING_TIMEOUT:
                    self._delays.take(_TIMEOUT_MS)
                raise EmbeddingError(f"{_MEANINGS[fault]} (injected: {fault}).")


@lru_cache(maxsize=1 << 10)  # a simulated process that begins anew hears much that the last one heard
def _embedded(seed: int, dimensions: int, text: str) -> Vector:
    if not text or text.isspace():
        raise EmptyTextError(f"A text to embed is empty: {shown(text)}.")
    features = _features(text)
    directions = [_direction(seed, dimensions, feature) for feature in features]
    places = np.concatenate([place for place, _ in directions])
    signs = np.concatenate([sign for _, sign in directions])
    weights = np.repeat(np.fromiter(features.values(), dtype=np.float64, count=len(features)), _PLACES)
    vector = np.bincount(places, weights=weights * signs, minlength=dimensions)
    norm = np.linalg.norm(vector)
    if not norm:  # all of it cancelled out, as may happen with very few dimensions
        vector = np.eye(1, dimensions)[0]
        norm = np.float64(1)
    return (vector / norm).astype(np.float32)


def _features(text: str) -> dict[str, float]:
    """Return what a text points along, with weights. A text without a word points somewhere of its own."""
    found = defaultdict[str, float](float)
    for word in _WORD.findall(text.casefold()):
        weight = _FUNCTION_WORD_WEIGHT if word in _FUNCTION_WORDS else 1.0
        found[word] += weight
        if weight < 1.0 or len(word) < _PART_LETTERS:
            continue
        padded = f"^{word}$"
        parts = [padded[place : place + _PART_LETTERS] for place in range(len(padded) - _PART_LETTERS + 1)]
        for part in parts:
            found[f"part {part}"] += _PARTS_WEIGHT / len(parts) ** 0.5
    return found or {f"text {text}": 1.0}


@lru_cache(maxsize=1 << 16)
def _direction(seed: int, dimensions: int, feature: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    key = seed.to_bytes(8, "little")
    drawn = blake2b(feature.encode(errors="surrogatepass"), key=key, digest_size=8 * _PLACES).digest()
    words = np.frombuffer(drawn, dtype="<u8")
    places = (words % np.uint64(dimensions)).astype(np.intp)
    signs = np.where(words >> np.uint64(63), 1.0, -1.0) / _PLACES**0.5
    return places, signs


_MEANINGS: Final = {
    FaultType.EMBEDDING_TIMEOUT: "The embedding service did not answer in time",
    FaultType.EMBEDDING_RATE_LIMIT: "The embedding service takes no more requests for now",
    FaultType.EMBEDDING_CONTEXT_OVERFLOW: "A text is too long for the embedding model",
    FaultType.EMBEDDING_INVALID_RESPONSE: "The embedding service answered something that are no vectors",
    FaultType.EMBEDDING_SERVICE_UNAVAILABLE: "The embedding service is down",
    FaultType.RESOURCE_OOM: "There is no memory left to run the embedding model",
}
