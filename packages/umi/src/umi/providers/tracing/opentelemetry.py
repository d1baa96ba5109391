"""The Tracer port over OpenTelemetry's API. Whose spans they become, and where they go, its provider knows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import Token
from types import TracebackType
from typing import Self

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import SpanKind, StatusCode, TracerProvider

import umi
from umi.ports.tracer import Attribute, Span

_SCOPE = "umi"
_ERROR_TYPE = "error.type"


class OpenTelemetryTracer:
    """Makes spans of a provider: the given one, or the one that is set for the whole process."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer(_SCOPE, umi.__version__, provider)

    def span(
        self, name: str, attributes: Mapping[str, Attribute] | None = None, *, is_client: bool = False
    ) -> AbstractContextManager[Span]:
        kind = SpanKind.CLIENT if is_client else SpanKind.INTERNAL
        return _Open(self._tracer, name, attributes, kind)


class _Open:
    """A span of OpenTelemetry's, current between enter and exit.

    OpenTelemetry's own context manager would note what an error says, and that may quote a memory.
    """

    __slots__ = ("_attributes", "_kind", "_name", "_span", "_token", "_tracer")

    def __init__(
        self, tracer: trace.Tracer, name: str, attributes: Mapping[str, Attribute] | None, kind: SpanKind
    ) -> None:
        self._tracer = tracer
        self._name = name
        self._attributes = attributes
        self._kind = kind
        self._span = trace.INVALID_SPAN
        self._token: Token[Context] | None = None

    def set(self, name: str, value: Attribute) -> None:
        self._span.set_attribute(name, value)

    def __enter__(self) -> Self:
        self._span = self._tracer.start_span(self._name, kind=self._kind, attributes=self._attributes)
        self._token = attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute(_ERROR_TYPE, kind.__name__)
        if self._token is not None:
            detach(self._token)
        self._span.end()
