"""A change that is asked for twice under one `Idempotency-Key` is made once, and answered twice.

The first answer is kept in the store, so it outlives the process. It is kept under the caller, with all that the caller
was bound to: nobody is given an answer that was another's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response

from umi.errors import Conflict, Forbidden, Unavailable
from umi.limits import IDEMPOTENCY_KEY_BYTES_MAX, IDEMPOTENT_ANSWER_SECONDS_MAX, RECORD_VALUE_BYTES_MAX
from umi.ports.records import ABSENT, Record
from umi.server.auth.credentials import Unauthenticated, shown_in
from umi.server.leases import Lease
from umi.server.shell.faults import BadRequest
from umi.server.shell.trail import trail_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from umi.server.auth.principal import Principal
    from umi.server.services import Services

_log = logging.getLogger("umi.server")

KIND: Final = "idempotent_answer"
REPLAYED: Final = "Idempotency-Replayed"
_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEY: Final = re.compile(rf"[!-~]{{1,{IDEMPOTENCY_KEY_BYTES_MAX}}}")
_UNKEPT: Final = frozenset({401, 403, 408, 413, 429})  # they say nothing of the change: the next try may do better
LEASE_SECONDS: Final = 10.0
"""How long a key stays taken when the process that answers is killed; while it lives it renews this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Idempotent:
    """ASGI middleware. It stands inside what bounds a request, so that a body is read whole within its limit."""

    def __init__(self, app: ASGIApp, *, services: Services) -> None:
        self._app = app
        self._services = services
        self._answering: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        principal = None if key is None or scope["method"] not in _METHODS else await self._caller(scope)
        if key is None or principal is None:
            await self._app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            raise BadRequest(
                HTTPStatus.BAD_REQUEST,
                "invalid_idempotency_key",
                f"An Idempotency-Key is 1 to {IDEMPOTENCY_KEY_BYTES_MAX} visible ASCII characters.",
            )
        body = await _whole(receive)
        begun = self._begun(principal, key, _fingerprint(scope, body))
        running = await self._claimed(begun)
        if running is None:
            await self._again(scope, begun, principal)(scope, receive, send)
            return
        answering = asyncio.create_task(self._first(scope, _replay(body, receive), running))
        self._services.finishing(answering)
        # Its time limit ends the waiting, not the change: a later try shall be told how it went.
        await _response(await asyncio.shield(answering))(scope, receive, send)

    async def _caller(self, scope: Scope) -> Principal | None:
        """Return who calls; what is wrong with a credential is the route's to say."""
        try:
            return await self._services.gate.check(shown_in(Headers(scope=scope)))
        except (Unauthenticated, Forbidden):
            return None

    def _begun(self, principal: Principal, key: str, fingerprint: str) -> Record:
        """Return what stands there while it is answered."""
        return Record(
            kind=KIND,
            tenant=principal.tenant,
            key=_named(principal, key),
            user=principal.user,
            quotes=True,  # an erasure while it is answered empties it, and then its answer is not kept either
            value=json.dumps({"of": fingerprint}).encode(),
            expires_at=self._now() + timedelta(seconds=LEASE_SECONDS),
        )

    async def _claimed(self, begun: Record) -> Record | None:
        """Take a key for the request that is to be answered; None if another has it."""
        named = (begun.tenant, begun.key)
        if named in self._answering:  # also when this process could not renew its lease for a while
            return None
        taken = None
        self._answering.add(named)
        try:
            with suppress(Conflict):
                taken = await self._services.records.put(begun, expected=ABSENT)
        finally:
            if taken is None:
                self._answering.discard(named)
        return taken

    async def _first(self, scope: Scope, receive: Receive, running: Record) -> _Answer:
        services, caught = self._services, _Caught()
        lease = Lease(services.records, services.world.clock, running, _held_until, seconds=LEASE_SECONDS)
        try:
            await lease.during(self._app(scope, receive, caught.send))
        except BaseException:
            await self._forget(lease.record)
            raise
        else:
            return await self._keep(scope, lease.record, caught.answer())
        finally:
            self._answering.discard((running.tenant, running.key))

    async def _keep(self, scope: Scope, running: Record, answer: _Answer) -> _Answer:
        if answer.status in _UNKEPT or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            await self._forget(running)
            return answer
        body = json.loads(running.value)
        said = {**body, "template": getattr(scope.get("route"), "path", None), **_told(answer)}
        value = json.dumps(said).encode()
        if len(value) > RECORD_VALUE_BYTES_MAX:
            value = json.dumps({**body, "too_large": True}).encode()
        until = self._now() + timedelta(seconds=IDEMPOTENT_ANSWER_SECONDS_MAX)
        kept = replace(running, value=value, expires_at=until)
        try:
            await self._services.records.put(kept, expected=running.revision)
        except (Conflict, Unavailable) as error:  # the change was made: its caller is to know that in any case
            _log.warning("an answer was not kept", extra={"error": type(error).__name__})
        return answer

    async def _forget(self, running: Record) -> None:
        with suppress(Conflict, Unavailable):  # it expires
            await self._services.records.delete(running.kind, running.tenant, running.key, expected=running.revision)

    def _again(self, scope: Scope, begun: Record, principal: Principal) -> ASGIApp:
        """Answer with what was answered before."""

        async def answer(_: Scope, receive: Receive, send: Send) -> None:
            trail = trail_of(scope)
            trail.principal = principal.id
            await self._services.quotas.take(principal)
            kept = await self._services.records.get(begun.kind, begun.tenant, begun.key)
            said: Mapping[str, Any] = {} if kept is None or not kept.value else json.loads(kept.value)
            _check(said, json.loads(begun.value)["of"], is_emptied=kept is not None and not kept.value)
            trail.headers[REPLAYED] = "true"
            trail.template = said["template"]
            again = _Answer(
                status=said["status"],
                headers=[(name, value) for name, value in said["headers"]],
                body=base64.b64decode(said["body"]),
            )
            await _response(again)(scope, receive, send)

        return answer

    def _now(self) -> datetime:
        return self._services.world.clock.now()


def _held_until(running: Record, until: datetime) -> Record:
    return replace(running, expires_at=until)


def _check(said: Mapping[str, Any], fingerprint: str, *, is_emptied: bool) -> None:
    """Refuse what cannot be answered from what is kept."""
    if is_emptied or "too_large" in said:
        why = "was erased with what it told of" if is_emptied else "was too large to be kept"
        raise BadRequest(HTTPStatus.CONFLICT, "answer_gone", f"This was done already, and its answer {why}.")
    if said and said["of"] != fingerprint:
        raise BadRequest(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Take a new one.",
        )
    if "status" not in said:
        raise BadRequest(
            HTTPStatus.CONFLICT,
            "in_progress",
            "The first request with this Idempotency-Key is not answered yet. Ask again.",
            {"Retry-After": "1"},
        )


def _named(principal: Principal, key: str) -> str:
    """Return where an answer lies. A credential that reaches elsewhere than before is another caller."""
    namespaces = None if principal.namespaces is None else sorted(principal.namespaces)
    who = [principal.id, principal.user, namespaces, sorted(principal.grants), key]
    return hashlib.sha256(json.dumps(who).encode()).hexdigest()


def _fingerprint(scope: Scope, body: bytes) -> str:
    asked = b"\n".join([scope["method"].encode(), scope["path"].encode(), scope["query_string"]])
    return hashlib.sha256(hashlib.sha256(asked).digest() + hashlib.sha256(body).digest()).hexdigest()


def _told(answer: _Answer) -> Mapping[str, Any]:
    return {"status": answer.status, "headers": answer.headers, "body": base64.b64encode(answer.body).decode()}


def _response(answer: _Answer) -> Response:
    response = Response(answer.body, answer.status)
    # As they were sent, in their order: a header may stand there twice.
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    return response


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


class _Caught:
    """An answer that is not sent yet."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def answer(self) -> _Answer:
        return _Answer(status=self._status, headers=self._headers, body=b"".join(self._parts))
