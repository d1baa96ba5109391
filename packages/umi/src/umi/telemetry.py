"""Tracing with OpenTelemetry: where spans go, how many of them, and when.

    from umi import Memory
    from umi.telemetry import TelemetryConfig, init_telemetry

    with init_telemetry(TelemetryConfig(endpoint="http://localhost:4318")) as telemetry:
        memory = Memory.open("memory.db", tracer=telemetry.tracer)

Umi tells nobody anything unless this is called and its tracer is passed. What is told are names of Umi's own, numbers,
and the names of models and of classes of errors: never a text, a query, an id, a user, or what an error says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from umi.domain.checking import check_text
from umi.domain.completion import check_whole
from umi.domain.text import shown
from umi.errors import Invalid, Unsupported
from umi.limits import (
    TELEMETRY_BATCH_COUNT_DEFAULT,
    TELEMETRY_BATCH_COUNT_MAX,
    TELEMETRY_EXPORT_MS_DEFAULT,
    TELEMETRY_EXPORT_MS_MAX,
    TELEMETRY_NAME_BYTES_MAX,
    TELEMETRY_QUEUE_COUNT_MIN,
)
from umi.ports.tracer import Tracer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider
    from opentelemetry.trace import TracerProvider

SERVICE_NAME_DEFAULT: Final = "umi-memory"
ENDPOINT_DEFAULT: Final = "http://localhost:4318"
_TRACES: Final = "/v1/traces"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryConfig:
    """Where spans go, and how.

    They are sent under the name `service_name` to a collector that speaks OTLP over HTTP at `endpoint`, its address
    without `/v1/traces`. A share of `sampling_rate` of all traces is sent, from 0.0 (none) to 1.0 (all of them); a span
    inside one of the caller's goes the way that one goes. Up to `batch_size_max` spans go in one request, which may
    take `export_timeout_ms` milliseconds with all that is tried again; so may the end of it all.

    Raises:
        Invalid: a setting cannot be used; the message says which.

    """

    service_name: str = SERVICE_NAME_DEFAULT
    endpoint: str = ENDPOINT_DEFAULT
    sampling_rate: float = 1.0
    export_timeout_ms: int = TELEMETRY_EXPORT_MS_DEFAULT
    batch_size_max: int = TELEMETRY_BATCH_COUNT_DEFAULT

    def __post_init__(self) -> None:
        check_text("service_name", self.service_name, TELEMETRY_NAME_BYTES_MAX)
        _check_endpoint(self.endpoint)
        _check_rate(self.sampling_rate)
        check_whole("export_timeout_ms", self.export_timeout_ms, 1, TELEMETRY_EXPORT_MS_MAX)
        check_whole("batch_size_max", self.batch_size_max, 1, TELEMETRY_BATCH_COUNT_MAX)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT give: pass the process's.

        Raises:
            Invalid: one of them cannot be used.

        """
        return cls(
            service_name=environ.get("OTEL_SERVICE_NAME") or SERVICE_NAME_DEFAULT,
            endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ENDPOINT_DEFAULT,
        )

    def with_service_name(self, name: str) -> Self:
        return replace(self, service_name=name)

    def with_endpoint(self, endpoint: str) -> Self:
        return replace(self, endpoint=endpoint)

    def with_sampling_rate(self, rate: float) -> Self:
        return replace(self, sampling_rate=rate)

    def with_export_timeout_ms(self, timeout: int) -> Self:
        return replace(self, export_timeout_ms=timeout)

    def with_batch_size_max(self, size: int) -> Self:
        return replace(self, batch_size_max=size)

    @property
    def traces_endpoint(self) -> str:
        """The address that spans are sent to."""
        address = self.endpoint.rstrip("/")
        return address if address.endswith(_TRACES) else address + _TRACES


class TelemetryGuard:
    """Keeps spans flowing until it is shut down, as a context manager or by hand.

    `tracer` is what a Memory is given. Shutting down sends what waits; so does the end of the process.
    """

    def __init__(self, provider: SdkTracerProvider, config: TelemetryConfig) -> None:
        self._provider = provider
        self._config = config
        self._is_over = False
        self.tracer = tracer_of(provider)

    @property
    def config(self) -> TelemetryConfig:
        return self._config

    def flush(self) -> bool:
        """Send what waits; False if that took longer than `export_timeout_ms`. What a collector refuses is lost."""
        return self._is_over or self._within_time(self._provider.force_flush)

    def shutdown(self) -> bool:
        """Send what waits, and make no spans any more; False if that took too long. Doing it twice is fine."""
        if self._is_over:
            return True
        self._is_over = True
        return self._within_time(self._provider.shutdown)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def _within_time(self, call: Callable[[], object]) -> bool:
        # The SDK's own limits are not kept while a request is under way, and a collector may be down for good.
        thread = Thread(target=call, name="umi-telemetry", daemon=True)
        thread.start()
        thread.join(self._config.export_timeout_ms / 1000)
        return not thread.is_alive()


def init_telemetry(config: TelemetryConfig | None = None) -> TelemetryGuard:
    """Begin to send spans, by the OpenTelemetry SDK; nothing of it is set for the whole process.

    The SDK's own variables hold for the rest: OTEL_EXPORTER_OTLP_HEADERS for the key that a collector asks for,
    OTEL_RESOURCE_ATTRIBUTES for what is said of the service.

    Raises:
        Unsupported: the packages of the extra `telemetry` are missing.

    """
    config = TelemetryConfig() if config is None else config
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    except ImportError as error:
        raise _missing() from error
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: config.service_name}),
        sampler=ParentBasedTraceIdRatio(config.sampling_rate),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            OTLPSpanExporter(endpoint=config.traces_endpoint, timeout=config.export_timeout_ms / 1000),
            max_queue_size=max(TELEMETRY_QUEUE_COUNT_MIN, 2 * config.batch_size_max),
            max_export_batch_size=config.batch_size_max,
            export_timeout_millis=config.export_timeout_ms,
        )
    )
    return TelemetryGuard(provider, config)


def tracer_of(provider: TracerProvider | None = None) -> Tracer:
    """Return a tracer for a Memory over a provider that you have set up, or the one set for the whole process.

    Raises:
        Unsupported: the packages of the extra `telemetry` are missing.

    """
    try:
        from umi.providers.tracing.opentelemetry import OpenTelemetryTracer
    except ImportError as error:
        raise _missing() from error
    return OpenTelemetryTracer(provider)


def _check_rate(rate: object) -> None:
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:  # False for NaN too
        raise Invalid(f"sampling_rate is a number from 0.0 to 1.0, not {shown(rate)}.")


def _check_endpoint(endpoint: object) -> None:
    """Check an address without ever showing the user and password that it may hold."""
    if not isinstance(endpoint, str) or not endpoint.startswith(("http://", "https://")):
        raise Invalid('endpoint begins with http:// or https://, as "http://localhost:4318" does.')
    try:
        parts = urlsplit(endpoint)
        has_host, _ = bool(parts.hostname), parts.port  # a port that is none raises
    except ValueError as error:
        raise Invalid("endpoint is the address of a collector; its host or its port is none.") from error
    if not has_host or parts.query or parts.fragment or any(map(str.isspace, endpoint)):
        raise Invalid("endpoint is the address of a collector: a host, and perhaps a port and a path.")
    if "@" in parts.netloc:
        raise Invalid("endpoint holds a user or a password. Leave it to the variable OTEL_EXPORTER_OTLP_HEADERS.")


def _missing() -> Unsupported:
    return Unsupported("Tracing needs the OpenTelemetry SDK: pip install 'umi-memory[telemetry]'")
