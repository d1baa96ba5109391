"""What simulated clients and servers say to each other, as bytes. A frame that arrives cut short is no frame."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Headers = list[tuple[str, str]]
_HEAD_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, whole. `exchange` numbers those of a client; `url` is the path with the query, as it was encoded."""

    kind: Literal["ask"] = "ask"
    exchange: int
    method: str
    scheme: str
    host: str
    url: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an answer. A request that arrived twice is answered twice: `copy` tells which answer it belongs to.

    `place` counts the parts, which may arrive in another order; the first has the status and the headers.
    """

    kind: Literal["part"] = "part"
    exchange: int
    copy: int
    place: int
    status: int = 0
    headers: Headers = field(default_factory=list[tuple[str, str]])
    is_last: bool = False
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The connection is gone: the client went away, the server died, or nobody listens there (`is_refused`)."""

    kind: Literal["broken"] = "broken"
    exchange: int
    is_refused: bool = False
    body: bytes = b""


Frame = Ask | Part | Broken
_KINDS: Final[dict[str, type[Ask | Part | Broken]]] = {"ask": Ask, "part": Part, "broken": Broken}


def framed(frame: Frame) -> bytes:
    """Return a frame as bytes."""
    said = {name: value for name, value in asdict(frame).items() if name != "body"}
    head = json.dumps({**said, "length": len(frame.body)}, separators=(",", ":")).encode()
    return len(head).to_bytes(_HEAD_BYTES, "big") + head + frame.body


def read(payload: bytes) -> Frame | None:
    """Return the frame that these bytes are; None if some of it is missing."""
    end = _HEAD_BYTES + int.from_bytes(payload[:_HEAD_BYTES], "big")
    if len(payload) < max(end, _HEAD_BYTES):
        return None
    said: dict[str, Any] = json.loads(payload[_HEAD_BYTES:end])
    body = payload[end:]
    if len(body) != said.pop("length"):
        return None
    if "headers" in said:
        said["headers"] = [(name, value) for name, value in said["headers"]]
    return _KINDS[said["kind"]](**said, body=body)
