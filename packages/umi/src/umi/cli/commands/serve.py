"""`umi serve`: the store over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from umi.cli.settings import Command, Settings, store_options
from umi.errors import Unsupported

_MISSING = "The server needs packages that are not installed: pip install 'umi-memory[server]'"


@click.command(cls=Command)
@click.option("--host", metavar="ADDRESS", help="The address to listen on [default: 127.0.0.1].")
@click.option("--port", type=int, metavar="N", help="The port to listen on [default: 8000].")
@click.option("--workers", type=int, metavar="N", help="How many processes answer [default: 1].")
@click.option("--no-auth", is_flag=True, help="Let everyone in who can reach a loopback address.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="What is logged.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file of settings.")
@store_options
@click.pass_obj
def serve(settings: Settings, config: Path | None, *, no_auth: bool, **flags: Any) -> None:
    """Serve the store over HTTP, until SIGTERM or Ctrl-C.

    What is not given as an option comes from UMI_SERVER_… in the environment, then from the file.
    """
    try:
        from umi.server.running import OPEN
        from umi.server.running import serve as run
        from umi.server.settings import read_settings
    except ImportError as error:
        raise Unsupported(f"{_MISSING} ({error.name})") from error
    if no_auth:
        flags["auth"] = False
    served = read_settings({**flags, "store": settings.store}, config)
    if not served.auth:
        click.secho(f"WARNING: {OPEN}", fg="red", bold=True, err=True)
    run(served)
