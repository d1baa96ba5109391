"""What went wrong, as the clients of this protocol read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from fastapi.exceptions import RequestValidationError

from umi.errors import Conflict, Forbidden
from umi.server.doors.agent_memory.wire.forms import Detail
from umi.server.shell.faults import BadRequest

if TYPE_CHECKING:
    from umi.server.shell.faults import Fault

FAULTS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Detail} for status in (400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 503, 504)
}
"""Every status but success that a route of this door may answer with."""


def answer(fault: Fault) -> tuple[int, Mapping[str, Any]]:
    """Return a sentence under `detail`, or where a request is invalid a list of what is and where."""
    if fault.status == HTTPStatus.UNPROCESSABLE_ENTITY and not fault.details:
        return fault.status, {"detail": [{"type": "value_error", "loc": ["body"], "msg": fault.message}]}
    if not fault.details:
        return fault.status, {"detail": fault.message}
    listed = [
        {"type": str(one.get("type", "value_error")), "loc": list(one["where"]), "msg": str(one["message"])}
        for one in fault.details
    ]
    return fault.status, {"detail": listed}


def bad_request(message: str) -> BadRequest:
    """Return the error to raise for a request that this protocol refuses with status 400."""
    return BadRequest(HTTPStatus.BAD_REQUEST, "bad_request", message)


def not_found(message: str) -> BadRequest:
    return BadRequest(HTTPStatus.NOT_FOUND, "not_found", message)


def unkept(errors: Sequence[tuple[int, Exception]]) -> Exception:
    """Return the error to raise where some records of a list could not be kept: which, and why."""
    for kind in (Conflict, Forbidden):
        if all(isinstance(error, kind) for _, error in errors):
            return kind("; ".join(f"memories[{index}]: {error}" for index, error in errors))
    return RequestValidationError(
        [
            {"type": "value_error", "loc": ("body", "memories", index), "msg": str(error), "input": None}
            for index, error in errors
        ]
    )


def invalid(where: Sequence[str | int], message: str) -> RequestValidationError:
    """Return the error to raise for a field that only its surroundings make invalid."""
    return RequestValidationError([{"type": "value_error", "loc": tuple(where), "msg": message, "input": None}])
