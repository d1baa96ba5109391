"""The client for async code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import httpx
from httpx_sse import EventSource, SSEError

from cml.answers import content_of, error_of
from cml.async_methods import AsyncMethods
from cml.async_parts import AsyncNamespacedClient, AsyncSessionScope
from cml.config import CMLConfig
from cml.exceptions import ServerError
from cml.steps import Answer, Attempt, NoAnswer, Outcome, Pause, Step, Steps, Together
from cml.streaming import Event, broken_off
from cml.transport import TOGETHER_MAX, Client, answered, arguments, unanswered

T = TypeVar("T")


class AsyncCognitiveMemoryLayer(Client, AsyncMethods):
    """A memory server, for async code. `CognitiveMemoryLayer` is the same for blocking code.

        memory = AsyncCognitiveMemoryLayer(api_key="...", base_url="http://localhost:8000")
        await memory.write("User prefers vegetarian food and lives in Paris.")
        print((await memory.read("What does the user eat?")).context)

    What is given by name counts before `config`, that before the environment; see `CMLConfig` for what each means.
    `http_client` is used for all requests, and is not closed with this client. `sleep` waits between tries.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        tenant_id: str | None = None,
        *,
        config: CMLConfig | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        retry_delay: float | None = None,
        max_retry_delay: float | None = None,
        verify_ssl: bool | None = None,
        admin_api_key: str | None = None,
        user_id: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(
            config,
            api_key=api_key,
            base_url=base_url,
            tenant_id=tenant_id,
            timeout=timeout,
            max_retries=max_retries,
            retry_delay=retry_delay,
            max_retry_delay=max_retry_delay,
            verify_ssl=verify_ssl,
            admin_api_key=admin_api_key,
            user_id=user_id,
        )
        self._given = http_client
        self._by_loop: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}
        self._sleep = sleep

    def with_namespace(self, namespace: str) -> AsyncNamespacedClient:
        """Return a client for one namespace, over the same connections."""
        return AsyncNamespacedClient(self, namespace)

    @asynccontextmanager
    async def session(
        self, *, name: str | None = None, ttl_hours: float | None = 24, metadata: dict[str, Any] | None = None
    ) -> AsyncGenerator[AsyncSessionScope]:
        """Make a session, and give what is said and asked in it. It ends after its hours, not with the block."""
        made = await self.create_session(name=name, ttl_hours=ttl_hours, metadata=metadata)
        yield AsyncSessionScope(self, made.session_id)

    async def close(self) -> None:
        """Close the connections of this event loop, unless they are those of an HTTP client that was given."""
        client = self._by_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        outcome: Outcome = None
        try:
            while True:
                outcome = await self._carried_out(steps.send(outcome))
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            steps.close()

    async def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        """Send a request that is answered by events, and give them as they arrive."""
        secrets = self.config.secrets
        try:
            async with self._of_this_loop().stream(**arguments(self.config, attempt)) as response:
                if not response.is_success:
                    await response.aread()
                    raise error_of(answered(response), secrets)
                async for event in EventSource(response).aiter_sse():
                    yield Event(kind=event.event, data=event.data)
        except SSEError as error:
            raise ServerError(f"The answer is no stream of events: {error}") from None
        except httpx.RequestError as error:
            content_of(unanswered(error), secrets)
        raise broken_off()

    async def _carried_out(self, step: Step) -> Outcome:
        match step:
            case Attempt():
                return await self._sent(step)
            case Pause():
                await self._sleep(step.seconds)
                return None
            case Together():
                return await self._together(step)

    async def _together(self, step: Together) -> list[Any]:
        room = asyncio.Semaphore(TOGETHER_MAX)

        async def one(steps: Steps[Any]) -> Any:
            async with room:
                return await self.run(steps)

        results = await asyncio.gather(*map(one, step.several), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return list(results)

    async def _sent(self, attempt: Attempt) -> Answer | NoAnswer:
        try:
            return answered(await self._of_this_loop().request(**arguments(self.config, attempt)))
        except httpx.RequestError as error:
            return unanswered(error)

    def _of_this_loop(self) -> httpx.AsyncClient:
        """Return the HTTP client for this event loop.

        A connection belongs to the loop it was opened in. A client that is made for a whole program, and used in one
        `asyncio.run` after another, would else be handed a connection of a loop that is closed.
        """
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            self._by_loop = {one: client for one, client in self._by_loop.items() if not one.is_closed()}
            self._by_loop[loop] = httpx.AsyncClient(verify=self.config.verify_ssl)
        return self._by_loop[loop]
