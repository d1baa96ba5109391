"""Setting tracing up: settings that are checked, spans that reach a collector, and an end that is bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.embedding import HashingEmbedder
from tests.unit.telemetry.collector import Collector

from umi import Memory
from umi.errors import Invalid, LimitExceeded, Unsupported
from umi.limits import TELEMETRY_NAME_BYTES_MAX
from umi.telemetry import TelemetryConfig, TelemetryGuard, init_telemetry, tracer_of

REMEMBERS = """
import sys
from umi import Memory
from umi.telemetry import TelemetryConfig, init_telemetry
telemetry = init_telemetry(TelemetryConfig(endpoint=sys.argv[1]))
memory = Memory(seed=1, tracer=telemetry.tracer)
memory.remember_sync("Alice lives in Lisbon.")
memory.close_sync()
"""


def remember(path: Path, guard: TelemetryGuard, *texts: str) -> None:
    with Memory.open(path / "memory.db", embedder=HashingEmbedder(), tracer=guard.tracer) as memory:
        for text in texts or ("Alice lives in Lisbon.",):
            memory.remember_sync(text)


def test_the_settings_have_defaults():
    config = TelemetryConfig()

    assert (config.service_name, config.endpoint) == ("umi-memory", "http://localhost:4318")
    assert (config.sampling_rate, config.export_timeout_ms, config.batch_size_max) == (1.0, 5_000, 512)


def test_the_settings_can_be_built():
    built = (
        TelemetryConfig()
        .with_service_name("assistant")
        .with_endpoint("https://collector:4318/team")
        .with_sampling_rate(0.25)
        .with_export_timeout_ms(100)
        .with_batch_size_max(10)
    )

    assert built == TelemetryConfig(
        service_name="assistant",
        endpoint="https://collector:4318/team",
        sampling_rate=0.25,
        export_timeout_ms=100,
        batch_size_max=10,
    )


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
        ("https://collector/team", "https://collector/team/v1/traces"),
        ("https://collector/v1/traces", "https://collector/v1/traces"),
    ],
)
def test_spans_go_to_the_path_for_traces(endpoint: str, address: str):
    assert TelemetryConfig(endpoint=endpoint).traces_endpoint == address


def test_the_environment_is_read_where_it_is_given():
    given = {"OTEL_SERVICE_NAME": "assistant", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}

    assert TelemetryConfig.from_env({}) == TelemetryConfig()
    assert TelemetryConfig.from_env(given) == TelemetryConfig(
        service_name="assistant", endpoint="http://collector:4318"
    )


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), float("inf"), "1", True, None])
def test_a_sampling_rate_that_is_no_share_is_refused(rate: Any):
    with pytest.raises(Invalid, match=r"sampling_rate is a number from 0\.0 to 1\.0"):
        TelemetryConfig(sampling_rate=rate)


@pytest.mark.parametrize(
    "endpoint",
    [
        *("", "localhost:4317", "grpc://localhost:4317", "http://", "http://localhost:port", "http://localhost:99999"),
        *("http://[::1", "http://a b", "http://collector/?key=1", "http://collector/#part", None, 4318),
    ],
)
def test_an_endpoint_that_is_no_address_is_refused(endpoint: Any):
    with pytest.raises(Invalid, match="endpoint"):
        TelemetryConfig(endpoint=endpoint)


def test_an_endpoint_with_a_password_is_refused_and_not_shown():
    with pytest.raises(Invalid, match="OTEL_EXPORTER_OTLP_HEADERS") as caught:
        TelemetryConfig(endpoint="https://user:hunter2@collector:4318")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "setting",
    [
        *({"export_timeout_ms": 0}, {"export_timeout_ms": 60_001}, {"export_timeout_ms": 1.5}),
        *({"batch_size_max": 0}, {"batch_size_max": 10_001}, {"batch_size_max": True}),
        *({"service_name": ""}, {"service_name": None}),
    ],
)
def test_other_settings_out_of_range_are_refused(setting: dict[str, Any]):
    with pytest.raises(Invalid, match=next(iter(setting))):
        TelemetryConfig(**setting)


def test_a_name_that_is_too_long_is_refused():
    with pytest.raises(LimitExceeded, match="service_name"):
        TelemetryConfig(service_name="n" * (TELEMETRY_NAME_BYTES_MAX + 1))


def test_leaving_the_guard_sends_what_waits(tmp_path: Path, collector: Collector):
    config = TelemetryConfig(service_name="assistant", endpoint=collector.url)
    with init_telemetry(config) as guard:
        remember(tmp_path, guard)
        assert guard.config is config

    [sent] = collector.sent
    assert sent.path == "/v1/traces"
    assert sent.service == "assistant"
    assert collector.names == ["embeddings hashing", "umi.commit", "umi.decide", "umi.remember"]
    [outer] = [span for span in sent.spans if span.name == "umi.remember"]
    assert {span.parent_span_id for span in sent.spans} == {b"", outer.span_id}
    assert b"Lisbon" not in sent.request.SerializeToString()


def test_flushing_sends_what_waits_and_goes_on(tmp_path: Path, collector: Collector):
    with init_telemetry(TelemetryConfig(endpoint=collector.url)) as guard:
        remember(tmp_path, guard)
        assert guard.flush()
        assert len(collector.names) == 4
        remember(tmp_path, guard, "Bob lives in Porto.")

    assert len(collector.names) == 8


def test_no_request_holds_more_spans_than_a_batch(tmp_path: Path, collector: Collector):
    with init_telemetry(TelemetryConfig(endpoint=collector.url, batch_size_max=3)) as guard:
        remember(tmp_path, guard, *(f"Turn {number}." for number in range(10)))

    assert len(collector.names) == 40
    assert max(len(sent.spans) for sent in collector.sent) == 3


def test_a_sampling_rate_of_nothing_sends_nothing(tmp_path: Path, collector: Collector):
    with init_telemetry(TelemetryConfig(endpoint=collector.url, sampling_rate=0)) as guard:
        remember(tmp_path, guard)

    assert collector.sent == []


def test_shutting_down_twice_is_fine_and_no_span_comes_after(tmp_path: Path, collector: Collector):
    guard = init_telemetry(TelemetryConfig(endpoint=collector.url))

    assert guard.shutdown()
    assert guard.shutdown()
    assert guard.flush()
    remember(tmp_path, guard)
    assert collector.sent == []


def test_a_collector_that_is_not_there_hurts_nobody(tmp_path: Path):
    with Collector() as gone:
        url = gone.url
    with init_telemetry(TelemetryConfig(endpoint=url, export_timeout_ms=200)) as guard:
        remember(tmp_path, guard)


def test_a_collector_that_never_answers_is_not_waited_for(tmp_path: Path, collector: Collector):
    collector.may_answer.clear()
    guard = init_telemetry(TelemetryConfig(endpoint=collector.url, export_timeout_ms=50))
    remember(tmp_path, guard)

    guard.shutdown()

    assert not collector.may_answer.is_set()  # and yet we are here


def test_a_collector_that_refuses_spans_hurts_nobody(tmp_path: Path):
    with Collector(status=400) as refusing, init_telemetry(TelemetryConfig(endpoint=refusing.url)) as guard:
        remember(tmp_path, guard)

    assert len(refusing.sent) == 1


def test_a_process_that_ends_without_shutting_down_sends_what_waits(tmp_path: Path, collector: Collector):
    command = [sys.executable, "-W", "error", "-c", REMEMBERS, collector.url]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert ran.returncode == 0, ran.stderr
    assert "umi.remember" in collector.names


def test_the_settings_need_no_sdk_and_load_none():
    code = "import sys, umi.telemetry; umi.telemetry.TelemetryConfig(); print('opentelemetry' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize("begin", [init_telemetry, tracer_of])
def test_without_the_extra_the_error_tells_how_to_install_it(begin: Any, monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in sys.modules if name.startswith(("opentelemetry", "umi.providers.tracing"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(Unsupported, match=r"pip install 'umi-memory\[telemetry\]'"):
        begin()
