"""The port for turning text into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from umi.domain.change import Vector


class Embedder(Protocol):
    """Turns texts into unit vectors.

    `model` names the weights and everything that changes a vector: stores built with another model are not mixed.
    The same text always gives the same vector, whatever else is embedded beside it.
    """

    @property
    def model(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def cosine_range(self) -> tuple[float, float] | None:
        """The cosine of texts that have nothing to do with each other, and that of a close paraphrase, if known."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one float32 vector of unit length per text, in order.

        Raises:
            EmbeddingError: the model could not be loaded or run.

        """
        ...

    async def close(self) -> None: ...
