"""What is known of a request while it is answered: for its log line, its metrics, and its answer's headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from umi.domain.ids import uuid7
from umi.limits import REQUEST_ID_BYTES_MAX
from umi.ports.world import Clock, Entropy

if TYPE_CHECKING:
    from starlette.types import Scope

_KEY: Final = "umi.trail"
_SANE: Final = re.compile(rf"[A-Za-z0-9._:-]{{1,{REQUEST_ID_BYTES_MAX}}}")


@dataclass(slots=True, kw_only=True)
class Trail:
    """`id` is the request's, `principal` the id of who calls. `error` is what kind of thing went wrong.

    `template` is the route's where it was not asked for this answer. `is_administrative` is told to the audit log.
    """

    id: str
    principal: str | None = None
    error: str | None = None
    tenant: str | None = None
    template: str | None = None
    is_administrative: bool = False
    headers: dict[str, str] = field(default_factory=dict[str, str])


def begun(scope: Scope, given: str | None, clock: Clock, entropy: Entropy) -> Trail:
    """Begin the trail of a request, under the id that came with it if that can be one."""
    milliseconds = int(clock.now().timestamp() * 1_000)
    id = given if given and _SANE.fullmatch(given) else uuid7(milliseconds, entropy.bytes(10))
    scope[_KEY] = trail = Trail(id=id)
    return trail


def trail_of(scope: Mapping[str, Any]) -> Trail:
    """Return the trail of a request that is being answered."""
    return scope[_KEY]
