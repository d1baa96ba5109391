"""Erasing, anchoring and verifying through a Memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.embedding import HashingEmbedder

from umi import Memory
from umi.domain.verification import Anchor, Tampering
from umi.errors import Invalid, InvalidScopeError, LimitExceeded, NotFound
from umi.limits import ANCHORS_COUNT_MAX, ERASE_IDS_COUNT_MAX

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"a key of sixteen bytes or more"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder()) as opened:
        yield opened


def test_an_erased_memory_is_not_recalled_and_the_receipt_proves_it(memory: Memory):
    kept = memory.remember_sync("The heron nests by the river.")
    gone = memory.remember_sync("The egret nests by the marsh.")
    erasure = memory.erase_sync(ids=gone.id, reason="asked to")
    assert (erasure.ids, erasure.proved) == ((gone.id,), True)
    assert [hit.id for hit in memory.recall_sync("Who nests where, heron or egret?")] == [kept.id]
    assert memory.history_sync(gone.id)[-1].reason == "asked to"


def test_a_fact_that_was_derived_goes_with_the_last_of_its_sources(memory: Memory):
    first = memory.remember_sync("Ada said she has a new job.")
    second = memory.remember_sync("Her badge says Globex.")
    fact = memory.remember_fact_sync("Ada", "works_at", "Globex", sources=[first.id, second.id])
    assert memory.erase_sync(ids=[first.id]).derived == ()
    assert memory.erase_sync(ids=[second.id]).derived == (fact.id,)
    assert memory.verify_sync().ok


def test_a_bound_memory_erases_only_its_own(memory: Memory):
    memory.scoped(user="ada").remember_sync("Hers.")
    his = memory.scoped(user="kenji").remember_sync("His.")
    with pytest.raises(NotFound):
        memory.scoped(user="ada").erase_sync(ids=his.id)
    with pytest.raises(InvalidScopeError):
        memory.scoped(user="ada").erase_sync(user="kenji")
    with pytest.raises(InvalidScopeError):
        memory.scoped(user="ada").erase_sync(tenant=True)
    assert len(memory.scoped(user="ada").erase_sync(user="ada").ids) == 1
    assert memory.erase_sync(tenant=True).ids == (his.id,)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"ids": ["a"], "user": "u"},
        {"user": "u", "tenant": True},
        {"tenant": False},
        {"tenant": "yes"},
        {"ids": 7},
        {"ids": [7]},
        {"ids": [""]},
        {"user": "u", "check": 1},
    ],
)
def test_what_to_erase_is_said_in_one_way(memory: Memory, asked: dict[str, Any]):
    with pytest.raises(Invalid):
        memory.erase_sync(**asked)


def test_too_many_at_once_are_refused(memory: Memory):
    with pytest.raises(LimitExceeded):
        memory.erase_sync(ids=["x"] * (ERASE_IDS_COUNT_MAX + 1))
    with pytest.raises(LimitExceeded):
        memory.verify_sync([memory.anchor_sync()] * (ANCHORS_COUNT_MAX + 1))


def test_an_anchor_signed_with_another_key_is_named(memory: Memory):
    memory.remember_sync("The heron nests by the river.")
    anchors = [memory.anchor_sync(), memory.anchor_sync(key=KEY), memory.anchor_sync(key=KEY[::-1])]
    memory.remember_sync("The egret nests by the marsh.")
    assert memory.verify_sync(map(str, anchors)).ok
    seen = memory.verify_sync(anchors, key=KEY)
    assert [finding.tampering for finding in seen.findings] == [Tampering.ANCHOR_FORGED] * 2
    assert memory.verify_sync(str(anchors[1]), key=KEY).ok


@pytest.mark.parametrize("key", [b"short", "a key of sixteen characters or more", 7])
def test_a_key_is_bytes_and_not_short(memory: Memory, key: Any):
    with pytest.raises(Invalid):
        memory.anchor_sync(key=key)
    with pytest.raises(Invalid):
        memory.verify_sync(key=key)


@pytest.mark.parametrize("anchors", [7, [7], ["no anchor"], "no anchor"])
def test_what_is_no_anchor_is_refused(memory: Memory, anchors: Any):
    with pytest.raises(Invalid):
        memory.verify_sync(anchors)


def test_an_empty_memory_has_an_anchor_and_verifies(memory: Memory):
    anchor = memory.anchor_sync()
    assert anchor == Anchor.parse(str(anchor))
    assert memory.verify_sync([anchor]).ok
    assert memory.erase_sync(user="nobody").proved


def test_a_sealed_backup_is_restored_without_what_was_erased(memory: Memory, tmp_path: Path):
    pytest.importorskip("cryptography")
    kept = memory.remember_sync("The heron nests by the river.")
    gone = memory.remember_sync("The egret nests by the marsh.")
    memory.backup_sync(tmp_path / "copy", keyring=tmp_path / "keys")
    assert memory.erase_sync(ids=gone.id).proved
    assert Memory.restore_backup(tmp_path / "copy", tmp_path / "keys", tmp_path / "restored.db") == 1
    with Memory.open(tmp_path / "restored.db", embedder=HashingEmbedder()) as restored:
        assert [hit.id for hit in restored.recall_sync("Who nests where, heron or egret?")] == [kept.id]
        assert restored.verify_sync().ok
