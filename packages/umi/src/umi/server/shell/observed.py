"""The outermost layer: a request's id, its line in the log, its metrics, and the headers of every answer.

Nothing that a caller wrote is logged: no query string, no body, no credential, and of errors only their kind.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers, MutableHeaders

from umi.server.shell.faults import fault_of
from umi.server.shell.trail import Trail, begun, trail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from umi.ports.world import Clock, Entropy
    from umi.server.services import Services
    from umi.server.shell.faults import Fault

_log = logging.getLogger("umi.server")
_audit = logging.getLogger("umi.audit")

UNMATCHED: Final = "unmatched"
OTHER: Final = "other"
_METHODS: Final = frozenset(HTTPMethod)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Observed:
    """ASGI middleware. `answer` makes the response to a fault, in the words of the door that was asked."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Clock,
        entropy: Entropy,
        services: Services,
        answer: Callable[[Scope, Fault], ASGIApp],
        prefixes: Sequence[str],
    ) -> None:
        self._app = app
        self._clock = clock
        self._entropy = entropy
        self._services = services
        self._answer = answer
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trail = begun(scope, Headers(scope=scope).get("x-request-id"), self._clock, self._entropy)
        loop = asyncio.get_running_loop()
        began, status = loop.time(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _put_headers(message, trail)
            await send(message)

        try:
            with self._services.tracer.span("http.request", {"http.request.method": _known_method(scope)}) as span:
                try:
                    await self._app(scope, receive, sending)
                finally:
                    span.set("http.route", self._template(scope))
                    span.set("http.response.status_code", status)
        except Exception as error:  # noqa: BLE001 - the process's edge: nothing above could answer better
            trail.error, fault = type(error).__name__, fault_of(error)
            if fault.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                said = {"request_id": trail.id, "error": trail.error, "at": place_of(error)}
                _log.error("a request failed", extra=said)
            if not status:
                await self._answer(scope, fault)(scope, receive, sending)
        finally:
            self._note(scope, trail, status, loop.time() - began)

    def _note(self, scope: Scope, trail: Trail, status: int, seconds: float) -> None:
        route = self._template(scope)
        self._services.metrics.request(_known_method(scope), route, status, seconds)
        said: dict[str, Any] = {
            "request_id": trail.id,
            "method": _known_method(scope),
            "route": route,
            "status": status,
            "ms": round(seconds * 1_000, 2),
            "principal": trail.principal,
            "error": trail.error,
        }
        if trail.is_administrative:  # also when it was refused
            _audit.info("administrative call", extra=_known({**said, "tenant": trail.tenant}))
        _log.info("request", extra=_known(said))

    def _template(self, scope: Scope) -> str:
        """Return the route's template: a path itself may hold ids, and there are endless many."""
        trail = trail_of(scope)
        template: str | None = trail.template or getattr(scope.get("route"), "path", None)
        if template is None:
            return UNMATCHED
        prefix = next((one for one in self._prefixes if scope["path"].startswith(f"{one}/")), "")
        return template if template.startswith(prefix) else prefix + template


def _known_method(scope: Scope) -> str:
    """Return the method, if it is one: callers may make up as many as they like."""
    method: str = scope["method"]
    return method if method in _METHODS else OTHER


def _known(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _put_headers(message: Message, trail: Trail) -> None:
    headers = MutableHeaders(raw=message.setdefault("headers", []))
    for name, value in {**_HEADERS, "X-Request-ID": trail.id, **trail.headers}.items():
        if name not in headers:
            headers[name] = value


def place_of(error: BaseException) -> str:
    """Return where it was raised. Its own words are left out: they may quote a memory."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
