"""API keys: only their hash is kept, and they are good for what they say, as long as they say."""

from __future__ import annotations

import hmac
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.server.conftest import Server, bearer

from umi.domain.bounds import Bounds, Grant
from umi.errors import Invalid, NotFound
from umi.limits import API_KEY_CACHED_SECONDS_MAX
from umi.server.auth import api_keys
from umi.server.auth.api_keys import ApiKeys, Wanted, hash_of
from umi.server.logs import JsonLines
from umi.testing.store.making import NOON, SteppingClock
from umi.wiring.system import SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from umi.ports.records import Record

WANTED = Wanted(bounds=Bounds(tenant="t"), name="first")


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
def keys(server: Server, clock: SteppingClock) -> ApiKeys:
    return ApiKeys(server.services.records, clock, SystemEntropy())


async def test_a_key_is_good_for_what_it_was_made_for(keys: ApiKeys):
    bounds = Bounds(tenant="t", user="Zoë", namespaces=frozenset({"a", "b"}), grants=frozenset({Grant.READ}))
    key, shown = await keys.create(Wanted(bounds=bounds))

    principal = await keys.check(shown)

    assert principal is not None
    assert principal.bounds == bounds
    assert principal.id == f"key:{key.id}"


async def test_of_the_secret_only_its_hash_is_kept(keys: ApiKeys, server: Server):
    key, shown = await keys.create(WANTED)
    secret = shown.split("_", 2)[2]

    [record] = await server.services.records.find(api_keys.KIND, key.id)

    assert len(secret) == 43  # 256 bits in base64
    assert secret.encode() not in record.value
    assert json.loads(record.value)["hash"] == hash_of(secret)
    assert secret not in repr(key)
    assert key.hash not in repr(key)


SPOILT: list[Callable[[str], str]] = [
    lambda shown: shown[:-1],
    lambda shown: shown + "x",
    lambda shown: shown[:-1] + ("B" if shown[-1] != "B" else "C"),
    lambda shown: shown.upper(),
    lambda shown: "umi_" + "a" * 16 + "_" + shown.split("_", 2)[2],
    lambda shown: shown.rpartition("_")[0] if shown.count("_") == 2 else "umi__",
    lambda _: "umi_",
    lambda _: "umi_%_%",
    lambda _: "umi_\ud800_x",
    lambda _: "",
]


@pytest.mark.parametrize("spoil", SPOILT)
async def test_what_is_not_quite_a_key_is_none(keys: ApiKeys, spoil: Callable[[str], str]):
    _, shown = await keys.create(WANTED)

    assert await keys.check(spoil(shown)) is None


async def test_secrets_are_compared_in_constant_time_also_where_the_id_is_unknown(
    keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
):
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    _, shown = await keys.create(WANTED)

    assert await keys.check(shown) is not None
    assert await keys.check("umi_nobody_secret") is None

    assert [len(one) == len(other) == 64 for one, other in compared] == [True, True]


async def test_a_key_expires(keys: ApiKeys, clock: SteppingClock):
    _, shown = await keys.create(Wanted(bounds=Bounds(tenant="t"), expires_at=NOON + timedelta(days=1)))
    assert await keys.check(shown) is not None

    clock.time = NOON + timedelta(days=1)

    assert await keys.check(shown) is None
    with pytest.raises(Invalid):
        await keys.create(Wanted(bounds=Bounds(tenant="t"), expires_at=NOON))


async def test_a_revoked_key_is_refused_here_at_once_and_elsewhere_within_the_bound(
    keys: ApiKeys, clock: SteppingClock, server: Server
):
    elsewhere = ApiKeys(server.services.records, clock, SystemEntropy())
    key, shown = await keys.create(WANTED)
    assert await elsewhere.check(shown) is not None

    await keys.revoke(key.id)

    assert await keys.check(shown) is None
    clock.time += timedelta(seconds=API_KEY_CACHED_SECONDS_MAX)
    assert await elsewhere.check(shown) is None
    assert [one.state(clock.now()) for one in await keys.list("t")] == ["revoked"]


async def test_making_and_revoking_a_key_is_noted_without_its_secret(keys: ApiKeys, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "umi.audit"):
        key, shown = await keys.create(WANTED)
        await keys.revoke(key.id)

    lines = [JsonLines().format(record) for record in caplog.records if record.name == "umi.audit"]
    assert [json.loads(line)["message"] for line in lines] == ["key made", "key revoked"]
    assert all(json.loads(line)["key"] == key.id for line in lines)
    assert shown.split("_", 2)[2] not in "".join(lines)


async def test_checking_a_key_again_asks_the_store_nothing(keys: ApiKeys, monkeypatch: pytest.MonkeyPatch):
    _, shown = await keys.create(WANTED)
    assert await keys.check(shown) is not None

    async def never(kind: str, key: str) -> Sequence[Record]:
        raise AssertionError((kind, key))

    monkeypatch.setattr(keys._records, "find", never)  # pyright: ignore[reportPrivateUsage]

    assert await keys.check(shown) is not None


async def test_the_last_use_is_noted_once_an_hour(keys: ApiKeys, clock: SteppingClock):
    _, shown = await keys.create(WANTED)
    for minutes in (0, 10, 59, 70):
        clock.time = NOON + timedelta(minutes=minutes)
        await keys.check(shown)

    [key] = await keys.list("t")

    assert key.used_at is not None
    assert timedelta() <= key.used_at - (NOON + timedelta(minutes=70)) < timedelta(seconds=1)


async def test_keys_are_listed_by_tenant(keys: ApiKeys):
    for tenant in ("t", "T", "t%"):
        await keys.create(Wanted(bounds=Bounds(tenant=tenant)))

    assert [key.tenant for key in await keys.list("t")] == ["t"]
    assert [key.tenant for key in await keys.list()] == ["T", "t", "t%"]
    with pytest.raises(NotFound):
        await keys.revoke("nobody")


async def test_a_key_that_grants_nothing_is_none(keys: ApiKeys):
    with pytest.raises(Invalid):
        await keys.create(Wanted(bounds=Bounds(tenant="t", grants=frozenset())))


async def test_erasing_a_user_takes_their_keys(server: Server):
    key = await server.key(user="zoe")
    other = await server.key(user="max")
    admin = server.services.world.store
    from umi.domain.erasure import Erase
    from umi.domain.scope import Scope

    await admin.erase(Erase(scope=Scope(tenant="t", user="zoe"), ids=None, actor="test"))

    assert (await server.client.get("/umi/v1/stats", headers=bearer(key))).status_code == 401
    assert (await server.client.get("/umi/v1/stats", headers=bearer(other))).status_code == 200
