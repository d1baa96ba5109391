"""`umi dst run`, `umi dst replay` and `umi dst minimise`."""

from __future__ import annotations

from pathlib import Path

import click

from umi.cli import screen
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, output_options

_SEED = click.argument("seed", type=click.IntRange(0, 2**64 - 1))
_SCENARIO = click.option(
    "--scenario",
    metavar="FILE.py:NAME",
    help="Your own agent, an async function of a file or a module, instead of the agents that are drawn.",
)


@click.group()
def dst() -> None:
    """Simulate the whole system under faults, from seeds."""


@dst.command(cls=Command)
@click.option("--seeds", type=click.IntRange(1), default=100, show_default=True, help="How many to run.")
@click.option("--from", "first", type=click.IntRange(0, 2**64 - 1), help="The first seed; else DST_SEED, or any.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Begin no more after so many minutes.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to run them in.")
@_SCENARIO
@output_options
@click.pass_obj
def run(
    settings: Settings, *, seeds: int, first: int | None, minutes: float | None, jobs: int, scenario: str | None
) -> None:
    """Run many seeds. Exits with 1 if a promise was broken in any of them.

    With --json a line a seed: its options, what struck, and the hash of its trace, which is the same wherever and
    however often the seed is run. Without it, what was broken, and in the end which faults really fired.
    """
    from umi.cli.dst.running import run_seeds
    from umi.cli.dst.struck import show
    from umi.cli.progress import progress_bar
    from umi.dst.config import SimConfig
    from umi.testing.simulation.strikes import Strikes

    strikes = Strikes()
    start = SimConfig.from_env_or_random().seed if first is None else first
    done, broken = 0, 0
    with progress_bar(settings, "Simulating", "seeds") as bar:
        rows = run_seeds(start, seeds, seconds=None if minutes is None else 60 * minutes, jobs=jobs, scenario=scenario)
        for row in rows:
            done, broken = done + 1, broken + (row.failure is not None)
            strikes.add(row.options["faults"], row.fired)
            if settings.json:
                screen.document(row)
            elif row.failure is not None:
                click.echo(f"seed {row.seed}: {screen.one_line(row.failure)}\n  umi dst replay {row.seed}")
            bar(done, seeds)
    if not settings.json:
        click.echo(f"{done:,} seeds from {start}: {broken:,} broke a promise.")
        show(strikes)
    if broken:
        raise click.exceptions.Exit(Exit.NOTHING)


@dst.command(cls=Command)
@_SEED
@_SCENARIO
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the trace here, too.")
@output_options
@click.pass_obj
def replay(settings: Settings, *, seed: int, scenario: str | None, out: Path | None) -> None:
    """Run one seed again and print what happened when. Exits with 1 if a promise was broken."""
    from umi.cli.dst.quiet import unlogged
    from umi.cli.dst.rows import row_of
    from umi.cli.dst.scenarios import scenario_named
    from umi.cli.dst.traces import trace_of
    from umi.testing.simulation import simulate

    with unlogged():
        outcome = simulate(seed, None if scenario is None else scenario_named(scenario))
    text = "".join(f"{screen.safe(line)}\n" for line in trace_of(outcome))
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if settings.json:
        screen.document(row_of(outcome))
    else:
        click.echo(text, nl=False)
    if outcome.failure is not None:
        raise click.exceptions.Exit(Exit.NOTHING)


@dst.command(cls=Command)
@_SEED
@_SCENARIO
@output_options
@click.pass_obj
def minimise(settings: Settings, *, seed: int, scenario: str | None) -> None:
    """Make the options of a seed that breaks a promise plainer while it is still broken, and print what is left.

    Exits with 1 if a promise is broken, as it does for `replay`.
    """
    from umi.cli.dst.quiet import unlogged
    from umi.cli.dst.rows import row_of
    from umi.cli.dst.scenarios import scenario_named
    from umi.cli.dst.traces import trace_of
    from umi.testing.simulation import Outcome
    from umi.testing.simulation.minimising import minimise as plainest

    def told(outcome: Outcome) -> None:
        screen.note(settings, f"plainer: {outcome.swarm}")

    with unlogged():
        found = plainest(seed, None if scenario is None else scenario_named(scenario), told=told)
    if settings.json:
        screen.document(row_of(found.outcome))
    else:
        click.echo("".join(f"{screen.safe(line)}\n" for line in trace_of(found.outcome)), nl=False)
        click.echo(f"{found.runs} runs")
    if found.outcome.failure is not None:
        raise click.exceptions.Exit(Exit.NOTHING)
