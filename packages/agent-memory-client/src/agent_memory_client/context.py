"""What every rule of the protocol knows: the defaults of the client, and what it learned about the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from agent_memory_client.config import MemoryClientConfig
from agent_memory_client.exceptions import MemoryValidationError

_PARTS = 1 << 32


def _any_part() -> float:
    return secrets.randbelow(_PARTS) / _PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The defaults of a client.

    `lacking` names the parts of the protocol that this server turned out not to have, so that it is asked once.
    `chance` gives a number from 0 to 1, for waits that differ from client to client.
    """

    namespace: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    model_name: str | None = None
    context_window_max: int | None = None
    max_retries: int = 0
    hidden: tuple[str, ...] = field(default=(), repr=False)
    lacking: set[str] = field(default_factory=set[str])
    chance: Callable[[], float] = _any_part

    @classmethod
    def of(cls, config: MemoryClientConfig) -> Self:
        """Return the context of a client with these settings."""
        return cls(
            namespace=config.default_namespace,
            user_id=config.default_user_id,
            session_id=config.default_session_id,
            model_name=config.default_model_name,
            context_window_max=config.default_context_window_max,
            max_retries=config.max_retries,
            hidden=config.secrets,
        )

    def session(self, given: str | None) -> str:
        """Return the session that was given, or the client's own.

        Raises:
            MemoryValidationError: there is neither.
        """
        session_id = self.session_id if given is None else given
        if not session_id:
            raise MemoryValidationError("No session is named. Give session_id here, or to the client.")
        return session_id
