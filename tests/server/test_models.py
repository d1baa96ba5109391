"""A served store with a model that reads, traces that go somewhere, and counts of what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from tests.loopback import Loopback, extracting
from tests.server.conftest import Server, Serving, bearer
from tests.unit.telemetry.collector import Collector

from umi.errors import Unsupported
from umi.providers.embedding.minilm import MiniLMEmbedder
from umi.server.services import Services
from umi.server.settings import ServerSettings
from umi.wiring import serving as wiring

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def model() -> Iterator[Loopback]:
    with Loopback(extracting) as model:
        yield model


async def waiting(server: Server) -> float:
    counts = (await server.client.get("/metrics")).text
    [line] = [line for line in counts.splitlines() if line.startswith("umi_tasks_waiting ")]
    return float(line.split()[1])


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
async def test_a_served_store_has_the_model_that_is_set(
    serving: Serving, model: Loopback, monkeypatch: pytest.MonkeyPatch, vendor: str
):
    monkeypatch.setenv(f"{vendor.upper()}_API_KEY", KEY)
    url = model.openai_url if vendor == "openai" else model.url
    server = await serving(llm=f"{vendor}:small-model", llm_base_url=url)
    key = await server.key()

    assert (await server.remember(key, "Ada moved to Lisbon")).status_code == 200
    for _ in range(400):
        if model.asked and not await waiting(server):
            break
        await asyncio.sleep(0.05)

    assert await waiting(server) == 0
    assert {asked.body["model"] for asked in model.asked} == {"small-model"}
    assert any(KEY in value for value in model.asked[0].headers.values())
    stats = await server.client.get("/umi/v1/stats", headers=bearer(key))
    assert stats.json()["entities"] > 1  # what it found stands beside the text


async def test_what_waits_for_a_model_is_counted_of_all_tenants(
    serving: Serving, model: Loopback, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model.latency_ms = 60_000
    server = await serving(llm="openai:small-model", llm_base_url=model.openai_url, shutdown_seconds_max=0.1)
    assert await waiting(server) == 0

    for tenant in ("t", "T"):
        await server.remember(await server.key(tenant=tenant), "Ada moved to Lisbon")

    assert await waiting(server) == 2
    stats = await server.client.get("/umi/v1/stats", headers=bearer(await server.key()))
    assert stats.json()["tasks"] == 1


def test_a_model_whose_package_is_missing_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch):
    def missing(_: str) -> None:
        return None

    monkeypatch.setattr(wiring, "find_spec", missing)

    with pytest.raises(Unsupported, match=r"umi-memory\[openai\]"):
        wiring.served_llm("openai", None)


@pytest.mark.parametrize("warm", [True, False])
async def test_the_model_that_embeds_is_loaded_before_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, warm: bool
):
    embedded: list[Sequence[str]] = []
    embed = MiniLMEmbedder.embed

    def noted(self: MiniLMEmbedder, texts: Sequence[str]) -> Any:
        embedded.append(texts)
        return embed(self, texts)

    monkeypatch.setattr(MiniLMEmbedder, "embed", noted)
    services = Services(ServerSettings.model_validate({"store": str(tmp_path / "memory.db")}), warm=warm)
    await services.open()
    await services.close()

    assert bool(embedded) is warm


async def test_traces_go_where_they_are_set_to_and_tell_no_text(serving: Serving):
    with Collector() as collector:
        server = await serving(telemetry_endpoint=collector.url)
        key = await server.key()
        await server.remember(key, "The treasure is under the oak")
        await server.client.get("/umi/v1/entities/treasure?token=oak", headers=bearer(key))
        await server.services.close()

    assert {sent.service for sent in collector.sent} == {"umi-server"}
    spans = [span for sent in collector.sent for span in sent.spans]
    requests = [span for span in spans if span.name == "http.request"]
    [remembered] = [span for span in spans if span.name == "umi.remember"]
    assert remembered.parent_span_id in {span.span_id for span in requests}
    told = [
        {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
        for span in sorted(requests, key=lambda span: span.start_time_unix_nano)
    ]
    assert told == [
        {"http.request.method": "POST", "http.route": "/umi/v1/remember", "http.response.status_code": 200},
        {"http.request.method": "GET", "http.route": "/umi/v1/entities/{id}", "http.response.status_code": 404},
    ]
    everything = b"".join(sent.request.SerializeToString() for sent in collector.sent)
    assert [word for word in (b"treasure", b"oak", key.encode()) if word in everything] == []
