"""Whatever is done to a tier in whatever order, it is as a plain dictionary would be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.moving import MovedClock

from umi.domain.block import BlockType
from umi.errors import CoreMemoryFullError, KeyNotFoundError, LimitExceeded, TypeMismatchError
from umi.tiers.core import CoreMemory
from umi.tiers.working import WorkingMemory

KEYS = st.sampled_from(["a", "b", "ключ", "d"])
VALUES = st.one_of(st.binary(max_size=12), st.sampled_from([b"1", b"-7", b"007"]))
LIVES = st.sampled_from([1.0, 2.5, 10.0, 3600.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    value: bytes
    ttl: timedelta
    end: datetime


class WorkingModel(RuleBasedStateMachine):
    """A dictionary from keys to what is kept, from which the expired are dropped before every step."""

    MAX_BYTES: ClassVar[int] = 40
    MAX_ENTRIES: ClassVar[int] = 3

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovedClock()
        self.real = WorkingMemory(
            max_bytes=self.MAX_BYTES, max_entries=self.MAX_ENTRIES, ttl=timedelta(seconds=5), clock=self.clock
        )
        self.model: dict[str, Kept] = {}
        self.expired = 0

    def living(self) -> dict[str, Kept]:
        living = {key: kept for key, kept in self.model.items() if kept.end > self.clock.at}
        self.expired += len(self.model) - len(living)
        self.model = living
        return living

    def put(self, key: str, kept: Kept) -> bool:
        then = {**self.living(), key: kept}
        size = sum(len(key.encode()) + len(kept.value) for key, kept in then.items())
        fits = size <= self.MAX_BYTES and len(then) <= max(self.MAX_ENTRIES, len(self.model))
        self.model = then if fits else self.model
        return fits

    @rule(key=KEYS, value=VALUES, life=st.none() | LIVES)
    def set(self, key: str, value: bytes, life: float | None) -> None:
        ttl = timedelta(seconds=life or 5)
        if self.put(key, Kept(value=value, ttl=ttl, end=self.clock.at + ttl)):
            self.real.set(key, value, life)
        else:
            self.refused(lambda: self.real.set(key, value, life))

    @rule(key=KEYS, value=VALUES)
    def append(self, key: str, value: bytes) -> None:
        old = self.living().get(key)
        ttl = timedelta(seconds=5)
        kept = (
            Kept(value=value, ttl=ttl, end=self.clock.at + ttl)
            if old is None
            else replace(old, value=old.value + value)
        )
        if self.put(key, kept):
            assert self.real.append(key, value) == len(kept.value)
        else:
            self.refused(lambda: self.real.append(key, value))

    @rule(key=KEYS, delta=st.integers(-5, 5) | st.just(2**62))
    def incr(self, key: str, delta: int) -> None:
        old = self.living().get(key)
        total = delta if old is None else None
        if old is not None and re.fullmatch(rb"-?[0-9]+", old.value) and -(2**63) <= int(old.value) < 2**63:
            total = int(old.value) + delta
        if total is None:
            self.refused(lambda: self.real.incr(key, delta), TypeMismatchError)
            return
        ttl = timedelta(seconds=5)
        text = str(total).encode()
        kept = Kept(value=text, ttl=ttl, end=self.clock.at + ttl) if old is None else replace(old, value=text)
        if -(2**63) <= total < 2**63 and self.put(key, kept):
            assert self.real.incr(key, delta) == total
        else:
            self.refused(lambda: self.real.incr(key, delta))

    @rule(key=KEYS, life=st.none() | LIVES)
    def touch(self, key: str, life: float | None) -> None:
        old = self.living().get(key)
        if old is None:
            self.refused(lambda: self.real.touch(key, life), KeyNotFoundError)
            return
        ttl = old.ttl if life is None else timedelta(seconds=life)
        self.model[key] = replace(old, ttl=ttl, end=self.clock.at + ttl)
        self.real.touch(key, life)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        assert self.real.delete(key) == (self.living().pop(key, None) is not None)

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.5, 5.0, 10.0]))
    def pass_time(self, seconds: float) -> None:
        self.clock.pass_time(seconds=seconds)

    @rule()
    def clean_up(self) -> None:
        self.living()
        assert self.real.cleanup_expired() == self.expired
        self.expired = 0

    @rule()
    def restore(self) -> None:
        self.clean_up()
        self.real = WorkingMemory.restore(self.real.snapshot(), clock=self.clock)

    @rule()
    def clear(self) -> None:
        self.living()
        self.real.clear()
        self.model.clear()
        self.clean_up()

    @invariant()
    def is_as_the_model(self) -> None:
        living = self.living()
        assert self.real.keys() == sorted(living)
        assert {key: self.real.get(key) for key in living} == {key: kept.value for key, kept in living.items()}
        assert {key: self.real.ttl_of(key) for key in living} == {
            key: kept.end - self.clock.at for key, kept in living.items()
        }
        assert self.real.used_bytes == sum(len(key.encode()) + len(kept.value) for key, kept in living.items())
        assert self.real.used_bytes + self.real.available_bytes == self.MAX_BYTES
        assert self.real.entry_count == len(living)

    def refused(self, call: object, error: type[Exception] = LimitExceeded) -> None:
        assert callable(call)
        try:
            call()
        except error:
            return
        raise AssertionError("it was not refused")


class CoreModel(RuleBasedStateMachine):
    """A dictionary from types to contents, labels, importances and times."""

    SIZE: ClassVar[int] = 4096

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovedClock()
        self.real = CoreMemory(self.SIZE, clock=self.clock)
        self.model: dict[BlockType, tuple[str, str | None, float, datetime, datetime]] = {}

    @rule(
        block_type=st.sampled_from(BlockType),
        content=st.text(max_size=5).map(lambda text: text * 300) | st.text(max_size=5),
        label=st.none() | st.sampled_from(["", "user"]),
        importance=st.none() | st.sampled_from([0.0, 0.25, 1.0]),
    )
    def set_block(self, block_type: BlockType, content: str, label: str | None, importance: float | None) -> None:
        content = content.replace("\0", "0")
        old = self.model.get(block_type)
        others = sum(len(row[0].encode()) for key, row in self.model.items() if key is not block_type)
        if others + len(content.encode()) > self.SIZE:
            self.refused(block_type, content)
            return
        self.model[block_type] = (
            content,
            (old[1] if old else None) if label is None else label or None,
            (old[2] if old else 0.5) if importance is None else importance,
            old[3] if old else self.clock.at,
            self.clock.at,
        )
        self.real.set_block(block_type, content, label=label, importance=importance)

    @rule(block_type=st.sampled_from(BlockType))
    def remove_block(self, block_type: BlockType) -> None:
        assert self.real.remove_block(block_type) == (self.model.pop(block_type, None) is not None)

    @rule()
    def pass_time(self) -> None:
        self.clock.pass_time(seconds=1)

    @rule()
    def restore(self) -> None:
        self.real = CoreMemory.restore(self.real.snapshot(), clock=self.clock)

    @invariant()
    def is_as_the_model(self) -> None:
        seen = {
            block.block_type: (block.content, block.label, block.importance, block.created_at, block.modified_at)
            for block in self.real.blocks_ordered()
        }
        assert seen == self.model
        assert list(seen) == [block_type for block_type in BlockType if block_type in self.model]
        assert self.real.used_bytes == sum(len(row[0].encode()) for row in self.model.values()) <= self.SIZE
        assert self.real.utilization == self.real.used_bytes / self.SIZE

    def refused(self, block_type: BlockType, content: str) -> None:
        try:
            self.real.set_block(block_type, content)
        except (CoreMemoryFullError, LimitExceeded):
            return
        raise AssertionError("it was not refused")


TestWorkingMemoryIsADictionaryThatForgets = WorkingModel.TestCase
TestWorkingMemoryIsADictionaryThatForgets.settings = settings(max_examples=100, stateful_step_count=40)
TestCoreMemoryIsADictionaryOfBlocks = CoreModel.TestCase
TestCoreMemoryIsADictionaryOfBlocks.settings = settings(max_examples=40, stateful_step_count=30)
