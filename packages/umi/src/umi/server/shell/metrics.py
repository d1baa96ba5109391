"""Counts for Prometheus, of this process or, where there are several, of all of them."""

from __future__ import annotations

from typing import Final, Literal

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """`folder` is where processes share their counts; None for a process that stands alone."""

    content_type: Final = CONTENT_TYPE_LATEST

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("umi_requests", "Requests that were answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "umi_request_seconds",
            "How long the answer took.",
            labels[:2],
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._remembered = Counter("umi_memories_written", "Memories that were kept.", registry=self._registry)
        self._recalled = Counter("umi_memories_recalled", "Memories that were found.", registry=self._registry)
        self._jobs = Counter(
            "umi_jobs",
            "Work of doors behind their answers, by how it went.",
            ("job", "outcome"),
            registry=self._registry,
        )
        self._waiting = Gauge(
            "umi_tasks_waiting", "Work behind the answers.", registry=self._registry, multiprocess_mode="mostrecent"
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; a status of 0 is one whose caller went away."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def remembered(self, count: int = 1) -> None:
        self._remembered.inc(count)

    def recalled(self, count: int) -> None:
        self._recalled.inc(count)

    def job(self, name: str, outcome: Literal["done", "failed", "given up"]) -> None:
        self._jobs.labels(name, outcome).inc()

    def waiting(self, count: int) -> None:
        self._waiting.set(count)

    def text(self) -> bytes:
        """Return all counts as Prometheus reads them."""
        if self._folder is None:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=self._folder)
        return generate_latest(shared)
