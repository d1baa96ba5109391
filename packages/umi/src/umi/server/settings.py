"""The settings of a server: flags win over the environment, that over the file, that over the defaults.

`UMI_SERVER_PORT=9000` sets `port`; in a TOML file it is `port = 9000`. What is not known is refused.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from umi.errors import Invalid, NotFound
from umi.limits import TENANT_DEFAULT

PREFIX = "UMI_SERVER_"
STORE_VARIABLE = "UMI_STORE"
LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


class ServerSettings(BaseSettings):
    """Everything that can be set. Sizes are in bytes, times in seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=256, description="How many processes answer.")
    store: SecretStr | None = Field(
        None,
        description="The store's file or URL; without it `UMI_STORE`, else the file in the platform's data folder.",
    )
    auth: bool = Field(True, description="Ask for a credential. It may be off on loopback addresses only.")
    tenant: str = Field(TENANT_DEFAULT, min_length=1, description="The tenant of callers when `auth` is off.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    request_bytes_max: int = Field(16 * 1024 * 1024, ge=1_024, description="The largest body of a request.")
    request_seconds_max: float = Field(60, gt=0, le=3_600, description="How long a request may take.")
    shutdown_seconds_max: float = Field(
        20, gt=0, le=3_600, description="How long to wait at the end for requests, and then for work behind them."
    )
    cors_origins: tuple[str, ...] = Field((), description="Origins whose pages may call; none by default.")
    metrics: bool = Field(True, description="Serve `/metrics`.")
    metrics_folder: str | None = Field(
        None, description="Where the processes share their counts; by default a folder that is made at the start."
    )
    metrics_auth: bool = Field(False, description="Ask for a credential with the grant `admin` at `/metrics`.")
    requests_per_minute: int = Field(0, ge=0, description="Of one caller whose key sets no other limit; 0: no limit.")
    writes_per_day: int = Field(0, ge=0, description="Of one caller whose key sets no other limit; 0: no limit.")
    privacy: Literal["keep", "redact_secrets", "redact_all", "refuse_secrets"] = Field(
        "redact_secrets",
        description="What becomes of passwords, keys and personal data in what is written through `/api/v1`.",
    )
    llm: str | None = Field(
        None,
        pattern=r"^(anthropic|openai)(:.+)?$",
        description="The model that reads what is remembered, `anthropic:<model>` or `openai:<model>`, with the key in "
        "the vendor's own variable; none by default.",
    )
    llm_base_url: str | None = Field(None, description="Another server that speaks the vendor's protocol.")
    telemetry_endpoint: str | None = Field(None, description="Where traces go (OTLP over HTTP); none by default.")
    jwt_issuer: str | None = Field(None, description="Who issues the tokens; none are taken without it.")
    jwt_audience: str | None = Field(None, description="Whom the tokens must be for.")
    jwt_jwks_url: str | None = Field(None, description="Where the issuer's public keys are.")
    jwt_algorithms: tuple[Literal["RS256", "ES256"], ...] = Field(
        ("RS256", "ES256"), min_length=1, description="Signatures that are taken."
    )
    jwt_leeway_seconds: float = Field(30, ge=0, le=300, description="How far clocks may differ.")
    jwt_jwks_seconds: float = Field(300, ge=1, description="How long the issuer's keys are kept before asking again.")
    jwt_tenant_claim: str = Field("tenant", description="The claim that names the tenant.")
    jwt_user_claim: str | None = Field("sub", description="The claim that binds to a user; none binds to no user.")
    jwt_namespaces_claim: str | None = Field("namespaces", description="The claim that binds to namespaces.")
    jwt_scopes_claim: str = Field("scope", description="The claim that grants: words `read`, `write`, `admin`.")

    @model_validator(mode="after")
    def _fits(self) -> ServerSettings:
        if not self.auth and not is_loopback(self.host):
            raise ValueError(f"auth may be off on a loopback address only, and {self.host!r} is none.")
        if (self.jwt_issuer, self.jwt_audience, self.jwt_jwks_url).count(None) not in (0, 3):
            raise ValueError("jwt_issuer, jwt_audience and jwt_jwks_url are needed together.")
        if self.jwt_jwks_url is not None and not _is_safe(self.jwt_jwks_url):
            raise ValueError("jwt_jwks_url begins with https://, unless it is on a loopback address.")
        if self.llm_base_url is not None and self.llm is None:
            raise ValueError("llm_base_url needs llm.")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)  # `read_settings` alone reads the environment: what makes an app of its own says it all


def read_settings(flags: Mapping[str, Any], file: Path | None = None) -> ServerSettings:
    """Return the settings of flags, the environment and a TOML file; a flag of None was not given.

    Raises:
        Invalid: a setting is unknown, or its value cannot be used. Values are not repeated: they may be secret.
        NotFound: there is no such file.

    """
    given = {name: value for name, value in flags.items() if value is not None}
    values = {**_of_file(file), **_of_environment(), **given}
    try:
        return ServerSettings(**values)
    except ValidationError as error:
        raise Invalid("; ".join(_told(one) for one in error.errors(include_input=False))) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can put other keys in place of the issuer's."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _told(error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"There is no setting {name!r}"
    return f"{name or 'settings'}: {error['msg']}"


def _of_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {str(file)!r}.") from None
    except (OSError, ValueError) as error:
        raise Invalid(f"{str(file)!r} is no TOML file that can be read: {type(error).__name__}.") from None


def _of_environment() -> dict[str, Any]:
    fields = ServerSettings.model_fields
    found: dict[str, Any] = {}
    if os.environ.get(STORE_VARIABLE):
        found["store"] = os.environ[STORE_VARIABLE]
    for name, value in os.environ.items():
        if name.upper().startswith(PREFIX):
            setting = name[len(PREFIX) :].lower()
            many = setting in fields and "tuple" in str(fields[setting].annotation)
            found[setting] = tuple(word.strip() for word in value.split(",") if word.strip()) if many else value
    return found
