"""A small head over the model's vectors: which slot a statement tells of, or a question asks for.

A softmax regression for each, trained by `tools/train_slots.py` on sentences written for it. `slots.npz` holds the
names of the classes, the first of which is "none", and two matrices [classes, dimensions + 1] in 16 bits.
"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_FILE = Path(__file__).with_name("slots.npz")
_PROBABILITY_MIN = 0.05  # what is less likely is not told; what is left of 1 is "none", mostly


class _Weights(NamedTuple):
    """The names of the classes, and the matrices with the bias as their last column."""

    slots: tuple[str, ...]
    statements: NDArray[np.float32]
    questions: NDArray[np.float32]


class SlotHead:
    """Reads slots from vectors of this package's model. The file is read at first use; needs numpy."""

    def statement(self, vector: NDArray[np.float32]) -> Sequence[tuple[str, float]]:
        """Return the slots that a statement tells of with their probabilities, likeliest first."""
        return _likeliest(self._weights.statements, vector, self._weights.slots)

    def question(self, vector: NDArray[np.float32]) -> Sequence[tuple[str, float]]:
        """Return the slots that a question asks for with their probabilities, likeliest first."""
        return _likeliest(self._weights.questions, vector, self._weights.slots)

    @cached_property
    def _weights(self) -> _Weights:
        return _read()


@cache
def _read() -> _Weights:
    """Read the file, once in a process: it is the same for all."""
    import numpy as np

    with np.load(_FILE) as kept:
        slots = cast("list[str]", kept["slots"].tolist())
        statements, questions = (kept[name].astype(np.float32) for name in ("statements", "questions"))
    return _Weights(tuple(slots), statements, questions)


def _likeliest(
    weights: NDArray[np.float32], vector: NDArray[np.float32], slots: Sequence[str]
) -> list[tuple[str, float]]:
    import numpy as np

    values = weights[:, :-1] @ vector + weights[:, -1]
    powers = np.exp(values - values.max())
    chances = powers / powers.sum()
    places = [int(place) for place in np.argsort(-chances) if place and chances[place] >= _PROBABILITY_MIN]
    return [(slots[place], float(chances[place])) for place in places]
