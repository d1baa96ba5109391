"""Parts of a client for async code: a namespace, a session. They share its connections."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, TypeVar

from cml.async_methods import AsyncConversing, AsyncMethods
from cml.context import Context
from cml.steps import Attempt, Steps
from cml.streaming import Event

T = TypeVar("T")


class AsyncWhole(Protocol):
    """The client that a part is of."""

    @property
    def context(self) -> Context: ...

    @property
    def tenant_id(self) -> str: ...

    def set_tenant(self, tenant_id: str) -> None: ...

    async def run(self, steps: Steps[T]) -> T: ...

    def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]: ...


class AsyncNamespacedClient(AsyncMethods):
    """A client for one namespace: what is written goes there, and only what is there is read."""

    def __init__(self, whole: AsyncWhole, namespace: str) -> None:
        self._whole = whole
        self.namespace = namespace

    @property
    def context(self) -> Context:
        return self._whole.context.narrowed(namespace=self.namespace)

    @property
    def tenant_id(self) -> str:
        """The tenant whose memories these are."""
        return self._whole.tenant_id

    def set_tenant(self, tenant_id: str) -> None:
        """Turn to another tenant, with the client that this is a part of."""
        self._whole.set_tenant(tenant_id)

    async def run(self, steps: Steps[T]) -> T:
        return await self._whole.run(steps)

    def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        return self._whole.events(attempt)


class AsyncSessionScope(AsyncConversing):
    """A session: what is written goes into it, and only what is in it is read."""

    def __init__(self, whole: AsyncWhole, session_id: str) -> None:
        self._whole = whole
        self.session_id = session_id

    @property
    def context(self) -> Context:
        return self._whole.context.narrowed(session_id=self.session_id)

    async def run(self, steps: Steps[T]) -> T:
        return await self._whole.run(steps)

    def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        return self._whole.events(attempt)
