"""The tenant that an operator's request names beside its credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.errors import Forbidden
from umi.server.auth.credentials import TENANT_UNSAID

if TYPE_CHECKING:
    from umi.server.doors.cml.places import Reach


def check_tenant(reach: Reach, named: str | None) -> str:
    """Return the caller's tenant, if that is the one that is named; what clients send unasked names none.

    Raises:
        Forbidden: it is another's.

    """
    if named and named not in {TENANT_UNSAID, reach.tenant}:
        raise Forbidden("The credential is of another tenant than the request names.")
    return reach.tenant
