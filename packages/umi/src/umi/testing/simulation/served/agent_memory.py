"""The Agent Memory door, through its client."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from agent_memory_client import MemoryAPIClient, MemoryClientConfig
from agent_memory_client.exceptions import MemoryClientError, MemoryRequestError, MemoryValidationError
from agent_memory_client.ids import new_id
from umi.server.doors.agent_memory.session import Place
from umi.testing.simulation.served.door import TIMEOUT_SECONDS, TRIES, NothingThere, Seen, failure

if TYPE_CHECKING:
    import httpx

    from umi.testing.simulation.agent import Memo

_LIMIT: Final = 10


class AgentMemoryDoor:
    """`/v1`: long-term memories under ids of the caller's, and sessions."""

    name = "agent memory"

    def __init__(self, http: httpx.AsyncClient, host: str, key: str, user: str) -> None:
        self._user = user
        config = MemoryClientConfig(
            base_url=f"http://{host}",
            bearer_token=key,  # pyright: ignore[reportArgumentType] - a SecretStr is made of it
            default_user_id=user,
            timeout=TIMEOUT_SECONDS,
            max_retries=TRIES - 1,
        )
        self._client = MemoryAPIClient(config, http_client=http)

    async def keep(self, memo: Memo) -> str | None:
        memo.ticket = memo.ticket or new_id()
        with _told():
            await self._client.create_long_term_memories([{"id": memo.ticket, "text": memo.text}])
        return memo.ticket

    async def find(self, question: str) -> Sequence[Seen]:
        with _told():
            found = await self._client.search_long_term_memory(question, limit=_LIMIT)
        return [Seen(id=one.id, text=one.text) for one in found.memories]

    async def look(self, id: str) -> Seen | None:
        try:
            with _told():
                found = await self._client.get_long_term_memory(id)
        except NothingThere:
            return None
        return Seen(id=found.id, text=found.text)

    async def reword(self, id: str, text: str) -> None:
        with _told():
            await self._client.edit_long_term_memory(id, {"text": text})

    async def delete(self, id: str) -> None:
        with _told():
            await self._client.delete_long_term_memories([id])

    async def say(self, session: str, memos: Sequence[Memo]) -> Sequence[str]:
        """Put messages behind the others of a session; return the ids of the entities that stand for them.

        Raises:
            Unanswered: nobody knows whether it was done.
            Refused: it was not done.

        """
        for memo in memos:
            memo.ticket = memo.ticket or new_id()
        said = [{"id": memo.ticket, "role": "user", "content": memo.text} for memo in memos]
        with _told():
            await self._client.append_messages_to_working_memory(session, said)
        place = Place(session=session, user=self._user)
        return [place.entity_of(memo.ticket or "") for memo in memos]

    async def hear(self, session: str) -> Sequence[Seen]:
        """Return the messages of a session, none where there is none; their ids are the caller's."""
        try:
            with _told():
                found = await self._client.get_working_memory(session)
        except NothingThere:
            return []
        return [Seen(id=one.id, text=one.content) for one in found.messages]

    async def prompt(self, session: str, question: str) -> str:
        """Return what a model would be told, without the question."""
        try:
            with _told():
                made = await self._client.memory_prompt(question, session_id=session, long_term_search=True)
        except NothingThere:
            return ""
        return "\n".join(str(one["content"]) for one in made.messages[:-1])


@contextmanager
def _told() -> Generator[None]:
    """Say in the words of all doors what the client raises."""
    try:
        yield
    except MemoryClientError as error:
        if isinstance(error, MemoryValidationError) and not isinstance(error, MemoryRequestError):
            raise  # what was to be sent cannot be: that is no misfortune
        raise failure(error.status_code, str(error)) from error
