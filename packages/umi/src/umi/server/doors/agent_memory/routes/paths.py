"""Registering a route with and without a slash at its end: the client follows no redirects, and uses both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from fastapi import APIRouter

Route = TypeVar("Route", bound=Callable[..., Any])


def both(router: APIRouter, method: str, path: str, **more: Any) -> Callable[[Route], Route]:
    """Return a decorator that answers a method at a path and at the same with a slash; only one is documented."""

    def register(route: Route) -> Route:
        # The one with the slash comes first: a path that takes any characters would take the slash as well.
        router.add_api_route(f"{path}/", route, methods=[method], include_in_schema=False, **more)
        router.add_api_route(path, route, methods=[method], **more)
        return route

    return register
