"""What every rule of the protocol knows: the defaults of the client, and what it learned about the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from cml.config import CMLConfig

_PARTS = 1 << 32


def _any_part() -> float:
    return secrets.randbelow(_PARTS) / _PARTS


@dataclass(slots=True, kw_only=True)
class Known:
    """What a client learned about its server: whether that tells of each text of a batch what became of it."""

    tells_of_each: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The defaults of a client, or of a part of it: a namespace, a session.

    `chance` gives a number from 0 to 1, for waits that differ from client to client.
    """

    config: CMLConfig
    namespace: str | None = None
    session_id: str | None = None
    known: Known = field(default_factory=Known)
    chance: Callable[[], float] = _any_part

    def narrowed(self, *, namespace: str | None = None, session_id: str | None = None) -> Self:
        """Return the context of a part."""
        return replace(
            self,
            namespace=self.namespace if namespace is None else namespace,
            session_id=self.session_id if session_id is None else session_id,
        )

    @property
    def tenant_id(self) -> str:
        """The tenant that is asked for where a call names none."""
        return self.config.tenant_id

    def headers(self, *, as_admin: bool) -> dict[str, str]:
        """Return the headers that say who asks, and whose memories are meant."""
        config = self.config
        key = (config.admin_api_key if as_admin else None) or config.api_key
        said = {"x-api-key": key, "x-tenant-id": config.tenant_id, "x-user-id": config.user_id}
        return {name: value for name, value in said.items() if value is not None}
