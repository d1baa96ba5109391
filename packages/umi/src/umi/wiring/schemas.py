"""The steps of the SQLite store's schema: this release's, and those that a test puts behind them."""

from __future__ import annotations

from collections.abc import Sequence

from umi.stores.relational.statements import steps
from umi.stores.sqlite.statements import migrations


def present_schema() -> Sequence[str]:
    """Return the steps that this release knows, oldest first."""
    return migrations()


def further_steps(package: str) -> Sequence[str]:
    """Return the steps that lie in the folder `schema` of a package, in the order of their names."""
    return steps(package)
