"""How an attempt becomes a request over HTTP, and what comes back an answer: the same for both colours."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import httpx

from cml.config import CMLConfig
from cml.context import Context
from cml.steps import Answer, Attempt, NoAnswer
from cml.version import __version__

_log = logging.getLogger("cml")
TOGETHER_MAX = 8
"""How many requests of one call are under way at once."""


class Client:
    """What all clients are: settings, and what they know of the server.

    What is given by name counts before what stands in `config`, that before the environment (`CML_API_KEY` and so on),
    that before the file `.env`, and that before the defaults.

    Raises:
        ValidationError: a setting cannot be used.
    """

    def __init__(self, config: CMLConfig | None, **given: Any) -> None:
        named = {name: value for name, value in given.items() if value is not None}
        self.config = CMLConfig(**named) if config is None else config.with_given(**named)
        self._context = Context(config=self.config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.config.base_url!r}, tenant_id={self.config.tenant_id!r})"

    @property
    def context(self) -> Context:
        """What the rules of the protocol are told."""
        return self._context

    @property
    def tenant_id(self) -> str:
        """The tenant whose memories these are."""
        return self.config.tenant_id

    def set_tenant(self, tenant_id: str) -> None:
        """Turn to another tenant. What was narrowed from this client before stays with the old one.

        Raises:
            ValidationError: the name cannot be one.
        """
        self.config = self.config.with_given(tenant_id=tenant_id)
        self._context = replace(self._context, config=self.config)


def arguments(config: CMLConfig, attempt: Attempt) -> dict[str, Any]:
    """Return the arguments of a request."""
    _log.debug("asking", extra={"method": attempt.method, "path": attempt.path})
    return {
        "method": attempt.method,
        "url": config.base_url + attempt.path,
        "params": list(attempt.query),
        "content": attempt.content,
        "headers": {
            "accept": "application/json",
            "user-agent": f"py-cml/{__version__}",
            **attempt.headers,
        },
        "timeout": config.timeout,
        "follow_redirects": False,  # another host must not be handed the key
    }


def answered(response: httpx.Response) -> Answer:
    """Return a response, whose content was read, as an answer."""
    _log.debug("answered", extra={"status": response.status_code, "path": response.request.url.path})
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        content=response.content,
    )


def unanswered(error: httpx.RequestError) -> NoAnswer:
    """Return what broke as an outcome."""
    reason = str(error) or type(error).__name__
    _log.debug("not answered", extra={"error": type(error).__name__})
    return NoAnswer(reason=reason, is_timeout=isinstance(error, httpx.TimeoutException))
