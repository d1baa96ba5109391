"""The second colour, made from the first: a blocking method from an async one, with the same signature."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from umi.ports.world import Portal


class HasPortal(Protocol):
    """Anything that can wait for a coroutine."""

    @property
    def portal(self) -> Portal: ...


P = ParamSpec("P")
S = TypeVar("S", bound=HasPortal)
T = TypeVar("T")


def blocking(method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[S, P], T]:
    """Return the blocking twin of an async method.

    It may be called from a script, a REPL, any thread, and where an event loop is already running.
    """

    @functools.wraps(method)
    def twin(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.portal.run(lambda: method(self, *args, **kwargs))

    twin.__name__ = f"{method.__name__}_sync"
    twin.__qualname__ = f"{method.__qualname__}_sync"
    twin.__doc__ = f"Do what `{method.__name__}` does, and wait for it."
    return twin
