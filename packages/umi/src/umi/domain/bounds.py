"""What a caller may reach and do: a tenant, perhaps one user of it, perhaps only some namespaces."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from umi.domain.scope import Scope
from umi.errors import Forbidden, Invalid


class Grant(StrEnum):
    """What a caller may do. An admin may erase; none of them includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A fence around what a caller may reach. None is "any of the tenant's".

    Raises:
        Invalid: there are namespaces, but none of them.
        InvalidScopeError: a name cannot be one.

    """

    tenant: str
    user: str | None = None
    namespaces: AbstractSet[str] | None = None
    grants: AbstractSet[Grant] = frozenset(Grant)

    def __post_init__(self) -> None:
        Scope(tenant=self.tenant, user=self.user)
        if self.namespaces is not None and not self.namespaces:
            raise Invalid("A caller may reach any namespace (None), or at least one.")
        for namespace in self.namespaces or ():
            Scope(namespace=namespace)

    @property
    def scope(self) -> Scope:
        """The narrowest scope that holds all that may be reached."""
        only = next(iter(self.namespaces)) if self.namespaces is not None and len(self.namespaces) == 1 else None
        return Scope(tenant=self.tenant, user=self.user, namespace=only)

    def narrowed(
        self,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Scope:
        """Return the part of it that is asked for.

        Raises:
            InvalidScopeError: a part cannot be one.
            Forbidden: it lies outside, or a namespace has to be named and is not.

        """
        whole = self.scope
        scope = Scope(
            tenant=self.tenant,
            user=whole.user if user is None else user,
            namespace=whole.namespace if namespace is None else namespace,
            agent=agent,
            session=session,
        )
        self.check_scope(scope)
        return scope

    def check(self, grant: Grant) -> None:
        """Refuse what the caller has no grant for.

        Raises:
            Forbidden: the grant is missing.

        """
        if grant not in self.grants:
            raise Forbidden(f"This needs the grant {grant.value!r}, which the caller does not have.")

    def check_scope(self, scope: Scope) -> None:
        """Refuse a scope that reaches over the fence.

        Raises:
            Forbidden: it is of another tenant or user, or of a namespace that is not the caller's, or of all of them.

        """
        if scope.tenant != self.tenant:
            raise Forbidden("The caller is bound to another tenant.")
        if self.user is not None and scope.user != self.user:
            raise Forbidden("The caller is bound to another user.")
        if self.namespaces is not None and scope.namespace not in self.namespaces:
            named = "does not say which" if scope.namespace is None else "names another"
            raise Forbidden(f"The caller is bound to some namespaces, and the request {named}.")
