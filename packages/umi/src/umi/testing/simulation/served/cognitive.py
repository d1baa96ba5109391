"""The CognitiveMemoryLayer door, through its client."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cml import AsyncCognitiveMemoryLayer, CMLError, ValidationError
from umi.testing.simulation.served.door import PAUSE_SECONDS_MAX, TIMEOUT_SECONDS, TRIES, NothingThere, Seen, failure

if TYPE_CHECKING:
    import httpx

    from umi.testing.simulation.agent import Memo

_LIMIT: Final = 10


class CognitiveDoor:
    """`/api/v1`: memories under UUIDs, once under the name of a turn."""

    name = "cognitive"

    def __init__(self, http: httpx.AsyncClient, host: str, key: str, user: str) -> None:
        self._client = AsyncCognitiveMemoryLayer(
            key,
            f"http://{host}",
            "default",
            timeout=TIMEOUT_SECONDS,
            max_retries=TRIES - 1,
            retry_delay=0.5,
            max_retry_delay=PAUSE_SECONDS_MAX,
            admin_api_key=key,
            user_id=user,
            http_client=http,
        )

    async def keep(self, memo: Memo) -> str | None:
        memo.ticket = memo.ticket or f"turn {memo.word}"
        with _told():
            kept = await self._client.write(memo.text, turn_id=memo.ticket)
        return None if kept.memory_id is None else str(kept.memory_id)

    async def find(self, question: str) -> Sequence[Seen]:
        with _told():
            found = await self._client.read(question, max_results=_LIMIT, response_format="list")
        return [Seen(id=str(one.id), text=one.text) for one in found.memories]

    async def look(self, id: str) -> Seen | None:
        try:
            with _told():
                found = await self._client.dashboard_memory_detail(id)
        except NothingThere:
            return None
        return Seen(id=str(found.id), text=found.text)

    async def reword(self, id: str, text: str) -> None:
        with _told():
            await self._client.update(id, text=text)

    async def delete(self, id: str) -> None:
        with _told():
            await self._client.forget(memory_ids=[id])

    async def turn(self, said: Memo, heard: Memo) -> str:
        """Keep what was said and what was answered; return what memory knew for the answer.

        Raises:
            Unanswered: nobody knows whether it was done.
            Refused: it was not done.

        """
        with _told():
            turned = await self._client.turn(said.text, assistant_response=heard.text)
        return turned.memory_context

    async def erase_all(self) -> int:
        """Erase everything of this user, for ever; return how many memories there were."""
        with _told():
            return int(await self._client.delete_all(confirm=True))


@contextmanager
def _told() -> Generator[None]:
    """Say in the words of all doors what the client raises."""
    try:
        yield
    except CMLError as error:
        if isinstance(error, ValidationError) and error.status_code is None:
            raise  # what was to be sent cannot be: that is no misfortune
        raise failure(error.status_code, str(error)) from error
