"""Opening the store a run is about."""

from __future__ import annotations

import os
import re
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
_URL_MARK = "://"


def store_place(settings: Settings) -> Path | str:
    """Return where the store is: as the option says, else as UMI_STORE says, else in the platform's data folder.

    It is a file, or the URL of another kind of store.
    """
    from pathlib import Path

    named = settings.store or os.environ.get(STORE_VARIABLE)
    if named and _URL_MARK in named:
        return named
    if named:
        return Path(named).expanduser()
    from umi.wiring.world import default_path

    return default_path()


def shown_place(settings: Settings) -> str:
    """Return where the store is, for people to read: without a password."""
    return re.sub(r"://[^/@]*@", "://…@", str(store_place(settings)))


def check_is_there(place: Path | str) -> None:
    """Refuse a path where no store is: a mistyped one that is only asked is an error, not an empty file.

    Raises:
        NotFound: there is no store.

    """
    if not isinstance(place, str) and not place.exists():
        raise NotFound(f"There is no store at {place} yet. `umi remember` or `umi import` makes one.")


@contextmanager
def opened(settings: Settings, *, making: bool = False) -> Generator[Memory]:
    """Open the store, bound to the scope of the settings, and close it.

    Only a command that writes something new makes a store.

    Raises:
        NotFound: there is no store, and none is to be made.

    """
    place = store_place(settings)
    if not making:
        check_is_there(place)
    from umi.engine.memory import Memory

    with Memory.open(
        place,
        tenant=TENANT_DEFAULT if settings.tenant is None else settings.tenant,
        user=settings.user,
        namespace=settings.namespace,
        agent=settings.agent,
    ) as memory:
        yield memory.scoped(session=settings.session, actor="cli")
