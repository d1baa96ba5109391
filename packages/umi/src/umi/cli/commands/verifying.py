"""`umi verify` and `umi anchor`: whether what is stored is what was recorded."""

from __future__ import annotations

from collections.abc import Iterator

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, store_options
from umi.cli.stores import opened
from umi.errors import InvalidTextError, NotFound


@click.command(cls=Command)
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="FILE",
    help="Hold the log to the anchors in FILE, one a line. Repeatable.",
)
@click.option("--key-file", metavar="FILE", help="Every anchor has to be signed with the key in FILE.")
@store_options
@click.pass_obj
def verify(settings: Settings, anchors: tuple[str, ...], key_file: str | None) -> None:
    """Verify that nothing was tampered with. Exits with 1 if something was.

    What is stored is compared with the log, and the log with itself and with anchors that were taken before. Each
    finding names the place in the log, what was done, and what was seen. Only an anchor that is kept elsewhere shows
    that the whole file was rolled back.
    """
    lines = [line for file in anchors for line in _anchor_lines(file)]
    key = None if key_file is None else _key(key_file)
    with opened(settings) as memory:
        found = memory.verify_sync(lines, key=key)
    if settings.json:
        screen.document({"ok": found.ok, **field_values(found)})
    else:
        from umi.cli.proofs import print_verification

        print_verification(found)
    if not found.ok:
        raise click.exceptions.Exit(Exit.NOTHING)


@click.command(cls=Command)
@click.option("--key-file", metavar="FILE", help="Sign it with the key in FILE, of at least 16 bytes.")
@store_options
@click.pass_obj
def anchor(settings: Settings, key_file: str | None) -> None:
    """Print the head of the log, which `umi verify` takes.

    Keep it elsewhere. It is one line: a place in the log, a time, and the hash over all entries so far. A final line
    break of the key's file is no part of the key.
    """
    key = None if key_file is None else _key(key_file)
    with opened(settings) as memory:
        head = memory.anchor_sync(key=key)
    if settings.json:
        screen.document({"line": str(head), **field_values(head)})
    else:
        click.echo(str(head))


def _anchor_lines(file: str) -> Iterator[str]:
    """Yield the anchors of a file; empty lines and comments after "#" do not count."""
    try:
        text = _content(file).decode()
    except UnicodeDecodeError as error:
        raise InvalidTextError(f"{file} is not UTF-8 text (byte {error.start}).") from error
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def _key(file: str) -> bytes:
    return _content(file).removesuffix(b"\n").removesuffix(b"\r")


def _content(file: str) -> bytes:
    from pathlib import Path

    try:
        return Path(file).expanduser().read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.") from error
