"""What stands already for the additions of a batch, asked for at once: one by one, asking is half of the work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from umi.domain.change import Add, Change
from umi.stores.relational.database import Database, Row


class Foreknown:
    """What is known of identities and ids before a batch changes anything.

    An answer is given once: whoever asks again may have added it meanwhile, and is told what is there now. Where a
    change may touch what stands for an identity or an id, `forget` says so.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._identities: dict[bytes, Row | None] = {}
        self._ids_free: set[tuple[str, str]] = set()

    def look(self, changes: Sequence[Change]) -> None:
        """Ask for what the additions among the changes will ask for. Of a single one that would gain nothing."""
        self.forget()
        additions = [change for change in changes if isinstance(change, Add)]
        if len(additions) < 2:  # noqa: PLR2004 - one is asked for when it comes
            return
        identities = [addition.identity for addition in additions]
        self._identities = dict.fromkeys(identities) | identities_known(self._db, identities)
        self._ids_free = {(addition.entity.scope.tenant, addition.entity.id) for addition in additions}
        for name, pairs in groupby(sorted(self._ids_free), key=lambda pair: pair[0]):
            tenant = self._db.value("tenant_get", (name,))
            if tenant is not None:
                ids = json.dumps([id for _, id in pairs])
                self._ids_free -= {(name, id) for id in self._db.column("ids_taken", (tenant, ids))}

    def forget(self) -> None:
        self._identities.clear()
        self._ids_free.clear()

    def identity(self, identity: bytes) -> Row | None:
        """Return who stands for an identity."""
        if identity in self._identities:
            return self._identities.pop(identity)
        return self._db.row("identity_get", (identity,))

    def id(self, name: str, tenant: int, id: str) -> Row | None:
        """Return the entity of a tenant that has an id."""
        if (name, id) in self._ids_free:
            self._ids_free.remove((name, id))
            return None
        return self._db.row("get", (tenant, id))


def identities_known(db: Database, identities: Sequence[bytes]) -> dict[bytes, Row]:
    """Return who stands for identities: (id, seq, at, status) of each that is known."""
    found: dict[bytes, Row] = {}
    for identity, *row in db.each("identities_get", (json.dumps([identity.hex() for identity in identities]),)):
        found.setdefault(bytes(identity), tuple(row))
    return found
