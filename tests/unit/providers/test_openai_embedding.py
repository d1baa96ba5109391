"""The embedding provider, through the real SDK, against a server of the same protocol on the loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
from tests.loopback import Asked, Loopback, Reply, embeddings, refusal
from tests.unit.providers.conftest import KEY

from umi.errors import EmbeddingError, EmptyTextError, Invalid
from umi.providers.embedding.openai import OpenAIEmbeddingProvider

Making = Callable[..., OpenAIEmbeddingProvider]


@pytest.fixture
async def embedding(server: Loopback) -> AsyncIterator[Making]:
    made: list[OpenAIEmbeddingProvider] = []

    def making(**options: Any) -> OpenAIEmbeddingProvider:
        given: dict[str, Any] = {"base_url": server.openai_url, "retries": 0, "timeout_seconds": 20, "dimensions": 8}
        made.append(OpenAIEmbeddingProvider(KEY, **(given | options)))
        return made[-1]

    yield making
    for provider in made:
        await provider.close()


@pytest.mark.parametrize("dimensions", [1, 8, 1_536, 3_072])
async def test_any_number_of_dimensions_will_do(embedding: Making, dimensions: int):
    provider = embedding(dimensions=dimensions)

    [vector] = await provider.embed(["Alice lives in Lisbon"])

    assert vector.shape == (dimensions,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert provider.model == f"text-embedding-3-small/{dimensions}"


async def test_vectors_come_in_the_order_of_the_texts(embedding: Making):
    texts = ["Łódź", "日本", "Łódź"]
    alone = [(await embedding().embed([text]))[0] for text in texts]

    together = await embedding().embed_batch(texts)

    np.testing.assert_array_equal(together, alone)
    assert not np.array_equal(together[0], together[1])


async def test_no_text_asks_nothing(server: Loopback, embedding: Making):
    assert await embedding().embed([]) == []
    assert server.asked == []


async def test_texts_go_in_batches(server: Loopback, embedding: Making):
    found = await embedding(batch=100).embed([f"text {number}" for number in range(250)])

    assert len(found) == 250
    assert sorted(len(asked.body["input"]) for asked in server.asked) == [50, 100, 100]


async def test_no_more_requests_run_at_once_than_allowed(server: Loopback, embedding: Making):
    server.latency_ms = 20

    await embedding(batch=1, concurrency=2).embed([f"text {number}" for number in range(8)])

    assert server.most_at_once == 2


async def test_a_model_with_fixed_dimensions_is_asked_without_them(server: Loopback, embedding: Making):
    def answer(asked: Asked) -> Reply:
        if "dimensions" in asked.body:
            return refusal(400, "This model does not support specifying dimensions.")
        return Reply(raw=json.dumps(embeddings({**asked.body, "dimensions": 8})).encode())

    server.answering = answer
    provider = embedding()

    assert (await provider.embed(["one"]))[0].shape == (8,)
    assert (await provider.embed(["two"]))[0].shape == (8,)
    assert len(server.asked) == 3


async def test_other_dimensions_than_asked_for_say_what_to_give(server: Loopback, embedding: Making):
    server.answering = lambda asked: Reply(raw=json.dumps(embeddings({**asked.body, "dimensions": 5})).encode())

    with pytest.raises(EmbeddingError, match="Give dimensions=5"):
        await embedding().embed(["one"])


async def test_plain_numbers_are_read_too(server: Loopback, embedding: Making):
    server.answering = lambda asked: Reply(
        raw=json.dumps(embeddings({**asked.body, "encoding_format": "float"})).encode()
    )

    assert (await embedding().embed(["one"]))[0].shape == (8,)


async def test_a_text_that_is_too_long_is_cut_until_it_is_taken(server: Loopback, embedding: Making):
    def answer(asked: Asked) -> Reply:
        if max(map(len, asked.body["input"])) > 7_000:
            return refusal(400, "This model's maximum context length is 8192 tokens.")
        return Reply(raw=json.dumps(embeddings(asked.body)).encode())

    server.answering = answer

    found = await embedding().embed(["語" * 900_000, "short"])

    assert len(found) == 2
    assert server.asked[-1].body["input"][1] == "short"


async def test_half_a_character_does_no_harm(embedding: Making):
    assert len(await embedding().embed(["half \ud800"])) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"nonsense",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": "!!"}]}',
        b'{"data": [{"index": 1, "embedding": [1, 0, 0, 0, 0, 0, 0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [0, 0, 0, 0, 0, 0, 0, 0]}]}',
    ],
)
async def test_an_answer_that_cannot_be_used_is_told(server: Loopback, embedding: Making, raw: bytes):
    server.script(Reply(raw=raw))

    with pytest.raises(EmbeddingError):
        await embedding().embed(["one"])


@pytest.mark.parametrize("reply", [refusal(401, KEY), refusal(429, "slow"), refusal(500, "oops")])
async def test_a_failure_is_an_embedding_error_without_the_key(server: Loopback, embedding: Making, reply: Reply):
    server.script(reply)

    with pytest.raises(EmbeddingError) as caught:
        await embedding().embed(["one"])

    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_a_server_that_keeps_silent_is_not_waited_for(server: Loopback, embedding: Making):
    server.script(Reply(latency_ms=60_000))

    with pytest.raises(EmbeddingError, match="did not answer"):
        await embedding(timeout_seconds=0.2).embed(["one"])


@pytest.mark.parametrize("text", ["", " \n", 7])
async def test_an_empty_text_has_no_vector(embedding: Making, text: Any):
    with pytest.raises(EmptyTextError):
        await embedding().embed([text])


async def test_one_text_is_no_list(embedding: Making):
    with pytest.raises(Invalid, match="list of texts"):
        await embedding().embed("one")


async def test_a_copy_keeps_what_it_does_not_change(embedding: Making):
    copy = embedding(batch=7).with_model("other", 16)

    assert (copy.model, copy.dimensions) == ("other/16", 16)
    assert repr(copy).startswith("OpenAIEmbeddingProvider(model='other', dimensions=16, base_url=")
    assert KEY not in repr(copy) + repr(vars(copy))


@pytest.mark.parametrize("options", [{"dimensions": 0}, {"batch": 101}, {"model": ""}, {"base_url": "ftp://x"}])
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, Any]):
    with pytest.raises(Invalid, match=next(iter(options))):
        OpenAIEmbeddingProvider(KEY, **options)
