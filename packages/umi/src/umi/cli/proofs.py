"""How the receipt of an erasure and the outcome of a verification are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from umi.cli.tables import figure, print_table

if TYPE_CHECKING:
    from umi.domain.erasure import Erasure
    from umi.domain.verification import Verification


def print_erasure(receipt: Erasure) -> None:
    """Print a receipt, one tab-separated line for each thing down a pipe: its name, and what there is to say."""
    print_table(("", ""), list(_rows(receipt)))


def _rows(receipt: Erasure) -> Iterator[tuple[str, str]]:
    yield "memories erased", figure(len(receipt.ids))
    yield "of them derived", figure(len(receipt.derived))
    yield from ((f"rows erased: {name.replace('_', ' ')}", figure(count)) for name, count in receipt.counts.items())
    yield "erased at", receipt.erased_at.isoformat()
    yield "last change in the log", str(receipt.seq)
    yield "hash before", receipt.before
    yield "hash after", receipt.after
    yield "seconds taken", f"{receipt.seconds:.3f}"
    yield from (("erased in backup", path) for path in receipt.backups)
    yield from (("backup not there any more", path) for path in receipt.gone)
    yield from ((f"searched for: {name}", figure(count)) for name, count in receipt.looked.items())
    yield from (("left behind", str(trace)) for trace in receipt.findings)
    yield "proved", _verdict(receipt)


def _verdict(receipt: Erasure) -> str:
    if receipt.proved:
        return "yes, nothing is left"
    return f"no, {len(receipt.findings):,} left behind" if receipt.checked else "no, it was not searched"


def print_verification(found: Verification) -> None:
    """Print what was tampered with, a row each, or that nothing was."""
    if found.ok:
        seen = f"{found.entries:,} log entries, {found.rows:,} rows and {found.anchors:,} anchors"
        click.echo(f"nothing was tampered with: {seen} were verified")
        return
    rows = [(str(one.seq), str(one.tampering), one.seen) for one in found.findings]
    print_table(("change", "what was done", "what was seen"), rows)
