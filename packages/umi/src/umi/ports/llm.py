"""The port for asking a language model."""

from __future__ import annotations

from typing import Protocol

from umi.domain.completion import Completion, CompletionRequest


class LLM(Protocol):
    """A language model that answers one request at a time, several at once if it is asked so.

    `name` says who runs it ("anthropic"), `model` which one it is.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer a request; one with a schema by JSON of that shape, which has passed the request's own check.

        Raises:
            ProviderError: there is no usable answer; `is_retryable` tells whether there may be one later.
            Unsupported: the package that this provider needs is not installed.

        """
        ...

    async def close(self) -> None:
        """Let go of connections; asking again opens new ones."""
        ...
