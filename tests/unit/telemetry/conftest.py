"""The OpenTelemetry SDK with an exporter that keeps spans in memory, and a collector on the loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.unit.telemetry.collector import Collector

from umi.ports.tracer import Tracer
from umi.telemetry import tracer_of


class Spans:
    """What was traced: spans in the order they ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def tracer(self) -> Tracer:
        return tracer_of(self.provider)

    @property
    def all(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        [found] = self.named(name)
        return found

    def parent(self, span: ReadableSpan) -> ReadableSpan | None:
        """Return the span that another one is inside of."""
        if span.parent is None:
            return None
        [found] = [one for one in self.all if one.context and one.context.span_id == span.parent.span_id]
        return found

    def path(self, name: str) -> list[str]:
        """Return the names from the outermost span to the only one of this name."""
        span: ReadableSpan | None = self.one(name)
        found: list[str] = []
        while span is not None:
            found.insert(0, span.name)
            span = self.parent(span)
        return found


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running
