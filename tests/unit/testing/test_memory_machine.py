"""The state machine over a Memory: ours pass it, and one that is wrong in one way does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.moving import START, opened

from umi import Memory, MemoryConfig, Receipt, SimStorageBackend
from umi.dst import SimClock
from umi.ports.store import Finding, Severity
from umi.testing import MemoryMachine

EVERY_CHECK = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
QUICK = settings(
    max_examples=8,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=EVERY_CHECK,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain takes as long again
)
# The same in each run: a bug that was planted is found, or it is not.
# Not shrunk, which takes seconds: tests/unit/testing/test_property_machine.py shows that it is.
SEARCH = settings(QUICK, max_examples=60, derandomize=True, database=None, phases=[Phase.generate])


class OverSqlite(MemoryMachine):
    """The memory of a file, with a clock that the machine moves, and as wrong as it is told to be."""

    kind: type[Memory] = Memory
    moved: SimClock | None = None

    def open(self) -> Memory:
        self.moved = self.moved or SimClock(START)
        memory = opened(self.folder / "memory.db", self.moved)
        memory.__class__ = self.kind
        return memory


class Simulated(MemoryMachine):
    """One that is bound to a user, over simulated parts, whose clock begins anew with each opening."""

    storage: SimStorageBackend | None = None

    def open(self) -> Memory:
        self.storage = self.storage or SimStorageBackend(7)
        return Memory(seed=7, storage=self.storage, config=MemoryConfig(extraction="off"), user="u")


def test_a_memory_over_sqlite_answers_as_a_dictionary_would():
    run_state_machine_as_test(OverSqlite, settings=QUICK)


def test_a_simulated_memory_of_one_user_answers_as_a_dictionary_would():
    run_state_machine_as_test(Simulated, settings=settings(QUICK, max_examples=5))


def test_a_memory_with_a_seed_that_is_opened_again_goes_on_where_it_stopped():
    storage = SimStorageBackend(7)
    ids: list[str] = []
    times: list[datetime] = []
    for life in range(3):
        with Memory(seed=7, storage=storage) as memory:
            receipts = [memory.remember_sync(f"In life {life} it was {number}.") for number in range(2)]
            ids += [one.id for one in receipts]
            times += [one.recorded_at for one in receipts]
    assert len(set(ids)) == len(ids)
    assert times == sorted(set(times))


class ForgetsNothing(Memory):
    async def forget(self, id: str, **_: Any) -> bool:
        return bool(id)


class KeepsRetries(Memory):
    async def remember(self, text: str, *args: Any, **told: Any) -> Receipt:
        return await super().remember(text, *args, **{**told, "key": None})


class LosesSomeTexts(Memory):
    async def remember(self, text: str, *args: Any, speaker: str | None = None, **told: Any) -> Receipt:
        receipt = await super().remember(text, *args, speaker=speaker, **told)
        if receipt.created and speaker == "Bob":
            await self.forget(receipt.id)
        return receipt


class LooksTooFarBack(Memory):
    async def list(self, *, as_of: Any = None, **asked: Any) -> Any:
        return await super().list(as_of=as_of and as_of - timedelta(microseconds=1), **asked)


class RecallsNothing(Memory):
    async def recall(self, query: str, *args: Any, **asked: Any) -> Any:
        return await super().recall(query, *args, **{**asked, "ids": ["none"]})


class ReachesOutOfItsScope(Memory):
    async def get(self, id: str, **moment: Any) -> Any:
        return await Memory.over(self._world, actor=self._actor).get(id, **moment)


class FindsDamage(Memory):
    async def check(self) -> Any:
        return [Finding(part="words", severity=Severity.BROKEN, message="a row without its words")]


WRONG: dict[type[Memory], str] = {
    ForgetsNothing: "whether forget changes|a count of everything",
    KeepsRetries: "is new",
    LosesSomeTexts: "a count of everything|is new",
    LooksTooFarBack: "a listing as of",
    RecallsNothing: "what is not recalled",
    ReachesOutOfItsScope: "what is got|the text of",
    FindsDamage: "a row without its words",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_memory_that_is_wrong_in_one_way_is_found_out(wrong: type[Memory]):
    machine = type("Machine", (OverSqlite,), {"kind": wrong})
    with pytest.raises(AssertionError, match=WRONG[wrong]):
        run_state_machine_as_test(machine, settings=SEARCH)


def test_one_that_cannot_be_opened_says_why_and_leaves_nothing_open():
    class Broken(MemoryMachine):
        def open(self) -> Memory:
            raise RuntimeError("no such server")

    with pytest.raises(RuntimeError, match="no such server"):
        run_state_machine_as_test(Broken, settings=settings(QUICK, max_examples=1))
