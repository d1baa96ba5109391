"""`umi demo`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.progress import progress_bar
from umi.cli.settings import Command, Settings, store_options
from umi.cli.stores import opened

if TYPE_CHECKING:
    from umi import Memory
    from umi.cli.demo.report import Answer, Intake
    from umi.cli.demo.story import Step

_CHUNK_TURNS = 64  # how often the progress bar moves


@click.command(cls=Command)
@click.option("--show", type=click.IntRange(min=0), metavar="N", help="Show what is found for the first N questions.")
@click.option("--svg", metavar="FILE", hidden=True, help="Write a picture of it, for the README.")
@store_options
@click.pass_obj
def demo(settings: Settings, show: int | None, svg: str | None) -> None:
    """Import a year of conversation, and ask about it.

    The conversation comes with Umi, and what answers each question is known: the demo says for each whether it was
    found. Then a fact changes, is asked about as it was, and is undone and erased. Everything happens in a temporary
    folder, or in the store that --store names.
    """
    from umi.cli.demo.story import tell

    with _opened(settings) as memory:
        intake = _keep_conversation(settings, memory)
        answers = _answers(memory)
        if settings.json:
            from umi.cli.demo.report import document

            screen.document(document(intake, list(answers), list(tell(memory))))
        else:
            _show(settings, intake, answers, tell(memory), show=show, svg=svg)


@contextmanager
def _opened(settings: Settings) -> Generator[Memory]:
    """Open the store that --store names, else a temporary one. That of UMI_STORE is someone's own: it is left alone."""
    if settings.store is not None:
        with opened(settings, making=True) as memory:
            yield memory
        return
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with (
        TemporaryDirectory(prefix="umi-demo-", ignore_cleanup_errors=True) as folder,
        opened(replace(settings, store=str(Path(folder) / "memory.db")), making=True) as memory,
    ):
        yield memory


def _keep_conversation(settings: Settings, memory: Memory) -> Intake:
    from umi import Receipt
    from umi.cli.demo.report import Intake
    from umi.cli.demo.scenario import conversation

    turns, added = conversation(), 0
    start = perf_counter()
    with progress_bar(settings, "Remembering the conversation", "memories") as bar:
        for place in range(0, len(turns), _CHUNK_TURNS):
            bar(place, len(turns))
            receipts = memory.remember_many_sync(turns[place : place + _CHUNK_TURNS])
            added += sum(1 for receipt in receipts if isinstance(receipt, Receipt) and receipt.created)
    return Intake(turns=len(turns), added=added, seconds=perf_counter() - start)


def _answers(memory: Memory) -> Iterator[Answer]:
    from umi.cli.demo.report import RECALL_LIMIT, answer_to
    from umi.cli.demo.scenario import NAMESPACE, questions

    for question in questions():
        start = perf_counter()
        hits = memory.recall_sync(question.text, limit=RECALL_LIMIT, namespace=NAMESPACE)
        yield answer_to(question, hits, 1000 * (perf_counter() - start))


def _show(
    settings: Settings,
    intake: Intake,
    answers: Iterator[Answer],
    steps: Iterator[Step],
    *,
    show: int | None,
    svg: str | None,
) -> None:
    from umi.cli.demo.picture import demo_console, save_picture, show_answer, show_story, show_summary

    console = demo_console(recording=svg is not None)
    shown: list[Answer] = []
    for answer in answers:
        if show is None or len(shown) < show:
            show_answer(console, answer)
        shown.append(answer)
    show_story(console, steps)
    show_summary(console, intake, shown)
    if svg is not None:
        save_picture(console, svg)
        screen.note(settings, f"The picture is in {svg}.")
