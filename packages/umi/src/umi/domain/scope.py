"""Whose memory it is.

A scope names a tenant and, more narrowly, a user, a namespace, an agent and a session. A search without a narrower
scope covers the tenant; no filter is ever dropped to find more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from umi.domain.text import shown
from umi.errors import InvalidScopeError
from umi.limits import SCOPE_PART_BYTES_MAX, TENANT_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an entity lives, or where to look. `None` means "none given": no user, or any user when searching.

    Raises:
        InvalidScopeError: a part is empty, too long, or not valid text.

    """

    tenant: str = TENANT_DEFAULT
    user: str | None = None
    namespace: str | None = None
    agent: str | None = None
    session: str | None = None

    def __post_init__(self) -> None:
        for part in _PARTS:
            value = getattr(self, part)
            if value is None and part != "tenant":
                continue
            _check_part(part, value)

    def narrow(
        self,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Scope:
        """Return this scope with the given parts set.

        Raises:
            InvalidScopeError: a part that this scope already fixes would change: a bound memory cannot be left.

        """
        given = {"user": user, "namespace": namespace, "agent": agent, "session": session}
        asked = {part: value for part, value in given.items() if value is not None}
        for part, value in asked.items():
            bound = getattr(self, part)
            if bound is not None and bound != value:
                raise InvalidScopeError(
                    f"This memory is bound to {part} {bound!r}; it cannot reach {part} {shown(value)}."
                )
        return replace(self, **asked) if asked else self


_PARTS = Scope.__slots__  # in the order of the fields


def _check_part(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise InvalidScopeError(f"{name} is a string, not {type(value).__name__}.")
    if not value or "\0" in value:
        raise InvalidScopeError(f"{name} is empty or holds a NUL character. Leave it out instead.")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise InvalidScopeError(f"{name} holds a lone surrogate, which is not valid text.") from error
    if size > SCOPE_PART_BYTES_MAX:
        raise InvalidScopeError(f"{name} is {size} bytes long; SCOPE_PART_BYTES_MAX is {SCOPE_PART_BYTES_MAX}.")
