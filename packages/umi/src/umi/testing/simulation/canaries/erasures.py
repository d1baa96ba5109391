"""Canaries of erasing: something of what was erased is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from umi.testing.simulation.canaries.breaking import Breaking, Canary


def _leaving(*names: str) -> Breaking:
    """Leave out statements that remove something."""

    def breaking(changed: Callable[..., Any]) -> Callable[..., Any]:
        def broken(db: Any, name: str, values: Any = ()) -> int:
            return 0 if name in names else int(changed(db, name, values))

        return broken

    return breaking


def _nothing(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_: []


ERASURES: Final = (
    Canary(
        name="erase forgets the words",
        wrong="what was erased stays in the index of words",
        parts=[("umi.stores.sqlite.database:Database.changed", _leaving("erase_words", "erase_past_words"))],
    ),
    Canary(
        name="erase forgets the vectors",
        wrong="what was erased stays in the table of vectors",
        parts=[("umi.stores.sqlite.database:Database.changed", _leaving("erase_embeddings"))],
    ),
    Canary(
        name="erase forgets the log",
        wrong="what was erased stays readable in the history",
        parts=[("umi.stores.sqlite.database:Database.changed", _leaving("erase_content"))],
    ),
    Canary(
        name="erase leaves the bytes",
        wrong="the rows go, and the file is not written anew",
        parts=[
            ("umi.stores.sqlite.eraser:scrub", _nothing),
            ("umi.stores.sqlite.store:scrubbing.scrub", _nothing),
        ],
    ),
)
