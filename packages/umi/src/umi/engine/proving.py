"""What of a Memory can be proved: that something is erased, and that nothing was tampered with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from umi.domain.checking import check_line
from umi.domain.erasure import Erase, Erasure
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Discrepancy, Tampering, Verification
from umi.engine.asking import check_flag, check_id
from umi.engine.bound import Bound
from umi.errors import Invalid, InvalidScopeError, LimitExceeded
from umi.limits import ANCHOR_KEY_BYTES_MIN, ANCHORS_COUNT_MAX, ERASE_IDS_COUNT_MAX, REASON_BYTES_MAX
from umi.ports.blocking import blocking


class Proving(Bound):
    """Erasing with a receipt, anchoring the log, and verifying that what is stored is what was recorded."""

    async def erase(
        self,
        *,
        ids: str | Sequence[str] | None = None,
        user: str | None = None,
        tenant: bool = False,
        reason: str = "",
        check: bool = True,
    ) -> Erasure:
        """Remove entities for ever: by their ids, all of a user's, or the whole tenant's.

        Their text leaves the tables, both indexes, every earlier version, the log, the files' free pages and the
        backups made with `backup`; what rests on nothing else goes with them. A tombstone without content stays in the
        log, which can still be verified. `reason` stays too, so it should not repeat what is erased. With `check`, the
        files are then searched for what is left: see `Erasure.proved` and `Erasure.findings`. Erasing an id a second
        time changes nothing.

        Raises:
            Invalid: not exactly one of ids, user and tenant is given.
            NotFound: an id stands for nothing in this scope, and never did; nothing was erased.

        """
        check_flag("tenant", tenant)
        check_flag("check", check)
        if [ids is not None, user is not None, tenant].count(True) != 1:
            raise Invalid("Give what to erase: ids, a user, or tenant=True; exactly one of them.")
        request = Erase(
            scope=self._covered(user=user, tenant=tenant),
            ids=None if ids is None else _checked_ids(ids),
            reason=check_line("reason", reason, REASON_BYTES_MAX),
            actor=self._actor,
        )
        with self._world.tracer.span("umi.erase") as span:
            erasure = await self._world.store.erase(request, check=check)
            span.set("umi.erased.count", len(erasure.ids))
            span.set("umi.checked", erasure.checked)
            return erasure

    async def anchor(self, *, key: bytes | None = None) -> Anchor:
        """Return the head of the log: kept elsewhere, it convicts a file that is later rolled back or rewritten.

        With a `key` (at least 16 bytes) it is signed, so that whoever can write the file cannot make one.
        """
        _check_key(key)
        anchor = await self._world.store.anchor()
        return anchor if key is None else anchor.signed(key)

    async def verify(self, anchors: Iterable[Anchor | str] = (), *, key: bytes | None = None) -> Verification:
        """Compare what is stored with the log, and the log with itself and with anchors taken before.

        Each finding names the place in the log, what was done, and what was seen. With a `key`, every anchor has to be
        signed with it. Changes nothing; others may write meanwhile.
        """
        _check_key(key)
        given = _checked_anchors(anchors)
        seen = await self._world.store.verify(given)
        forged = tuple(
            Discrepancy(
                seq=anchor.seq,
                tampering=Tampering.ANCHOR_FORGED,
                seen="the anchor is not signed with this key",
            )
            for anchor in given
            if key is not None and not anchor.is_signed_with(key)
        )
        return replace(seen, findings=(*forged, *seen.findings))

    def _covered(self, *, user: str | None, tenant: bool) -> Scope:
        scope = self._scope
        if tenant and scope != Scope(tenant=scope.tenant):
            raise InvalidScopeError("This memory is bound to a part of its tenant; it cannot erase all of it.")
        return scope if user is None else scope.narrow(user=user)

    erase_sync = blocking(erase)
    anchor_sync = blocking(anchor)
    verify_sync = blocking(verify)


def _checked_ids(ids: str | Sequence[str]) -> tuple[str, ...]:
    given = [ids] if isinstance(ids, str) else ids
    if not isinstance(cast("object", given), Sequence):
        raise Invalid(f"ids is a list of ids, not {type(given).__name__}.")
    if len(given) > ERASE_IDS_COUNT_MAX:
        raise LimitExceeded(f"{len(given)} ids were given; ERASE_IDS_COUNT_MAX is {ERASE_IDS_COUNT_MAX}.")
    return tuple(dict.fromkeys(check_id(id) for id in given))


def _checked_anchors(anchors: Iterable[Anchor | str]) -> tuple[Anchor, ...]:
    given = [anchors] if isinstance(anchors, (str, Anchor)) else anchors
    if not isinstance(cast("object", given), Iterable):
        raise Invalid(f"anchors are anchors or the lines they were written as, not {type(given).__name__}.")
    found: list[Anchor] = []
    for anchor in given:
        if not isinstance(cast("object", anchor), (str, Anchor)):
            raise Invalid(f"An anchor is an Anchor or the line it was written as, not {type(anchor).__name__}.")
        found.append(Anchor.parse(anchor) if isinstance(anchor, str) else anchor)
        if len(found) > ANCHORS_COUNT_MAX:
            raise LimitExceeded(f"More than ANCHORS_COUNT_MAX, {ANCHORS_COUNT_MAX} anchors were given.")
    return tuple(found)


def _check_key(key: object) -> None:
    if key is not None and (not isinstance(key, bytes) or len(key) < ANCHOR_KEY_BYTES_MIN):
        raise Invalid(f"key is at least ANCHOR_KEY_BYTES_MIN, {ANCHOR_KEY_BYTES_MIN} bytes.")
