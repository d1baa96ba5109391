"""An embedder that remembers what it was asked last: a question is searched for, then kept, then compared."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from umi.ports.embedder import Embedder

if TYPE_CHECKING:
    from umi.domain.change import Vector

RECENT_TEXTS_MAX = 256  # of the built-in model's vectors, some 400 kB
RECENT_CHARACTERS_MAX = 2_000  # a longer text is seldom asked for again at once


class RecentEmbedder:
    """The Embedder port over another one, which is not asked again for the last few short texts.

    The port promises that a text always gives the same vector. What failed is asked for again.
    """

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._recent: OrderedDict[str, Vector] = OrderedDict()

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    @property
    def cosine_range(self) -> tuple[float, float] | None:
        return self._inner.cosine_range

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        known = {text: vector for text in texts if (vector := self._recent.get(text)) is not None}
        wanted = [text for text in dict.fromkeys(texts) if text not in known]
        if wanted:
            known.update(zip(wanted, await self._inner.embed(wanted), strict=True))
        for text in texts:
            self._keep(text, known[text])
        return [known[text] for text in texts]

    async def close(self) -> None:
        self._recent.clear()
        await self._inner.close()

    def _keep(self, text: str, vector: Vector) -> None:
        if len(text) > RECENT_CHARACTERS_MAX:
            return
        self._recent[text] = vector
        self._recent.move_to_end(text)
        if len(self._recent) > RECENT_TEXTS_MAX:
            self._recent.popitem(last=False)
