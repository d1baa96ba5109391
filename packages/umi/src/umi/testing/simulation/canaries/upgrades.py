"""Canaries of upgrading: a migration that is cut short leaves something between the old schema and the new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from umi.testing.simulation.canaries.breaking import Canary
from umi.testing.simulation.swarm import Swarm


def _bit_by_bit(migrate: Callable[..., Any]) -> Callable[..., Any]:
    """Each statement commits by itself."""

    def broken(connection: Any, steps: Sequence[str]) -> None:
        version = connection.pragma("user_version")
        if not version:
            migrate(connection, steps)
            return
        for number, step in enumerate(steps[version:], version + 1):
            connection.execute(step)
            connection.pragma("user_version", number)

    return broken


def _marked_first(migrate: Callable[..., Any]) -> Callable[..., Any]:
    """The new version is committed, and the steps to it only then."""

    def broken(connection: Any, steps: Sequence[str]) -> None:
        version = connection.pragma("user_version")
        if not version or version == len(steps):
            migrate(connection, steps)
            return
        connection.pragma("user_version", len(steps))
        with connection:
            for step in steps[version:]:
                connection.execute(step)

    return broken


def _ages_unseen(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_: None


_SWARM: Final = Swarm(nodes=2, agents=2, operations=14, pause_ms_max=200, mix={"remember": 4, "revise": 1}, upgrades=2)

UPGRADES: Final = (
    Canary(
        name="migration bit by bit",
        wrong="a migration is no transaction: a power loss leaves a half of it",
        parts=[("umi.stores.sqlite.connection:_migrate", _bit_by_bit)],
        swarm=_SWARM,
    ),
    Canary(
        name="migration marked as done before it is",
        wrong="the new schema's number is committed before the new schema",
        parts=[("umi.stores.sqlite.connection:_migrate", _marked_first)],
        swarm=_SWARM,
    ),
    Canary(
        name="newer store not refused",
        wrong="an old program opens a store that a newer one has migrated",
        parts=[("umi.stores.sqlite.connection:_check_identity", _ages_unseen)],
        swarm=_SWARM,
    ),
)
