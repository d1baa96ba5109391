"""The command `umi` itself, and the edge where every error becomes one clear line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TextIO

import click

import umi
from umi.cli.commands.bench import bench
from umi.cli.commands.completion import completion
from umi.cli.commands.demo import demo
from umi.cli.commands.dst import dst
from umi.cli.commands.entities import count, forget, get, list_entities, restore
from umi.cli.commands.erasing import erase
from umi.cli.commands.fading import decay, duplicates, pin, silence, unpin
from umi.cli.commands.files import backup, export_file, import_file
from umi.cli.commands.history import diff, history, undo
from umi.cli.commands.keys import keys
from umi.cli.commands.knowledge import blame, entity, relations, subjects
from umi.cli.commands.quarantine import quarantine
from umi.cli.commands.recall import pack, recall
from umi.cli.commands.remember import fact, remember
from umi.cli.commands.revise import revise
from umi.cli.commands.serve import serve
from umi.cli.commands.tasks import tasks
from umi.cli.commands.upkeep import doctor, reindex, stats
from umi.cli.commands.verifying import anchor, verify
from umi.cli.exits import EXIT_MEANINGS, Exit, exit_of
from umi.cli.settings import Settings, memory_options
from umi.errors import MemoryError as UmiError

COMMANDS = (
    demo, remember, fact, recall, pack, get, list_entities, count, entity, subjects, relations, blame, history, diff,
    revise, undo, forget, restore, silence, pin, unpin, quarantine, decay, duplicates, erase,
    import_file, export_file, stats, tasks, doctor, verify, anchor, backup, reindex, serve, keys, bench, dst,
    completion,
)  # fmt: skip


class Front(click.Group):
    """The group of all commands, which lets no error out."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        del standalone_mode  # the edge is here in either case
        words = sys.argv[1:] if args is None else list(args)
        extra.setdefault("obj", Settings())
        for stream in (sys.stdout, sys.stderr):
            _escape_unprintable(stream)
        try:
            answer = super().main(words, prog_name or "umi", complete_var, standalone_mode=False, **extra)
        except Exception as error:  # noqa: BLE001 - the process's edge: nothing above could name it better
            sys.exit(report(error, words))
        sys.exit(answer if isinstance(answer, int) else Exit.OK)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)  # as they are introduced, not by the alphabet


def _escape_unprintable(stream: TextIO) -> None:
    """Let a terminal without Unicode show escapes rather than fail."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def report(error: Exception, words: Sequence[str]) -> Exit:
    """Say on stderr what went wrong, and return what to exit with.

    The words of the command line are looked at themselves, because it may be they that could not be read.
    """
    options = words[: words.index("--")] if "--" in words else words
    if "--debug" in options:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    code, message = _verdict(error)
    if "--json" in options:
        import json

        document = {"error": {"type": type(error).__name__, "message": message}}
        click.echo(json.dumps(document), err=True)
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        click.echo(f"Error: {message}", err=True)
    return code


def _verdict(error: Exception) -> tuple[Exit, str]:
    match error:
        case UmiError():
            return exit_of(error), " ".join(str(error).split())
        case click.Abort():
            return Exit.INTERRUPTED, "Interrupted. What was acknowledged is kept."
        case click.ClickException():
            return Exit.USAGE, error.format_message()
        case OSError():
            return Exit.UNAVAILABLE, f"{error.strerror or type(error).__name__}: {error.filename or 'no file named'}"
        case _:
            return Exit.BUG, f"A bug in Umi: {type(error).__name__}: {error}. Run it with --debug to see where."


EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code.value:>3}  {text}" for code, text in EXIT_MEANINGS.items())


@click.group(name="umi", cls=Front, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.version_option(umi.__version__, prog_name="umi", message="%(prog)s %(version)s")
@memory_options
def command() -> None:
    """Umi, a memory for AI agents: keep what was said, and find what answers a question."""


for _command in COMMANDS:
    command.add_command(_command)


def main() -> NoReturn:
    """Run `umi` with the words of the command line."""
    command.main()
