"""The client for blocking code."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import httpx
from httpx_sse import EventSource, SSEError

from cml.answers import content_of, error_of
from cml.config import CMLConfig
from cml.exceptions import ServerError
from cml.methods import Methods
from cml.parts import NamespacedClient, SessionScope
from cml.steps import Answer, Attempt, NoAnswer, Outcome, Pause, Step, Steps, Together
from cml.streaming import Event, broken_off
from cml.transport import TOGETHER_MAX, Client, answered, arguments, unanswered

T = TypeVar("T")


class CognitiveMemoryLayer(Client, Methods):
    """A memory server, for blocking code. `AsyncCognitiveMemoryLayer` is the same for async code.

        memory = CognitiveMemoryLayer(api_key="...", base_url="http://localhost:8000")
        memory.write("User prefers vegetarian food and lives in Paris.")
        print(memory.read("What does the user eat?").context)

    What is given by name counts before `config`, that before the environment; see `CMLConfig` for what each means.
    `http_client` is used for all requests, and is not closed with this client. `sleep` waits between tries. What the
    methods give may be awaited too, and is there at once: an event loop is held up while a method is called.
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
        http_client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
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
        self._owns_client = http_client is None
        self._client = httpx.Client(verify=self.config.verify_ssl) if http_client is None else http_client
        self._sleep = sleep

    def with_namespace(self, namespace: str) -> NamespacedClient:
        """Return a client for one namespace, over the same connections."""
        return NamespacedClient(self, namespace)

    @contextmanager
    def session(
        self, *, name: str | None = None, ttl_hours: float | None = 24, metadata: dict[str, Any] | None = None
    ) -> Generator[SessionScope]:
        """Make a session, and give what is said and asked in it. It ends after its hours, not with the block."""
        made = self.create_session(name=name, ttl_hours=ttl_hours, metadata=metadata)
        yield SessionScope(self, made.session_id)

    def close(self) -> None:
        """Close the connections, unless they are those of an HTTP client that was given."""
        if self._owns_client:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        outcome: Outcome = None
        try:
            while True:
                outcome = self._carried_out(steps.send(outcome))
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            steps.close()

    def events(self, attempt: Attempt) -> Generator[Event, None, None]:
        """Send a request that is answered by events, and give them as they arrive."""
        secrets = self.config.secrets
        try:
            with self._client.stream(**arguments(self.config, attempt)) as response:
                if not response.is_success:
                    response.read()
                    raise error_of(answered(response), secrets)
                for event in EventSource(response).iter_sse():
                    yield Event(kind=event.event, data=event.data)
        except SSEError as error:
            raise ServerError(f"The answer is no stream of events: {error}") from None
        except httpx.RequestError as error:
            content_of(unanswered(error), secrets)
        raise broken_off()

    def _carried_out(self, step: Step) -> Outcome:
        match step:
            case Attempt():
                return self._sent(step)
            case Pause():
                self._sleep(step.seconds)
                return None
            case Together():
                return self._together(step)

    def _together(self, step: Together) -> list[Any]:
        with ThreadPoolExecutor(TOGETHER_MAX, thread_name_prefix="cml") as pool:
            return list(pool.map(self.run, step.several))

    def _sent(self, attempt: Attempt) -> Answer | NoAnswer:
        try:
            return answered(self._client.request(**arguments(self.config, attempt)))
        except httpx.RequestError as error:
            return unanswered(error)
