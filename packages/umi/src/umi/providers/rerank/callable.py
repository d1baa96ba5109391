"""A reranker that is any function of the user's, over a cross-encoder for example."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from umi.domain.text import shown
from umi.errors import Invalid, ProviderConnectionError, ProviderResponseError
from umi.errors import MemoryError as UmiError

Scoring: TypeAlias = Callable[[str, Sequence[str]], Any | Awaitable[Any]]


class CallableReranker:
    """A reranker that is any function from a question and texts to a number per text, higher for a better answer.

    The function may be async; one that is not runs on a thread. What it raises becomes a `ProviderConnectionError`,
    unless it is one of Umi's own errors: recall then keeps its own order, and says so.

    Raises:
        Invalid: it cannot be called.

    """

    def __init__(self, fn: Scoring, *, model: str | None = None) -> None:
        if not callable(fn):
            raise Invalid(f"A CallableReranker takes a function; {shown(fn)} cannot be called.")
        self._fn = fn
        self._model = model or getattr(fn, "__name__", type(fn).__name__)

    @property
    def model(self) -> str:
        return self._model

    def __repr__(self) -> str:
        return f"CallableReranker(model={self._model!r})"

    async def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """Score texts; see `umi.ports.reranker.Reranker`.

        Raises:
            ProviderError: the function failed, or gave something else than a number per text.

        """
        found = await self._called(query, list(texts))
        try:
            scores = [float(score) for score in found]
        except (TypeError, ValueError) as error:
            raise ProviderResponseError(f"{self._model} gave no numbers: {error}") from error
        if len(scores) != len(texts):
            raise ProviderResponseError(f"{self._model} gave {len(scores)} scores for {len(texts)} texts.")
        return scores

    async def close(self) -> None:
        """Nothing is open."""

    async def _called(self, query: str, texts: list[str]) -> Any:
        try:
            if inspect.iscoroutinefunction(self._fn):
                return await self._fn(query, texts)
            found = await asyncio.to_thread(self._fn, query, texts)
            return await found if inspect.isawaitable(found) else found
        except UmiError:
            raise
        except Exception as error:  # the edge to a function that may raise anything
            raise ProviderConnectionError(f"{self._model} failed: {type(error).__name__}: {error}") from error
