"""The demo as it looks at a terminal, and as an SVG of that."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from umi.cli import screen
from umi.cli.demo.report import RECALL_LIMIT, Answer, Intake, found_count, median_milliseconds
from umi.cli.hits import hits_table

if TYPE_CHECKING:
    from rich.console import Console

    from umi.cli.demo.story import Step

WIDTH = 100
_HITS_SHOWN = 3
_HIT_CHARACTERS_MAX = 150
_PYTHON = """\
from umi import Memory

memory = Memory.open("memory.db")
memory.remember_sync("We moved to Edinburgh last week", speaker="Kenji")
memory.recall_sync("Where are Ines and Kenji living these days?")"""


def demo_console(*, recording: bool) -> Console:
    """Return a console of the demo's width or the terminal's, whichever is narrower."""
    from rich.console import Console

    if recording:
        return Console(highlight=False, markup=False, width=WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    width = min(Console().width, WIDTH) if screen.for_person() else WIDTH
    return Console(highlight=False, markup=False, width=width)


def show_answer(console: Console, answer: Answer) -> None:
    """Print a question, the best memories, and whether what answers it is among them."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text("? ", style="bold yellow") + Text(answer.question.text, style="bold"))
    console.print(Padding(hits_table(answer.hits[:_HITS_SHOWN], characters=_HIT_CHARACTERS_MAX), (0, 0, 0, 2)))
    if answer.place is None:
        verdict = Text(f"✗ what answers it is not among the first {RECALL_LIMIT}", style="red")
    else:
        verdict = Text(f"✓ what answers it was found at #{answer.place}", style="green")
    console.print(Text("  ") + verdict + Text(f", in {answer.milliseconds:.1f} ms", style="dim"))
    console.print()


def show_story(console: Console, steps: Iterable[Step]) -> None:
    """Print what was done, and what came of it."""
    from rich.text import Text

    console.print(Text("What is true, and what was\n", style="bold"))
    for step in steps:
        console.print(Text("> ", style="bold yellow") + Text(step.did, style="bold"))
        console.print(Text(f"  {step.came}", style="green"))
    console.print()


def show_summary(console: Console, intake: Intake, answers: Sequence[Answer]) -> None:
    """Print what it came to, and the Python that does the same."""
    from rich.syntax import Syntax
    from rich.text import Text

    share = f"{found_count(answers)} of {len(answers)} questions"
    verdict = f"{share} found what answers them among the first {RECALL_LIMIT}"
    console.print(Text(verdict, style="bold"))
    figures = f"recall takes {median_milliseconds(answers):.1f} ms (median); {intake}; no network, no LLM"
    console.print(Text(figures, style="dim"))
    console.print("\nThe same in Python:\n")
    console.print(Syntax(_PYTHON, "python", theme="ansi_dark", background_color="default"))


def save_picture(console: Console, path: str) -> None:
    """Write what a recording console has shown as an SVG that loads nothing from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="umi demo"), flags=re.DOTALL)
    own = svg.replace("Fira Code, monospace", "Fira Code, ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace")
    Path(path).write_text(own, encoding="utf-8")
