"""Finding a user's own scenario: an async function of a file or of a module."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umi.errors import Invalid, NotFound

if TYPE_CHECKING:
    from umi.testing.simulation import World

_DEFAULT = "scenario"


def scenario_named(named: str) -> Callable[[World], Awaitable[object]]:
    """Return the function of "agent.py:chat" or "package.module:chat"; without a name, the one called `scenario`.

    Raises:
        NotFound: there is no such file, module or function.
        Invalid: it is no async function.

    """
    place, _, name = named.partition(":")
    module = _from_file(Path(place)) if place.endswith(".py") else _from_module(place)
    found = getattr(module, name or _DEFAULT, None)
    if found is None:
        raise NotFound(f"{place} has no {name or _DEFAULT}.")
    if not inspect.iscoroutinefunction(found):
        raise Invalid(f"{named} is no scenario: an async function of one argument, the world.")
    return found


def _from_file(path: Path) -> Any:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None, path
    assert spec.loader is not None, path
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _from_module(name: str) -> Any:
    if not all(part.isidentifier() for part in name.split(".")):
        raise Invalid(f"{name!r} names neither a file that ends with .py nor a module.")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise NotFound(f"There is no module {name}: {error}.") from error
    finally:
        sys.path.pop(0)
