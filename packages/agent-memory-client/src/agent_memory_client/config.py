"""Where the server is, who asks, and what is assumed when a call does not say."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from agent_memory_client import environment
from agent_memory_client.exceptions import MemoryValidationError

BASE_URL_DEFAULT = "http://localhost:8000"
TIMEOUT_SECONDS_DEFAULT = 30.0
RETRIES_DEFAULT = 3
RETRIES_MAX = 100


class MemoryClientConfig(BaseModel):
    """The settings of a client.

    `base_url` may have a path. `api_key` is sent as a bearer token; where both it and `bearer_token` are given, the
    token goes into `Authorization` and the key into `X-API-Key`. `timeout` is in seconds, for each attempt. A request
    is tried `max_retries` times more when the connection breaks or the server answers 429, 502, 503 or 504.

    `default_namespace` and `default_user_id` hold for every call that names no other; `default_session_id` for every
    call that works on a session. `default_model_name` and `default_context_window_max` (tokens) tell the server how
    much of a conversation fits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str = BASE_URL_DEFAULT
    timeout: float = Field(default=TIMEOUT_SECONDS_DEFAULT, gt=0)
    default_namespace: str | None = None
    default_model_name: str | None = None
    default_context_window_max: int | None = Field(default=None, gt=0)
    api_key: SecretStr | None = None
    bearer_token: SecretStr | None = None
    max_retries: int = Field(default=RETRIES_DEFAULT, ge=0, le=RETRIES_MAX)
    default_session_id: str | None = None
    default_user_id: str | None = None

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        try:
            httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from None
        parts = urlsplit(url)
        _ = parts.port  # raises where it is out of range
        if parts.username is not None or parts.password is not None:
            raise ValueError("credentials belong in api_key or bearer_token, not into the address")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("an address starts with http:// or https:// and has neither query nor fragment")
        return url.rstrip("/")

    @field_validator("api_key", "bearer_token", mode="before")
    @classmethod
    def _fits_a_header(cls, secret: Any) -> Any:
        text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
        if not text:
            return None
        if not isinstance(text, str) or not text.isascii() or not text.isprintable() or text != text.strip():
            raise ValueError("a key is printable ASCII without white space around it")
        return text

    @classmethod
    def made(cls, **given: Any) -> Self:
        """Return the settings that were given, else those of the environment, else the defaults.

        None counts as not given.

        Raises:
            MemoryValidationError: a setting cannot be used. The message holds no secret.
        """
        named = {name: value for name, value in given.items() if value is not None}
        around = environment.settings()
        if "bearer_token" in named:  # who brings a token of their own does not ask in the name of the machine's key
            around.pop("api_key", None)
        try:
            return cls(**(around | named))
        except ValidationError as error:
            raise MemoryValidationError(_told(error)) from None  # the cause would show what was given: secrets too

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(one.get_secret_value() for one in (self.api_key, self.bearer_token) if one is not None)

    @property
    def credentials(self) -> dict[str, str]:
        """The headers that say who asks."""
        key, token = self.api_key, self.bearer_token
        bearer = token or key
        headers = {} if bearer is None else {"authorization": f"Bearer {bearer.get_secret_value()}"}
        if key is not None and token is not None:
            headers["x-api-key"] = key.get_secret_value()
        return headers


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
