"""Where answers go: to a person at a terminal, down a pipe as plain lines, or to a program as JSON.

Answers go to stdout; notes and progress go to stderr, so that a pipe carries answers only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from umi.cli.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_MAX = 120  # a line longer than this is hard to follow
_KEPT_CONTROLS = "\n\t"


def for_person() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


def can_ask() -> bool:
    """Whether somebody at a terminal can answer a question."""
    return sys.stdin.isatty()


def document(value: object) -> None:
    """Print a value as one line of JSON."""
    from umi.cli.documents import json_text

    click.echo(json_text(value))


def note(settings: Settings, text: str) -> None:
    """Tell a person something that is not part of the answer."""
    if not settings.quiet and not settings.json:
        click.secho(text, dim=True, err=True)


def console() -> Console:
    """Return a console on stdout. Importing rich takes longer than a recall, so only a person waits for it."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    return Console(highlight=False, markup=False, emoji=False, width=min(found.width, WIDTH_MAX))


def safe(text: str) -> str:
    """Return the text without control characters: what is remembered must not steer the terminal."""
    return "".join(mark for mark in text if mark in _KEPT_CONTROLS or not _is_control(mark))


def one_line(text: str) -> str:
    """Return the text on one line, safe to print."""
    return " ".join(safe(text).split())


def _is_control(mark: str) -> bool:
    return mark < " " or "\x7f" <= mark <= "\x9f"
