"""What a Memory tells a tracer: spans inside one another, by the conventions, and nothing of what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from tests.embedding import HashingEmbedder
from tests.loopback import Loopback, Reply
from tests.unit.telemetry.conftest import Spans

from umi import (
    CallableProvider,
    CallableReranker,
    Memory,
    MemoryBuilder,
    MemoryConfig,
    OpenAIProvider,
    RecallOptions,
    RememberOptions,
)
from umi.domain.completion import CompletionRequest, Price
from umi.errors import EmbeddingError, EmptyTextError, Invalid, ProviderError
from umi.ports.tracer import NO_TRACING
from umi.telemetry import tracer_of

TEXT = "Alice got replanted in Lisbon."
INLINE = RememberOptions(extract_entities=True)
NOTHING: dict[str, list[Any]] = {"entities": [], "facts": [], "relations": []}


def reads(request: CompletionRequest) -> Any:
    if request.schema is not None and "queries" in request.schema["properties"]:
        return {"queries": ["where is the secret garden"]}
    return NOTHING


class FailingEmbedder(HashingEmbedder):
    def embed(self, texts: Sequence[str]) -> Any:
        raise EmbeddingError(f"cannot embed {texts[0]}")


def opened(path: Path, spans: Spans, **parts: Any) -> Memory:
    return Memory.open(
        path / "memory.db", tracer=spans.tracer, embedder=parts.pop("embedder", HashingEmbedder()), **parts
    )


async def test_remembering_holds_the_embedding_the_decision_and_the_commit(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        await memory.remember(TEXT)

    assert spans.path("embeddings hashing") == ["umi.remember", "embeddings hashing"]
    assert spans.path("umi.decide") == ["umi.remember", "umi.decide"]
    assert spans.path("umi.commit") == ["umi.remember", "umi.commit"]
    assert spans.one("umi.remember").attributes == {"umi.path": "local", "umi.created": True}
    assert len(spans.all) == 4


async def test_an_embedding_is_told_by_the_conventions(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        await memory.remember_many([TEXT, "Bob too."])

    assert spans.one("embeddings hashing").attributes == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "hashing",
        "gen_ai.embeddings.dimension.count": 64,
        "umi.texts.count": 2,
    }


async def test_recalling_holds_the_search_and_the_embedding(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        await memory.remember(TEXT, RememberOptions(generate_embeddings=False))
        await memory.recall("Who got replanted?", limit=3)

    assert spans.path("embeddings hashing") == ["umi.recall", "umi.search", "embeddings hashing"]
    told = dict(spans.one("umi.recall").attributes or {})
    assert told.pop("umi.path") in {("words", "meaning"), ("words", "meaning", "facts"), ("words",)}
    assert told == {"umi.limit": 3, "umi.hits.count": 1}
    assert (spans.one("umi.search").attributes or {})["umi.candidates.count"] == 1


async def test_many_turns_are_a_span_for_each_commit(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        await memory.remember_many([*(f"Turn {number}." for number in range(64)), "One more.", ""])

    told = [dict(span.attributes or {}) for span in spans.named("umi.remember_chunk")]
    assert told == [
        {"umi.turns.count": 64, "umi.rejected.count": 0},
        {"umi.turns.count": 2, "umi.rejected.count": 1},
    ]


async def test_erasing_is_a_span(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        receipt = await memory.remember(TEXT)
        await memory.erase(ids=receipt.id)

    assert spans.one("umi.erase").attributes == {"umi.erased.count": 1, "umi.checked": True}


async def test_a_model_that_reads_at_once_is_asked_inside_remember(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans, llm=CallableProvider(reads, model="reader")) as memory:
        await memory.remember(TEXT, INLINE)

    assert spans.path("chat reader") == ["umi.remember", "umi.enrich", "umi.extract", "chat reader"]
    assert (spans.one("umi.remember").attributes or {})["umi.path"] == "llm"
    assert spans.one("umi.enrich").attributes == {
        "umi.path": "llm", "umi.entities.count": 0, "umi.facts.count": 0, "umi.refused.count": 0,
    }  # fmt: skip


async def test_what_is_read_behind_the_answer_is_a_trace_of_its_own(tmp_path: Path, spans: Spans):
    mine = spans.provider.get_tracer("mine")
    async with opened(tmp_path, spans, llm=CallableProvider(reads, model="reader")) as memory:
        with mine.start_as_current_span("a request"):
            await memory.remember(TEXT)
            receipt = await memory.remember("Bob got replanted in Porto.")
        await memory.settle()

    assert receipt.path == "pending"
    requests = {span.context.trace_id for span in spans.named("umi.remember") if span.context}
    read = [span.context.trace_id for span in spans.named("umi.enrich") if span.context]
    assert len(requests) == 1
    assert len(set(read)) == len(read) == 2
    assert requests.isdisjoint(read)
    assert [span.parent for span in spans.named("umi.enrich")] == [None, None]


async def test_a_hosted_model_is_told_by_the_conventions(tmp_path: Path, spans: Spans):
    with Loopback(lambda _: Reply(text='{"entities": [], "facts": [], "relations": []}')) as server:
        llm = OpenAIProvider("sk-secret", model="gpt-x", base_url=server.openai_url, price=Price(input=1, output=2))
        async with opened(tmp_path, spans, llm=llm) as memory:
            await memory.remember(TEXT, INLINE)

    chat = spans.one("chat gpt-x")
    told = dict(chat.attributes or {})
    assert chat.kind is SpanKind.CLIENT
    assert told.pop("umi.cost_usd") == pytest.approx(20e-6)
    told = {name: value for name, value in told.items() if not name.startswith("gen_ai.request.t")}
    told.pop("gen_ai.request.max_tokens", None)
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.response.model": "gpt-x",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.output.type": "json",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "umi.attempts.count": 1,
    }


async def test_deep_search_and_a_second_reading_are_inside_recall(tmp_path: Path, spans: Spans):
    parts = {
        "llm": CallableProvider(reads, model="reader"),
        "reranker": CallableReranker(lambda _, texts: [float(len(text)) for text in texts], model="judge"),
    }
    async with opened(tmp_path, spans, config=MemoryConfig(extraction="off"), **parts) as memory:
        await memory.remember_many([TEXT, "Bob got replanted in Porto."])  # one alone is not read again
        await memory.recall("Who got replanted?", RecallOptions(deep_search=True))

    assert spans.path("chat reader") == ["umi.recall", "chat reader"]
    assert spans.path("rerank judge") == ["umi.recall", "rerank judge"]
    assert len(spans.named("umi.search")) == 2  # as asked, and as reworded


def test_a_blocking_twin_is_inside_the_callers_span(tmp_path: Path, spans: Spans):
    mine = spans.provider.get_tracer("mine")
    with opened(tmp_path, spans) as memory, mine.start_as_current_span("a request"):
        memory.remember_sync(TEXT)

    assert spans.path("umi.commit") == ["a request", "umi.remember", "umi.commit"]


async def test_what_happens_at_once_is_told_apart(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans) as memory:
        await asyncio.gather(*(memory.remember(f"Turn {number}.") for number in range(20)))

    outer = {span.context.span_id for span in spans.named("umi.remember") if span.context}
    inner = [span.parent.span_id for span in spans.named("umi.commit") if span.parent]
    assert len(outer) == 20
    assert sorted(inner) == sorted(outer)


async def test_an_error_is_told_by_its_class_alone(tmp_path: Path, spans: Spans):
    async with opened(tmp_path, spans, embedder=FailingEmbedder()) as memory:
        with pytest.raises(EmbeddingError, match="Lisbon"):
            await memory.remember(TEXT)

    for name in ("umi.remember", "embeddings hashing"):
        span = spans.one(name)
        assert span.status.status_code is StatusCode.ERROR
        assert span.status.description is None
        assert (span.attributes or {})["error.type"] == "EmbeddingError"
        assert span.events == ()


async def test_a_model_that_fails_fails_no_more_than_its_own_spans(tmp_path: Path, spans: Spans):
    def fails(_: CompletionRequest) -> Any:
        raise ProviderError(f"cannot read {TEXT}")

    async with opened(tmp_path, spans, llm=CallableProvider(fails, model="reader")) as memory:
        receipt = await memory.remember(TEXT, INLINE)

    assert receipt.path == "llm failed"
    assert spans.one("umi.remember").status.status_code is StatusCode.UNSET
    [chat, *_] = spans.named("chat reader")
    assert chat.status.status_code is StatusCode.ERROR
    assert "Lisbon" not in chat.to_json()


async def test_no_span_holds_anything_of_a_memory_or_of_who_asks(tmp_path: Path, spans: Spans):
    said: dict[str, Any] = {
        "id": "secretid", "user": "secretuser",
        "speaker": "secretspeaker", "namespace": "secretspace", "agent": "secretagent", "session": "secretsession",
        "name": "secretname", "topics": ["secrettopic"], "metadata": {"secretkey": "secretvalue"}, "key": "secretkey",
        "source": "secretsource", "source_ref": "secret://reference", "event_time": datetime(2019, 3, 4, tzinfo=UTC),
    }  # fmt: skip
    parts = {
        "llm": CallableProvider(reads, model="reader"),
        "reranker": CallableReranker(lambda _, texts: [1.0 for _ in texts], model="judge"),
        "tenant": "secrettenant",
    }
    async with opened(tmp_path, spans, **parts) as memory:
        receipt = await memory.remember("The secret garden is in Lisbon.", INLINE, **said)
        await memory.remember_many([{"text": "A secret turn.", "user": "secretuser"}, {"text": ""}])
        await memory.recall("Where is the secret garden?", RecallOptions(deep_search=True), user="secretuser")
        await memory.settle()
        with pytest.raises(EmptyTextError):
            await memory.remember("", user="secretuser")
        await memory.erase(user="secretuser", reason="a secret reason")

    told = "\n".join(span.to_json() for span in spans.all)
    assert receipt.id == "secretid"
    assert {span.name for span in spans.all} >= {"umi.remember", "umi.remember_chunk", "umi.recall", "umi.erase"}
    assert {span.name for span in spans.all} >= {"umi.enrich", "chat reader", "rerank judge", "embeddings hashing"}
    # "2019" alone may stand in the hexadecimal digits of a span's own id.
    assert [word for word in ("secret", "Lisbon", "garden", "2019-03", str(tmp_path)) if word in told] == []


async def test_without_a_tracer_nobody_is_told_anything(tmp_path: Path, spans: Spans, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", spans.provider)
    path = tmp_path / "memory.db"
    async with Memory.open(path, embedder=HashingEmbedder()) as memory:
        await memory.remember(TEXT)
        assert spans.all == ()
    async with Memory.open(path, embedder=HashingEmbedder(), tracer=tracer_of()) as memory:
        await memory.recall("Who?")
        assert "umi.recall" in {span.name for span in spans.all}


def test_tracing_that_is_off_makes_nothing():
    assert NO_TRACING.span("umi.remember") is NO_TRACING.span("umi.recall")


def test_a_builder_takes_a_tracer(tmp_path: Path, spans: Spans):
    builder = MemoryBuilder().with_storage(tmp_path / "memory.db").with_embedder(HashingEmbedder())
    with builder.with_tracer(spans.tracer).build() as memory:
        memory.remember_sync(TEXT)

    assert len(spans.named("umi.remember")) == 1


def test_what_is_no_tracer_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="tracer has a method span"):
        Memory.open(tmp_path / "memory.db", tracer="http://localhost:4318")  # pyright: ignore[reportArgumentType]


def test_a_simulated_memory_gives_the_same_answers_when_it_is_traced(spans: Spans):
    def answers(**parts: Any) -> list[tuple[str, str, float]]:
        with Memory(seed=42, **parts) as memory:
            memory.remember_sync("Alice works at Acme Corp as an engineer.")
            memory.remember_sync("Bob lives in Lisbon.")
            return [(hit.id, hit.content, hit.score) for hit in memory.recall_sync("Where does Bob live?")]

    assert answers(tracer=spans.tracer) == answers()
    assert len(spans.named("umi.remember")) == 2
