"""From what a request shows to who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from umi.domain.bounds import Grant
from umi.errors import Forbidden, InvalidScopeError
from umi.limits import TENANT_DEFAULT
from umi.server.auth.api_keys import MARK, ApiKeys
from umi.server.auth.principal import Principal
from umi.server.auth.tokens import Tokens

_SCHEME: Final = "bearer"
TENANT_UNSAID: Final = TENANT_DEFAULT
"""What clients send as X-Tenant-ID on their own, when nobody has named a tenant: it contradicts no credential."""


class Unauthenticated(Exception):
    """The request shows no credential, or none that is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The headers that tell who calls. `tenant` is not believed: it may only repeat what the credential says."""

    authorization: str | None = None
    api_key: str | None = None
    tenant: str | None = None


def shown_in(headers: Mapping[str, str]) -> Shown:
    """Return what the headers of a request show; their names are in lower case, or looked up without regard to it."""
    return Shown(
        authorization=headers.get("authorization"),
        api_key=headers.get("x-api-key"),
        tenant=headers.get("x-tenant-id"),
    )


class Gate:
    """Checks credentials. Without keys, everyone is let in as the one tenant there is: see the settings' `auth`."""

    def __init__(self, keys: ApiKeys | None, tokens: Tokens | None, *, tenant: str) -> None:
        self._keys = keys
        self._tokens = tokens
        self._open = Principal(id="open", tenant=tenant, grants=frozenset(Grant))

    async def check(self, shown: Shown) -> Principal:
        """Return who calls.

        Raises:
            Unauthenticated: no credential is shown, two are, or it is not good.
            Forbidden: another tenant is named than the credential's.

        """
        if self._keys is None:
            return self._as_named(shown)
        principal = await self._checked(_credential(shown))
        if principal is None:
            raise Unauthenticated
        if shown.tenant not in {None, TENANT_UNSAID, principal.tenant}:
            raise Forbidden("The credential is of another tenant than the header X-Tenant-ID names.")
        return principal

    def _as_named(self, shown: Shown) -> Principal:
        if not shown.tenant:
            return self._open
        named = replace(self._open, tenant=shown.tenant)
        try:
            _ = named.bounds
        except InvalidScopeError:
            raise Forbidden("The header X-Tenant-ID names no tenant.") from None
        return named

    async def _checked(self, credential: str) -> Principal | None:
        assert self._keys is not None
        if credential.startswith(MARK):
            return await self._keys.check(credential)
        return None if self._tokens is None else await self._tokens.check(credential)


def _credential(shown: Shown) -> str:
    found = [shown.api_key] if shown.api_key else []
    if shown.authorization:
        scheme, _, given = shown.authorization.partition(" ")
        if scheme.lower() != _SCHEME or not given.strip():
            raise Unauthenticated
        found.append(given.strip())
    if len(set(found)) != 1:
        raise Unauthenticated
    return found[0]
