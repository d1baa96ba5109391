"""`umi recall` and `umi pack`."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.documents import field_values, hit_document, pack_document
from umi.cli.exits import Exit
from umi.cli.narrowing import narrowing_options
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.limits import PACK_TOKENS_DEFAULT, RECALL_LIMIT_DEFAULT

if TYPE_CHECKING:
    from umi.domain.query import Explanation, Hits

_PACK_LIMIT = 50
_now_option = click.option("--now", metavar="TIME", help="When the question is asked (ISO 8601); now if not given.")


@click.command(cls=Command)
@click.argument("query")
@click.option(
    "--limit", type=int, default=RECALL_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many."
)
@click.option("--min-score", type=float, metavar="SCORE", help="Only with at least this score.")
@_now_option
@click.option("--explain", is_flag=True, help="Show how the question was read and how long each stage took.")
@narrowing_options
@memory_options
@click.pass_obj
def recall(settings: Settings, query: str, **asked: Any) -> None:
    """Find what answers QUERY, best first. Exits with 1 if nothing was found.

    A memory that another contradicts says so, as does one that is over. With --as-of, what was known then is found;
    with --valid-at, what held then, superseded memories included.
    """
    with opened(settings) as memory:
        start = perf_counter()
        hits = memory.recall_sync(query, **asked)
        milliseconds = 1000 * (perf_counter() - start)
    _show(settings, hits)
    if hits.explanation is not None:
        _explain(settings, hits.explanation)
    noun = "memory" if len(hits) == 1 else "memories"
    screen.note(settings, f"{len(hits)} {noun} in {milliseconds:.0f} ms")
    if not hits:
        raise click.exceptions.Exit(Exit.NOTHING)


def _show(settings: Settings, hits: Hits) -> None:
    if settings.json:
        for rank, hit in enumerate(hits, 1):
            screen.document(hit_document(rank, hit))
    elif hits:
        from umi.cli.hits import print_hits

        print_hits(hits)


def _explain(settings: Settings, explanation: Explanation) -> None:
    if settings.json:
        said = {**field_values(explanation), "stages_ms": dict(explanation.stages_ms)}
        screen.document({"explain": said})
        return
    stages = ", ".join(f"{stage} {milliseconds:.1f} ms" for stage, milliseconds in explanation.stages_ms)
    click.echo(f"words: {', '.join(explanation.words) or 'none'}")
    click.echo(f"times: {', '.join(explanation.times) or 'none'}")
    click.echo(f"asks the assistant: {'yes' if explanation.asks_assistant else 'no'}")
    click.echo(f"candidates: {explanation.candidates}, stages: {stages}")


@click.command(cls=Command)
@click.argument("query")
@click.option(
    "--tokens", type=int, default=PACK_TOKENS_DEFAULT, show_default=True, metavar="N", help="At most so many tokens."
)
@click.option(
    "--limit", type=int, default=_PACK_LIMIT, show_default=True, metavar="N", help="At most so many memories."
)
@_now_option
@narrowing_options
@memory_options
@click.pass_obj
def pack(settings: Settings, query: str, **asked: Any) -> None:
    """Find what answers QUERY, as text for a prompt. Exits with 1 if nothing was found.

    It is dated, cited lines in time order, as many as fit into --tokens.
    """
    with opened(settings) as memory:
        packed = memory.pack_sync(query, **asked)
    if settings.json:
        screen.document(pack_document(packed))
    elif packed.citations:
        click.echo(screen.safe(packed.text))
    screen.note(settings, f"{packed.tokens:,} tokens; {packed.left_out:,} memories were left out")
    if not packed.citations:
        raise click.exceptions.Exit(Exit.NOTHING)
