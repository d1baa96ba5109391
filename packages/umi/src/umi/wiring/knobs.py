"""Sizes of the product that a run sets otherwise, so that a store of some dozens of texts does what only large ones do.

They are constants of modules, and the same for a whole process: they are put back when the run ends.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Final

from umi.stores.relational import embeddings, searching

_KNOBS: Final = (
    (searching, "EXACT_ROWS_MAX", 1),
    (searching, "CACHED_ROWS_MAX", 2),
    (embeddings, "SAVED_ROWS_MIN", 1),
)


@contextmanager
def indexed_from(rows: int | None) -> Generator[None]:
    """Inside, a tenant with more vectors than this is searched through its index, and that is saved at a close.

    None leaves all as it is in production, where that takes thousands.
    """
    with ExitStack() as undo:
        for module, name, times in _KNOBS if rows is not None else ():
            undo.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, times * (rows or 0))
        yield


def is_derived(name: str) -> bool:
    """Whether a file is a saved index: a store can do without it, so a power loss may leave anything of it."""
    return "-exact-" in name
