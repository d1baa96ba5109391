"""`umi keys`: who may call the server."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from umi.cli import screen
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, memory_options, store_options
from umi.cli.stores import check_is_there, store_place
from umi.cli.tables import print_table
from umi.errors import Unsupported
from umi.limits import TENANT_DEFAULT

if TYPE_CHECKING:
    from umi.server.auth.api_keys import ApiKey, ApiKeys

T = TypeVar("T")

_MISSING = "The server needs packages that are not installed: pip install 'umi-memory[server]'"


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of those who may call the server."""


@keys.command(cls=Command)
@click.option("--name", default="", metavar="TEXT", help="What the key is for.")
@click.option(
    "--grant",
    "grants",
    multiple=True,
    type=click.Choice(["read", "write", "admin"]),
    help="What it may do; by default read and write.",
)
@click.option("--in", "namespaces", multiple=True, metavar="NAMESPACE", help="Bind it to namespaces.")
@click.option("--days", type=click.IntRange(1), metavar="N", help="It expires after so many days; by default never.")
@click.option("--requests-per-minute", type=click.IntRange(0), metavar="N", help="How often it may ask; 0 is any.")
@click.option("--writes-per-day", type=click.IntRange(0), metavar="N", help="How much it may write; 0 is any.")
@memory_options
@click.pass_obj
def create(
    settings: Settings,
    name: str,
    grants: tuple[str, ...],
    namespaces: tuple[str, ...],
    days: int | None,
    requests_per_minute: int | None,
    writes_per_day: int | None,
) -> None:
    """Make a key for a tenant, and perhaps for one user of it. The key is shown this once."""
    from umi.domain.bounds import Bounds, Grant

    named = {*namespaces, *([settings.namespace] if settings.namespace else [])}
    bounds = Bounds(
        tenant=settings.tenant or TENANT_DEFAULT,
        user=settings.user,
        namespaces=frozenset(named) or None,
        grants=frozenset(map(Grant, grants or ("read", "write"))),
    )

    async def work(kept: ApiKeys) -> tuple[ApiKey, str]:
        from umi.server.auth.api_keys import Wanted
        from umi.server.auth.principal import Quota
        from umi.wiring.system import SystemClock

        quota = Quota(requests_per_minute=requests_per_minute, writes_per_day=writes_per_day)
        expires_at = None if days is None else SystemClock().now() + timedelta(days=days)
        return await kept.create(Wanted(bounds=bounds, name=name, quota=quota, expires_at=expires_at))

    key, shown = _with_keys(settings, work, making=True)
    if settings.json:
        screen.document({**_told(key), "key": shown})
        return
    click.echo(shown)
    screen.note(settings, f"This is the only time that it is shown. `umi keys revoke {key.id}` takes it back.")


@keys.command("list", cls=Command)
@click.option("--all", "every", is_flag=True, help="Of every tenant.")
@memory_options
@click.pass_obj
def list_keys(settings: Settings, *, every: bool) -> None:
    """List the keys of a tenant. Exits with 1 if there are none."""
    tenant = None if every else settings.tenant or TENANT_DEFAULT
    found = _with_keys(settings, lambda kept: kept.list(tenant))
    if settings.json:
        for key in found:
            screen.document(_told(key))
    elif found:
        columns = ("id", "name", "tenant", "user", "grants", "state")
        print_table(columns, [_row(_told(key), columns) for key in found], whole=("id",))
    if not found:
        screen.note(settings, "There are no keys. `umi keys create` makes one.")
        raise click.exceptions.Exit(Exit.NOTHING)


@keys.command(cls=Command)
@click.argument("id")
@store_options
@click.pass_obj
def revoke(settings: Settings, id: str) -> None:
    """Revoke a key by its id. Servers that run refuse it within seconds."""
    key = _with_keys(settings, lambda kept: kept.revoke(id))
    if settings.json:
        screen.document(_told(key))
    else:
        screen.note(settings, f"{key.id} is revoked.")


def _with_keys(settings: Settings, work: Callable[[ApiKeys], Coroutine[Any, Any, T]], *, making: bool = False) -> T:
    place = store_place(settings)
    if not making:
        check_is_there(place)
    try:
        from umi.server.auth.api_keys import ApiKeys
    except ImportError as error:
        raise Unsupported(f"{_MISSING} ({error.name})") from error
    from umi.config import MemoryConfig
    from umi.wiring.serving import open_served

    async def run() -> T:
        world, memory = open_served(str(place), config=MemoryConfig())
        try:
            return await work(ApiKeys(world.store.records, world.clock, world.entropy))
        finally:
            await memory.close()

    import asyncio  # asking for help need not load it

    return asyncio.run(run())


def _told(key: ApiKey) -> dict[str, Any]:
    from umi.wiring.system import SystemClock

    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "revoked_at", "used_at")}
    return {
        "id": key.id,
        "name": key.name,
        "tenant": key.tenant,
        "user": key.user,
        "namespaces": None if key.namespaces is None else sorted(key.namespaces),
        "grants": sorted(key.grants),
        "state": key.state(SystemClock().now()),
        "requests_per_minute": key.quota.requests_per_minute,
        "writes_per_day": key.quota.writes_per_day,
        **{name: None if time is None else time.isoformat() for name, time in times.items()},
    }


def _row(told: dict[str, Any], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(told[name]) if isinstance(told[name], list) else told[name] or "" for name in columns)
