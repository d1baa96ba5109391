"""Parts of a client for blocking code: a namespace, a session. They share its connections."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeVar

from cml.context import Context
from cml.methods import Conversing, Methods
from cml.steps import Attempt, Steps
from cml.streaming import Event

T = TypeVar("T")


class Whole(Protocol):
    """The client that a part is of."""

    @property
    def context(self) -> Context: ...

    @property
    def tenant_id(self) -> str: ...

    def set_tenant(self, tenant_id: str) -> None: ...

    def run(self, steps: Steps[T]) -> T: ...

    def events(self, attempt: Attempt) -> Generator[Event, None, None]: ...


class NamespacedClient(Methods):
    """A client for one namespace: what is written goes there, and only what is there is read."""

    def __init__(self, whole: Whole, namespace: str) -> None:
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

    def run(self, steps: Steps[T]) -> T:
        return self._whole.run(steps)

    def events(self, attempt: Attempt) -> Generator[Event, None, None]:
        return self._whole.events(attempt)


class SessionScope(Conversing):
    """A session: what is written goes into it, and only what is in it is read."""

    def __init__(self, whole: Whole, session_id: str) -> None:
        self._whole = whole
        self.session_id = session_id

    @property
    def context(self) -> Context:
        return self._whole.context.narrowed(session_id=self.session_id)

    def run(self, steps: Steps[T]) -> T:
        return self._whole.run(steps)

    def events(self, attempt: Attempt) -> Generator[Event, None, None]:
        return self._whole.events(attempt)
