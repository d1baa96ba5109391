"""How it is told that something was kept: its id as the answer, and beside it what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.documents import receipt_document
from umi.cli.settings import Settings

if TYPE_CHECKING:
    from umi import Receipt


def show_receipt(settings: Settings, receipt: Receipt) -> None:
    """Print the id; what became of the memory, and how it stands to what was known, are notes, a line each."""
    if settings.json:
        screen.document(receipt_document(receipt))
        return
    from umi.cli.relating import decision_text

    click.echo(receipt.id)
    for decision in receipt.decisions:
        screen.note(settings, screen.one_line(decision_text(decision)))
    screen.note(settings, _fate(receipt))


def _fate(receipt: Receipt) -> str:
    from umi import Status

    if not receipt.created:
        return "It was kept before; nothing changed."
    match receipt.status:
        case Status.SUPERSEDED:
            return "Kept in history, out of recall: what it tells is over already."
        case Status.QUARANTINED:
            return "Kept in quarantine, out of recall, until `umi quarantine release` lets it go."
        case _:
            return "Kept; it can be recalled now."
