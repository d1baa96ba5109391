"""OpenAI's embedding models, and any server that speaks the embeddings protocol."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from umi.domain.completion import check_whole
from umi.domain.text import shown
from umi.errors import (
    EmbeddingError,
    EmptyTextError,
    Invalid,
    ProviderError,
    ProviderRequestError,
)
from umi.limits import (
    EMBEDDING_BATCH_COUNT_MAX,
    EMBEDDING_DIMENSIONS_COUNT_MAX,
    LLM_CONCURRENCY_COUNT_DEFAULT,
    LLM_CONCURRENCY_COUNT_MAX,
    LLM_RETRIES_COUNT_DEFAULT,
    LLM_RETRIES_COUNT_MAX,
    LLM_RETRY_AFTER_SECONDS_MAX,
    LLM_TIMEOUT_SECONDS_DEFAULT,
    LLM_TIMEOUT_SECONDS_MAX,
)
from umi.providers.connection import Connections, check_key, check_seconds, check_url, require, shown_url
from umi.providers.failures import cause, timeout_failure
from umi.providers.llm.openai import failure, open_client

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from openai import AsyncOpenAI

    from umi.domain.change import Vector

EMBEDDING_MODEL_DEFAULT = "text-embedding-3-small"
EMBEDDING_DIMENSIONS_DEFAULT = 1_536

# A service reads some thousand tokens of a text and refuses longer ones. English has about four characters a token;
# what is refused all the same is cut in half until it is taken. What is cut is still found by its words.
CHARACTERS_MAX = 24_000
_CHARACTERS_MIN = 1_000
_BATCH_CHARACTERS_MAX = 300_000
_TOO_LONG = ("context length", "context_length", "too long", "too many tokens", "maximum input", "token limit")


class OpenAIEmbeddingProvider:
    """An embedding model by OpenAI, or behind its protocol, over the official SDK (`umi-memory[openai]`).

    Without `api_key` the SDK looks for one in the environment (OPENAI_API_KEY). Any number of `dimensions` will do, as
    long as the model gives so many. Texts are sent up to `batch` at a time, at most `concurrency` requests at once,
    each with `timeout_seconds` and up to `retries` more tries. `cosine_range` is the cosine of unrelated texts and that
    of a close paraphrase, for those who have measured it.

    Raises:
        Invalid: an option cannot be used.
        Unsupported: the package openai is not installed.

    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        model: str = EMBEDDING_MODEL_DEFAULT,
        dimensions: int = EMBEDDING_DIMENSIONS_DEFAULT,
        base_url: str | None = None,
        timeout_seconds: float = LLM_TIMEOUT_SECONDS_DEFAULT,
        retries: int = LLM_RETRIES_COUNT_DEFAULT,
        batch: int = EMBEDDING_BATCH_COUNT_MAX,
        concurrency: int = LLM_CONCURRENCY_COUNT_DEFAULT,
        cosine_range: tuple[float, float] | None = None,
    ) -> None:
        require("openai", type(self).__name__)
        self._secret = check_key(api_key)
        if not isinstance(model, str) or not model.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"model is the name of a model, not {shown(model)}.")
        self._name = model
        self._dimensions = check_whole("dimensions", dimensions, 1, EMBEDDING_DIMENSIONS_COUNT_MAX)
        self._base_url = check_url(base_url)
        self._timeout_seconds = check_seconds("timeout_seconds", timeout_seconds, LLM_TIMEOUT_SECONDS_MAX)
        self._retries = check_whole("retries", retries, 0, LLM_RETRIES_COUNT_MAX)
        self._batch = check_whole("batch", batch, 1, EMBEDDING_BATCH_COUNT_MAX)
        self._concurrency = check_whole("concurrency", concurrency, 1, LLM_CONCURRENCY_COUNT_MAX)
        self._cosine_range = cosine_range
        self._tells_dimensions = True
        self._connections: Connections[AsyncOpenAI] = Connections(self._open, _shut, concurrency=concurrency)

    @property
    def model(self) -> str:
        """The model's name with its dimensions: vectors of other dimensions are of another model."""
        return f"{self._name}/{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def cosine_range(self) -> tuple[float, float] | None:
        return self._cosine_range

    def __repr__(self) -> str:
        url = shown_url(self._base_url)
        told = "" if url is None else f", base_url={url!r}"
        return f"OpenAIEmbeddingProvider(model={self._name!r}, dimensions={self._dimensions}{told})"

    def with_model(self, model: str, dimensions: int) -> Self:
        """Return a provider of another model, set up as this one."""
        return self._with(model=model, dimensions=dimensions)

    def with_base_url(self, base_url: str) -> Self:
        """Return a provider that asks another server of the same protocol."""
        return self._with(base_url=base_url)

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return a vector of unit length per text, in order; of a text past 24,000 characters its beginning counts.

        Raises:
            EmptyTextError: a text is empty.
            EmbeddingError: the service gave no vectors, or such as cannot be used.

        """
        checked = [_checked(text) for text in _listed(texts)]
        batches = list(_batches(checked, self._batch))
        try:
            found = await asyncio.gather(*(self._embedded(batch) for batch in batches))
        except ProviderError as error:
            raise EmbeddingError(f"{self.model}: {error}") from error
        return [vector for vectors in found for vector in vectors]

    embed_batch = embed

    async def close(self) -> None:
        """Close the connections that this event loop opened."""
        await self._connections.close()

    async def _embedded(self, texts: Sequence[str]) -> Sequence[Vector]:
        while True:
            try:
                return self._vectors(await self._sent(texts), len(texts))
            except ProviderRequestError as refusal:
                named = str(refusal).lower()
                longest = max(map(len, texts))
                if self._tells_dimensions and "dimensions" in named:
                    self._tells_dimensions = False
                elif longest > _CHARACTERS_MIN and any(words in named for words in _TOO_LONG):
                    texts = [text[: longest // 2] for text in texts]
                else:
                    raise

    async def _sent(self, texts: Sequence[str]) -> bytes:
        from openai import APIError

        options: dict[str, Any] = {"dimensions": self._dimensions} if self._tells_dimensions else {}
        patience = (self._timeout_seconds + LLM_RETRY_AFTER_SECONDS_MAX) * (self._retries + 1)
        async with self._connections.here().permits:
            client = await self._connections.client()
            try:
                async with asyncio.timeout(patience):
                    raw = await client.embeddings.with_raw_response.create(
                        input=list(texts), model=self._name, encoding_format="base64", **options
                    )
            except APIError as error:
                told = failure(error, secret=self._secret, timeout_seconds=self._timeout_seconds)
                raise told from cause(error, self._secret)
            except TimeoutError as error:
                raise timeout_failure("OpenAI", patience) from error
        return raw.content

    def _vectors(self, content: bytes, count: int) -> Sequence[Vector]:
        import numpy as np

        from umi.providers.embedding.wire import Embeddings

        try:
            answer = Embeddings.model_validate_json(content)
            by_index = {one.index: _numbers(one.embedding) for one in answer.data}
            rows = [by_index[index] for index in range(count)]
        except (ValueError, KeyError, binascii.Error) as error:
            raise EmbeddingError(f"{self.model}: the answer is not of the embeddings protocol.") from error
        sizes = {len(row) for row in rows} - {self._dimensions}
        if sizes:
            raise EmbeddingError(
                f"{self.model}: the vectors have {min(sizes)} dimensions. Give dimensions={min(sizes)}."
            )
        vectors = np.stack(rows)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or (norms == 0).any():
            raise EmbeddingError(f"{self.model} gave a vector that is zero or not finite.")
        return list((vectors / norms).astype(np.float32))

    def _open(self) -> AsyncOpenAI:
        return open_client(
            self._secret, base_url=self._base_url, timeout_seconds=self._timeout_seconds, retries=self._retries
        )

    def _with(self, **changed: Any) -> Self:
        options: dict[str, Any] = {
            "model": self._name,
            "dimensions": self._dimensions,
            "base_url": self._base_url,
            "timeout_seconds": self._timeout_seconds,
            "retries": self._retries,
            "batch": self._batch,
            "concurrency": self._concurrency,
            "cosine_range": self._cosine_range,
        }
        return type(self)(None if self._secret is None else self._secret.reveal(), **(options | changed))


async def _shut(client: AsyncOpenAI) -> None:
    await client.close()


def _listed(texts: object) -> Sequence[str]:
    if isinstance(texts, str) or not isinstance(texts, Sequence):
        raise Invalid(f"embed takes a list of texts, not {shown(texts)}.")
    return texts  # pyright: ignore[reportUnknownVariableType] - each is checked next


def _checked(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise EmptyTextError("There is nothing to embed in an empty text.")
    return text[:CHARACTERS_MAX].encode(errors="replace").decode()


def _batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Cut texts into requests that a service takes: so many texts, and so many characters in all."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == most or size + len(text) > _BATCH_CHARACTERS_MAX):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _numbers(told: list[float] | str) -> NDArray[np.float64]:
    import numpy as np

    if isinstance(told, str):
        return np.frombuffer(base64.b64decode(told, validate=True), dtype="<f4").astype(np.float64)
    return np.array(told, dtype=np.float64)
