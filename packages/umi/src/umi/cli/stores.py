"""Opening the store a run is about."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from umi.cli.settings import Settings
from umi.errors import NotFound
from umi.limits import TENANT_DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    from umi import Memory

STORE_VARIABLE = "UMI_STORE"


def store_path(settings: Settings) -> Path:
    """Return where the store is: as the option says, else as UMI_STORE says, else in the platform's data folder."""
    from pathlib import Path

    named = settings.store or os.environ.get(STORE_VARIABLE)
    if named:
        return Path(named).expanduser()
    from umi.wiring.world import default_path

    return default_path()


@contextmanager
def opened(settings: Settings, *, making: bool = False) -> Generator[Memory]:
    """Open the store, bound to the scope of the settings, and close it.

    Only a command that writes something new makes a store: a mistyped path that is only asked is an error, not an
    empty file.

    Raises:
        NotFound: there is no store, and none is to be made.

    """
    path = store_path(settings)
    if not making and not path.exists():
        raise NotFound(f"There is no store at {path} yet. `umi remember` or `umi import` makes one.")
    from umi.engine.memory import Memory

    with Memory.open(
        path,
        tenant=TENANT_DEFAULT if settings.tenant is None else settings.tenant,
        user=settings.user,
        namespace=settings.namespace,
        agent=settings.agent,
    ) as memory:
        yield memory.scoped(session=settings.session, actor="cli")
