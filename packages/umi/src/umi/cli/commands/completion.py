"""`umi completion`."""

from __future__ import annotations

import click

from umi.cli import screen
from umi.cli.settings import Command, Settings, output_options
from umi.errors import Unsupported


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output_options
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes `umi` in SHELL.

    Such as for: eval "$(umi completion bash)"
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise Unsupported(f"This click has no completion for {shell}.")
    script = kind(ctx.find_root().command, {}, "umi", "_UMI_COMPLETE").source()
    settings = ctx.ensure_object(Settings)
    if settings.json:
        screen.document({"shell": shell, "script": script})
    else:
        click.echo(script)
