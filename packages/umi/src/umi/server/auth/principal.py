"""Who calls."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from umi.domain.bounds import Bounds, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much a caller may ask for; 0 is no limit, None what the server's settings say."""

    requests_per_minute: int | None = None
    writes_per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller whose credential was checked. `id` names the credential, never holds it: "key:…", "jwt:…" or "open"."""

    id: str
    tenant: str
    user: str | None = None
    namespaces: AbstractSet[str] | None = None
    grants: AbstractSet[Grant] = field(default_factory=frozenset[Grant])
    quota: Quota = field(default_factory=Quota)

    @property
    def bounds(self) -> Bounds:
        return Bounds(tenant=self.tenant, user=self.user, namespaces=self.namespaces, grants=self.grants)
