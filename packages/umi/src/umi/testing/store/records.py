"""Records: small durable values beside the memories, changed by one at a time, and gone with whom they are about."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.errors import Conflict, Invalid, LimitExceeded
from umi.limits import RECORD_KEY_BYTES_MAX, RECORD_VALUE_BYTES_MAX
from umi.ports.records import ABSENT, NOBODYS, Record
from umi.testing.store.backend import Backend
from umi.testing.store.making import NOON, SOLE, add, apply

if TYPE_CHECKING:
    from umi.ports.store import Store

LONG_AGO, LATER = NOON - timedelta(days=1), NOON + timedelta(days=400)
NAMES = ("a", "A", "a%", "a_", "ä", "aa", "", "a b", "\u00ff", "\ue0ff0", "a\\")


def record(key: str = "k", value: bytes = b'{"a":1}', *, tenant: str = "default", **more: Any) -> Record:
    return Record(kind="test", tenant=tenant, key=key, value=value, **more)


class RecordsKept:
    async def test_a_record_comes_back_as_it_was_put(self, store: Store):
        made = record("ключ \x01", bytes(range(256)), tenant="ténant", user="Zoë", quotes=True, expires_at=LATER)

        kept = await store.records.put(made)

        assert kept.revision > ABSENT
        assert await store.records.get("test", "ténant", "ключ \x01") == kept
        assert (kept.value, kept.user, kept.quotes, kept.expires_at) == (made.value, "Zoë", True, LATER)

    async def test_a_record_is_found_under_its_own_kind_tenant_and_key_only(self, store: Store):
        await store.records.put(record("k"))

        assert await store.records.get("other", "default", "k") is None
        assert await store.records.get("test", "Default", "k") is None
        assert await store.records.get("test", NOBODYS, "k") is None
        assert await store.records.get("test", "default", "K") is None

    async def test_only_the_expected_revision_is_replaced(self, store: Store):
        first = await store.records.put(record(value=b"1"), expected=ABSENT)
        second = await store.records.put(record(value=b"2"), expected=first.revision)

        for stale in (ABSENT, first.revision, second.revision + 1):
            with pytest.raises(Conflict):
                await store.records.put(record(value=b"3"), expected=stale)
            with pytest.raises(Conflict):
                await store.records.delete("test", "default", "k", expected=stale)

        assert second.revision > first.revision
        assert await store.records.get("test", "default", "k") == second
        assert (await store.records.put(record(value=b"4"))).revision > second.revision

    async def test_of_many_who_claim_a_key_at_once_one_gets_it(self, store: Store):
        claims = (store.records.put(record(value=b"%d" % number), expected=ABSENT) for number in range(8))

        answers = await asyncio.gather(*claims, return_exceptions=True)

        [winner] = [answer for answer in answers if isinstance(answer, Record)]
        assert sum(isinstance(answer, Conflict) for answer in answers) == 7
        assert await store.records.get("test", "default", "k") == winner

    async def test_a_deleted_record_is_gone_and_its_revision_never_comes_again(self, store: Store):
        first = await store.records.put(record())

        assert await store.records.delete("test", "default", "k", expected=first.revision)
        assert not await store.records.delete("test", "default", "k")

        assert await store.records.get("test", "default", "k") is None
        assert (await store.records.put(record(), expected=ABSENT)).revision > first.revision

    async def test_what_is_past_its_time_is_as_if_it_was_not_there(self, store: Store):
        await store.records.put(record("old", expires_at=LONG_AGO))
        await store.records.put(record("new", expires_at=LATER))

        assert await store.records.get("test", "default", "old") is None
        assert await store.records.find("test", "old") == []
        assert [one.key for one in await store.records.list("test", "default", limit=10)] == ["new"]
        await store.records.put(record("old", expires_at=LATER), expected=ABSENT)

    async def test_they_are_listed_by_tenant_and_key_page_by_page(self, store: Store):
        for tenant in ("b", "a", NOBODYS):
            for key in ("x1", "x2", "y", "X1", "x%"):
                await store.records.put(record(key, tenant=tenant))

        first = await store.records.list("test", None, prefix="x", limit=4)
        rest = await store.records.list("test", None, prefix="x", after=(first[-1].tenant, first[-1].key), limit=100)
        one = await store.records.list("test", "a", prefix="x", after=("a", "x%"), limit=100)

        assert [(each.tenant, each.key) for each in (*first, *rest)] == [
            (tenant, key) for tenant in (NOBODYS, "a", "b") for key in ("x%", "x1", "x2")
        ]
        assert [each.key for each in one] == ["x1", "x2"]
        edges = ("\ud7ff", "\ue000", "z\U0010ffff", "z\U0010ffffz", "\U0010ffff")
        for key in edges:
            await store.records.put(record(key, tenant="edges"))
        for prefix in ("", "z", "\ud7ff", "\ue000", "z\U0010ffff", "\U0010ffff"):
            listed = await store.records.list("test", "edges", prefix=prefix, limit=100)
            assert [each.key for each in listed] == sorted(key for key in edges if key.startswith(prefix))

    async def test_a_key_is_found_in_every_tenant(self, store: Store):
        for tenant in ("b", "a"):
            await store.records.put(record(tenant=tenant))

        assert [each.tenant for each in await store.records.find("test", "k")] == ["a", "b"]

    async def test_names_that_look_alike_are_kept_apart(self, backend: Backend, place: Any):
        store = await backend.open(place)
        names = product(NAMES, filter(None, NAMES))
        kept = {(tenant, key): f"{tenant}/{key}".encode() for tenant, key in names}
        try:
            for (tenant, key), value in kept.items():
                await store.records.put(record(key, value, tenant=tenant))
            found = await store.records.list("test", None, limit=1_000)
            assert {(one.tenant, one.key): one.value for one in found} == kept
            assert {len(await store.records.list("test", name, prefix="a", limit=99)) for name in NAMES} == {6}
        finally:
            await store.close()

    async def test_what_is_too_large_or_has_no_name_is_refused(self, store: Store):
        for bad in (record(""), record("a\0b"), record(tenant="a\0b")):
            with pytest.raises(Invalid):
                await store.records.put(bad)
        for large in (record("ä" * RECORD_KEY_BYTES_MAX), record(value=b"x" * (RECORD_VALUE_BYTES_MAX + 1))):
            with pytest.raises(LimitExceeded):
                await store.records.put(large)

    async def test_erasing_a_user_takes_what_is_about_them(self, store: Store):
        for user in ("alice", "Alice", None):
            await store.records.put(record(str(user), user=user))
        await store.records.put(record("alice", tenant="elsewhere", user="alice"))

        erasure = await store.erase(Erase(scope=Scope(user="alice"), ids=None, actor="test"))

        assert [one.key for one in await store.records.list("test", "default", limit=10)] == ["Alice", "None"]
        assert len(await store.records.list("test", "elsewhere", limit=10)) == 1
        assert erasure.counts["records"] == 1
        assert erasure.findings == ()

    async def test_erasing_a_tenant_takes_all_that_is_its_own(self, store: Store):
        for tenant in ("default", "elsewhere", NOBODYS):
            await store.records.put(record(tenant=tenant))

        await store.erase(Erase(scope=SOLE, ids=None, actor="test"))

        assert [one.tenant for one in await store.records.list("test", None, limit=10)] == [NOBODYS, "elsewhere"]

    async def test_any_erasure_empties_what_may_quote_memories_of_the_tenant(self, store: Store):
        await apply(store, add("about a", id="a"))
        before = await store.records.put(record("quoting", b"about a", quotes=True))
        await store.records.put(record("plain", b"{}"))
        await store.records.put(record("quoting", b"not a", tenant="elsewhere", quotes=True))

        await store.erase(Erase(scope=SOLE, ids=("a",), actor="test"))

        found = {(one.tenant, one.key): one.value for one in await store.records.list("test", None, limit=10)}
        assert found == {("default", "quoting"): b"", ("default", "plain"): b"{}", ("elsewhere", "quoting"): b"not a"}
        with pytest.raises(Conflict):
            await store.records.put(record("quoting"), expected=before.revision)

    async def test_records_are_there_after_reopening(self, backend: Backend, place: Any):
        store = await backend.open(place)
        kept = await store.records.put(record())
        await store.close()

        reopened = await backend.open(place)
        try:
            assert await reopened.records.get("test", "default", "k") == kept
        finally:
            await reopened.close()
