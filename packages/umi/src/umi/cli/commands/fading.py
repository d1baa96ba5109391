"""`umi decay`, `umi duplicates`, `umi silence`, `umi pin` and `umi unpin`: what fades, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.changing import change_each, ids_and_reason
from umi.cli.policies import policy_of, policy_options
from umi.cli.settings import Command, Settings, memory_options, stacked
from umi.cli.stores import opened

if TYPE_CHECKING:
    from umi import Memory


_preview_options = stacked(
    click.option("--dry-run", is_flag=True, help="Only show what would be done, which is the default."),
    click.option("--apply", is_flag=True, help="Do it."),
)


def _is_preview(*, dry_run: bool, apply: bool) -> bool:
    if dry_run and apply:
        raise click.UsageError("--dry-run and --apply exclude each other.")
    return not apply


@click.command(cls=Command)
@_preview_options
@policy_options
@memory_options
@click.pass_obj
def decay(settings: Settings, *, dry_run: bool, apply: bool, **policy: Any) -> None:
    """Preview what fades, being worth little; --apply does it.

    A memory's score is the weighted mean of its importance, how recently and how often it was recalled, how many
    memories rest on it, and whether it is pinned. What is pinned or protected is never touched. Everything is recorded
    as a change, which `umi undo` takes back.
    """
    from umi.cli.reports import decay_document, print_decay

    is_preview = _is_preview(dry_run=dry_run, apply=apply)
    with opened(settings) as memory:
        report = memory.decay_sync(policy_of(policy), dry_run=is_preview)
        if settings.json:
            screen.document(decay_document(report))
        elif report.decisions:
            print_decay(report, _texts(memory))
    counts = f"{report.considered:,} looked at, {report.protected:,} protected, {report.resting:,} too recent"
    _sum_up(settings, f"{report}; {counts}", is_preview=is_preview)


@click.command(cls=Command)
@_preview_options
@memory_options
@click.pass_obj
def duplicates(settings: Settings, *, dry_run: bool, apply: bool) -> None:
    """Preview what says the same; --apply merges it.

    The oldest of a group is kept. The others leave recall and keep their text; `umi undo` with the group's change
    brings them back.
    """
    from umi.cli.reports import print_duplicates

    is_preview = _is_preview(dry_run=dry_run, apply=apply)
    with opened(settings) as memory:
        report = memory.duplicates_sync(dry_run=is_preview)
        if settings.json:
            screen.document(report)
        elif report.groups:
            print_duplicates(report, _texts(memory))
    _sum_up(settings, str(report), is_preview=is_preview)


def _texts(memory: Memory) -> Callable[[str], str]:
    def text_of(id: str) -> str:
        entity = memory.get_sync(id)
        return "" if entity is None else entity.content

    return text_of


def _sum_up(settings: Settings, summary: str, *, is_preview: bool) -> None:
    screen.note(settings, summary)
    if is_preview:
        screen.note(settings, "Nothing was changed; --apply does it.")


@click.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def silence(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Take memories out of recall until they are cued strongly."""
    change_each(settings, ids, lambda memory, one: memory.silence_sync(one, reason=reason), done="silenced")


@click.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def pin(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Keep memories from fading and from being merged."""
    change_each(settings, ids, lambda memory, one: memory.pin_sync(one, reason=reason), done="pinned")


@click.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def unpin(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Let pinned memories fade again."""
    change_each(settings, ids, lambda memory, one: memory.unpin_sync(one, reason=reason), done="unpinned")
