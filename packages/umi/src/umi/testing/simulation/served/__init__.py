"""The real server over the simulated network: nodes that answer at every door, and agents who come with the real SDKs.

It needs the extra `server` and both clients. Where they are not installed, no node is served (`servable`); nothing but
this package imports them, and it only in a run that has served nodes. The layout:

    front      a node's side: the app in the node's process
    clients    the agents' side: their keys, their connections, and what they do at the doors
    door       what every door can be asked for, in words that belong to none
    native · agent_memory · cognitive    the doors, through the client that people use for each
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from umi.testing.simulation.swarm import Swarm

_PACKAGES: Final = ("fastapi", "httpx", "limits", "prometheus_client", "pydantic_settings")
_CLIENTS: Final = ("agent_memory_client", "cml")
_OURS: Final = "exchange"
"""A module of our clients that others' of the same name have not."""


def servable(swarm: Swarm) -> Swarm:
    """Return the options of a run, without served nodes where what they need is not installed."""
    return swarm if not swarm.served or _is_installed() else replace(swarm, served=0)


def _is_installed() -> bool:
    packages = (*_PACKAGES, *_CLIENTS)
    return all(map(find_spec, packages)) and all(find_spec(f"{client}.{_OURS}") for client in _CLIENTS)
