"""What a chat needs of a memory, whatever stands behind it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class MemoryProvider(Protocol):
    """A memory for a chat, for async code."""

    async def get_context(self, query: str, *, session_id: str | None = None) -> str:
        """Return what is known for an answer, as a text for a prompt."""
        ...

    async def store_exchange(self, session_id: str, user_message: str, assistant_response: str) -> None:
        """Keep what was said."""
        ...

    async def clear_session(self, session_id: str) -> None:
        """Forget what was said in a session."""
        ...
