"""The tiers over a Memory come in both colours, and a Memory has all that they need."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from umi import Memory
from umi.tiers.archival import ArchivalMemory
from umi.tiers.archive import Archive
from umi.tiers.unified.memory import UnifiedMemory

TIERS = [ArchivalMemory, UnifiedMemory]


def methods(tier: type[Any]) -> dict[str, Any]:
    return {name: one for name, one in inspect.getmembers(tier, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize("tier", TIERS)
def test_every_async_method_has_a_blocking_twin_of_the_same_signature(tier: type[Any]):
    found = methods(tier)
    colours = {name for name, one in found.items() if inspect.iscoroutinefunction(one) and not name.endswith("_sync")}

    assert colours
    assert {name for name in found if name.endswith("_sync")} == {f"{name}_sync" for name in colours}
    for name in colours:
        twin = found[f"{name}_sync"]
        assert inspect.signature(twin) == inspect.signature(found[name])
        assert not twin.__code__.co_flags & inspect.CO_COROUTINE


def test_a_memory_takes_whatever_the_tiers_tell_it():
    for name, needed in methods(Archive).items():
        offered = inspect.signature(getattr(Memory, name)).parameters
        takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in offered.values())

        asked = set(inspect.signature(needed).parameters) - {"self"}

        assert takes_any or asked <= set(offered), name
