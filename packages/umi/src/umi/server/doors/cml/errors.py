"""What went wrong, as the clients of this protocol read it: under `detail`, with the request's id and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from umi.server.doors.cml.wire.forms import Detail
from umi.server.shell.faults import BadRequest

if TYPE_CHECKING:
    from umi.server.shell.faults import Fault

FAULTS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Detail} for status in (400, 401, 403, 404, 405, 409, 413, 422, 429, 503, 504)
}
"""Every status but success that a route of this door may answer with."""
_SUGGESTIONS: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "Send a key that is good as X-API-Key.",
    HTTPStatus.FORBIDDEN: "Use a key with the grant that this needs, for its own tenant, user and namespaces.",
    HTTPStatus.NOT_FOUND: "Check the path and the id: what was deleted, or is another's, is not found.",
    HTTPStatus.CONFLICT: "Read it again, and decide anew.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send less at once.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Mend the fields that are named, and send it again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait as long as Retry-After says.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Try again a little later.",
    HTTPStatus.GATEWAY_TIMEOUT: "Try again; ask for less at once.",
}
_ELSE: Final = "Look for the request's id in the server's log."


def answer(fault: Fault) -> tuple[int, Mapping[str, Any]]:
    """Return the body: a sentence, or where a request is invalid a list of what is and where."""
    detail: Any = fault.message
    if fault.details:
        detail = [
            {"type": str(one.get("type", "value_error")), "loc": list(one["where"]), "msg": str(one["message"])}
            for one in fault.details
        ]
    suggestion = _SUGGESTIONS.get(fault.status, _ELSE)
    return fault.status, {"detail": detail, "request_id": fault.request_id, "suggestion": suggestion}


def bad_request(message: str) -> BadRequest:
    """Return the error to raise for what this protocol refuses with status 400."""
    return BadRequest(HTTPStatus.BAD_REQUEST, "bad_request", message)
