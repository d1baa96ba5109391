"""What to test your own parts and agents with, as Umi tests itself: suites, state machines and strategies.

What a store of your own has to do: inherit `StoreSuite`, say how to open it, and run pytest.

    from itertools import count

    import pytest
    from umi.testing import Recipes, StoreSuite

    class TestMyStore(StoreSuite):
        @pytest.fixture(scope="class")
        @classmethod
        def backend(cls, tmp_path_factory):
            folder = tmp_path_factory.mktemp("stores")
            return Recipes(MyStorageBackend, places=(folder / f"{number}.db" for number in count()))

Umi's own stores pass the same suite. `MemoryMachine` does the same to a whole Memory, `property_machine` lets
hypothesis shrink what breaks an agent of yours, and `strategies` draw what Umi may be given.

All of it needs `pip install 'umi-memory[testing]'`: without it, a name that is taken from here raises `Unsupported`.
Importing this package alone loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from umi.errors import Unsupported

if TYPE_CHECKING:
    from umi.testing import strategies as strategies
    from umi.testing.memory_machine import MemoryMachine as MemoryMachine
    from umi.testing.property_machines import property_machine as property_machine
    from umi.testing.store.backend import Backend as Backend
    from umi.testing.store.backend import Gap as Gap
    from umi.testing.store.backend import Recipes as Recipes
    from umi.testing.store.model import StoreMachine as StoreMachine
    from umi.testing.store.suite import StoreSuite as StoreSuite

_HOMES = {
    "Backend": "umi.testing.store.backend",
    "Gap": "umi.testing.store.backend",
    "MemoryMachine": "umi.testing.memory_machine",
    "Recipes": "umi.testing.store.backend",
    "StoreMachine": "umi.testing.store.model",
    "StoreSuite": "umi.testing.store.suite",
    "property_machine": "umi.testing.property_machines",
    "strategies": "umi.testing.strategies",
}

__all__ = [
    "Backend",
    "Gap",
    "MemoryMachine",
    "Recipes",
    "StoreMachine",
    "StoreSuite",
    "property_machine",
    "strategies",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        home = import_module(_HOMES[name])
        found = getattr(home, name, home)  # the strategies are a module
    except ModuleNotFoundError as error:
        raise Unsupported(
            f"{__name__} needs a package that is not installed ({error.name}): pip install 'umi-memory[testing]'"
        ) from error
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
