"""The port for reading a question together with each text, and telling how well it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Scores texts for a question, as a cross-encoder does. Any scale will do: only the order counts."""

    @property
    def model(self) -> str: ...

    async def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """Return a finite number per text, in their order; higher is better.

        Raises:
            ProviderError: there are no scores.

        """
        ...

    async def close(self) -> None: ...
