"""The two colours, made from one rule: `awaited` and `waited` turn the rules of the protocol into methods.

A rule takes a `Context` first. As a method it takes the client in its place, and everything else as it is.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from cml.context import Context
from cml.steps import Attempt, Paging, Steps
from cml.streaming import Event

P = ParamSpec("P")
T = TypeVar("T")


class AsyncRunner(Protocol):
    """A client that carries out steps without holding up the event loop."""

    @property
    def context(self) -> Context: ...

    async def run(self, steps: Steps[T]) -> T: ...

    def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]: ...


class BlockingRunner(Protocol):
    """A client that carries out steps, and waits for each."""

    @property
    def context(self) -> Context: ...

    def run(self, steps: Steps[T]) -> T: ...

    def events(self, attempt: Attempt) -> Generator[Event, None, None]: ...


def awaited(
    rule: Callable[Concatenate[Context, P], Steps[T]],
) -> Callable[Concatenate[AsyncRunner, P], Coroutine[Any, Any, T]]:
    """Return a rule as a method to be awaited."""

    @functools.wraps(rule)
    async def method(self: AsyncRunner, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(rule(self.context, *args, **kwargs))

    return method


def waited(rule: Callable[Concatenate[Context, P], Steps[T]]) -> Callable[Concatenate[BlockingRunner, P], T]:
    """Return a rule as a method that blocks."""

    @functools.wraps(rule)
    def method(self: BlockingRunner, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(rule(self.context, *args, **kwargs))

    return method


def async_pages(
    rule: Callable[Concatenate[Context, P], Paging[T]],
) -> Callable[Concatenate[AsyncRunner, P], AsyncIterator[T]]:
    """Return a rule that reads page by page as a method that gives an async iterator over the items."""

    @functools.wraps(rule)
    async def method(self: AsyncRunner, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        paging = rule(self.context, *args, **kwargs)
        steps = next(paging, None)
        while steps is not None:
            page = await self.run(steps)
            for item in page.items:
                yield item
            try:
                steps = paging.send(page)
            except StopIteration:
                return

    return method


def pages(rule: Callable[Concatenate[Context, P], Paging[T]]) -> Callable[Concatenate[BlockingRunner, P], Iterator[T]]:
    """Return a rule that reads page by page as a method that gives an iterator over the items."""

    @functools.wraps(rule)
    def method(self: BlockingRunner, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        paging = rule(self.context, *args, **kwargs)
        steps = next(paging, None)
        while steps is not None:
            page = self.run(steps)
            yield from page.items
            try:
                steps = paging.send(page)
            except StopIteration:
                return

    return method


def async_stream(
    rule: Callable[Concatenate[Context, P], Attempt], read: Callable[[Event], T | None]
) -> Callable[Concatenate[AsyncRunner, P], AsyncIterator[T]]:
    """Return a request that is answered by events as a method that gives an async iterator over what they say."""

    @functools.wraps(rule)
    async def method(self: AsyncRunner, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        async with aclosing(self.events(rule(self.context, *args, **kwargs))) as events:
            async for event in events:
                item = read(event)
                if item is None:
                    return
                yield item

    return method


def stream(
    rule: Callable[Concatenate[Context, P], Attempt], read: Callable[[Event], T | None]
) -> Callable[Concatenate[BlockingRunner, P], Iterator[T]]:
    """Return a request that is answered by events as a method that gives an iterator over what they say."""

    @functools.wraps(rule)
    def method(self: BlockingRunner, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        with closing(self.events(rule(self.context, *args, **kwargs))) as events:
            for event in events:
                item = read(event)
                if item is None:
                    return
                yield item

    return method
