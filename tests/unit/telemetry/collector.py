"""A collector on the loopback that speaks OTLP over HTTP, and keeps what it is sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it came."""

    path: str
    request: ExportTraceServiceRequest

    @property
    def service(self) -> str:
        [resource] = self.request.resource_spans
        return next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")

    @property
    def spans(self) -> Sequence[Span]:
        return [span for one in self.request.resource_spans for part in one.scope_spans for span in part.spans]


class Collector:
    """The server, as a context manager. It answers once `may_answer` is set, which it is."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.sent: list[Sent] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def names(self) -> list[str]:
        return sorted(span.name for sent in self.sent for span in sent.spans)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - that is who made it

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        collector = self.server.collector
        collector.sent.append(Sent(path=self.path, request=ExportTraceServiceRequest.FromString(body)))
        collector.may_answer.wait(timeout=30)
        self.send_response(collector.status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""
