"""The options every command shares: which store, whose memory, and how to answer.

They may stand before the command or after it; the one that stands later wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the shared options came to. A `store` of None leaves the choice to UMI_STORE and the platform."""

    store: str | None = None
    tenant: str | None = None
    user: str | None = None
    namespace: str | None = None
    agent: str | None = None
    session: str | None = None
    json: bool = False
    quiet: bool = False
    debug: bool = False


class SharedOption(click.Option):
    """An option that goes into the Settings of the run instead of the command's own arguments."""


class Command(click.Command):
    """A command whose help shows its own options first, then those it shares with the others."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                (shared if isinstance(param, SharedOption) else own).append(record)
        for title, records in (("Options", own), ("Shared options", shared)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def _settle(ctx: click.Context, param: click.Parameter, value: str | bool | None) -> None:
    if value is None or value is False:
        return
    settings = ctx.obj if isinstance(ctx.obj, Settings) else Settings()
    ctx.obj = replace(settings, **{param.name: value})


def _shared(name: str, help: str, *, metavar: str | None = None) -> Callable[[F], F]:
    return click.option(
        f"--{name}",
        cls=SharedOption,
        is_flag=metavar is None,
        metavar=metavar,
        help=help,
        expose_value=False,
        callback=_settle,
    )


def stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator that adds options in the order given."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


output_options = stacked(
    _shared("json", "Answer in JSON: one document, or a line for each memory."),
    _shared("quiet", "Print the answer only: no notes, no progress."),
    _shared("debug", "Show where an error came from."),
)
store_options = stacked(
    _shared("store", "The store's file or URL; else UMI_STORE, else the platform's data folder.", metavar="PATH"),
    output_options,
)
scope_options = stacked(
    _shared("tenant", "Whose memory it is.", metavar="NAME"),
    _shared("user", "Bind to a user of the tenant.", metavar="NAME"),
    _shared("namespace", "Bind to a namespace.", metavar="NAME"),
    _shared("agent", "Bind to an agent.", metavar="NAME"),
    _shared("session", "Bind to a session.", metavar="NAME"),
)
memory_options = stacked(store_options, scope_options)
