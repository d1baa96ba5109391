"""The port for telling how long things took, and what came of them: spans, as in tracing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self, TypeAlias

Attribute: TypeAlias = str | bool | int | float | Sequence[str]


class Span(Protocol):
    """A piece of work that is going on."""

    def set(self, name: str, value: Attribute) -> None:
        """Note what came of it: a number, or a word that Umi chose. What a memory holds is never told."""
        ...


class Tracer(Protocol):
    """Makes spans. Leaving one ends it; one that is left by an error notes the error's class, not what it says."""

    def span(
        self, name: str, attributes: Mapping[str, Attribute] | None = None, *, is_client: bool = False
    ) -> AbstractContextManager[Span]:
        """Begin a span inside the one that is going on here. `is_client` says that another service does the work."""
        ...


class _NoSpan:
    """The span that is none, and its own context manager: shared by all, for it holds nothing."""

    __slots__ = ()

    def set(self, name: str, value: Attribute) -> None:
        """Note nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let errors through."""


_NO_SPAN = _NoSpan()


class NoTracing:
    """The Tracer of those who asked for none."""

    __slots__ = ()

    def span(
        self,
        name: str,  # noqa: ARG002 - the port's
        attributes: Mapping[str, Attribute] | None = None,  # noqa: ARG002 - the port's
        *,
        is_client: bool = False,  # noqa: ARG002 - the port's
    ) -> AbstractContextManager[Span]:
        return _NO_SPAN


NO_TRACING = NoTracing()
