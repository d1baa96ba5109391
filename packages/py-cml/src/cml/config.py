"""Where the server is, who asks, and how long to wait and to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic import ValidationError as PydanticError

from cml import environment
from cml.exceptions import ValidationError

BASE_URL_DEFAULT = "http://localhost:8000"
TIMEOUT_SECONDS_DEFAULT = 30.0
RETRIES_DEFAULT = 3
RETRIES_MAX = 100
RETRY_DELAY_SECONDS_DEFAULT = 1.0
RETRY_DELAY_SECONDS_MAX_DEFAULT = 60.0


class CMLConfig(BaseModel):
    """The settings of a client.

    What is not given is taken from the environment (`CML_API_KEY`, `CML_BASE_URL` and so on, one for each field), else
    from the nearest file `.env`, else it is the default. `timeout` is in seconds, for each try. A request is tried
    `max_retries` times more; the waits between double from `retry_delay` seconds up to `max_retry_delay`.
    `admin_api_key` is used for what only administrators may, and `api_key` where there is none. `user_id` says whose
    memories of the tenant these are; without it they are everybody's.

    Raises:
        ValidationError: a setting cannot be used. The message holds no secret.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: str | None = Field(default=None, repr=False)
    base_url: str = BASE_URL_DEFAULT
    tenant_id: str = "default"
    timeout: float = Field(default=TIMEOUT_SECONDS_DEFAULT, gt=0)
    max_retries: int = Field(default=RETRIES_DEFAULT, ge=0, le=RETRIES_MAX)
    retry_delay: float = Field(default=RETRY_DELAY_SECONDS_DEFAULT, ge=0)
    max_retry_delay: float = Field(default=RETRY_DELAY_SECONDS_MAX_DEFAULT, ge=0)
    admin_api_key: str | None = Field(default=None, repr=False)
    verify_ssl: bool = True
    user_id: str | None = None

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except PydanticError as error:
            raise ValidationError(_told(error)) from None  # the cause would show what was given: secrets too

    @model_validator(mode="before")
    @classmethod
    def _around(cls, given: Any) -> Any:
        around: dict[str, Any] = dict(environment.settings(cls.model_fields))
        return around | dict(cast("Mapping[str, Any]", given))

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
            raise ValueError("credentials belong in api_key, not into the address")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("an address starts with http:// or https:// and has neither query nor fragment")
        return url.rstrip("/")

    @field_validator("api_key", "admin_api_key", "tenant_id", "user_id")
    @classmethod
    def _fits_a_header(cls, text: str | None) -> str | None:
        if text and (not text.isascii() or not text.isprintable() or text != text.strip()):
            raise ValueError("what goes into a header is printable ASCII without white space around it")
        return text or None

    @field_validator("tenant_id", mode="before")
    @classmethod
    def _named(cls, tenant: Any) -> Any:
        return tenant or "default"

    def with_given(self, **given: Any) -> Self:
        """Return these settings with those that are given in their place. None counts as not given.

        Raises:
            ValidationError: one cannot be used.
        """
        named = {name: value for name, value in given.items() if value is not None}
        return type(self)(**{**self.model_dump(), **named}) if named else self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(key for key in (self.api_key, self.admin_api_key) if key)


def _told(error: PydanticError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
