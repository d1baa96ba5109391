"""The options that say what a memory is worth, and from which score down it fades."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from umi.cli.narrowing import complete_memory_type
from umi.cli.settings import F, stacked

if TYPE_CHECKING:
    from umi.domain.fading import DecayPolicy

# By field of the policy: its default, its unit, and its meaning. A test holds the defaults to those of the policy.
_NUMBERS: Final[dict[str, tuple[float | None, str, str]]] = {
    "decay_below": (0.3, "SCORE", "Below this score (0 to 1) importance is lowered; 0 turns it off."),
    "compress_below": (0.25, "SCORE", "Below this score turns of a session give way to their gist; 0 turns it off."),
    "silence_below": (0.2, "SCORE", "Below this score it is silenced until a question cues it; 0 turns it off."),
    "delete_below": (0.1, "SCORE", "Below this score it is forgotten; 0 turns it off."),
    "entities_max": (None, "N", "At most so many active memories; the lowest scores go first."),
    "bytes_max": (None, "N", "At most so many bytes of their texts; the lowest scores go first."),
    "half_life": (90, "DAYS", "After how many days without a recall recency has halved."),
    "rest": (30, "DAYS", "Leave alone what was learned or changed within so many days."),
    "importance_weight": (0.3, "WEIGHT", "How much importance counts in the score."),
    "recency_weight": (0.3, "WEIGHT", "How much it counts when it was last recalled."),
    "frequency_weight": (0.1, "WEIGHT", "How much it counts how often it was recalled."),
    "dependency_weight": (0.2, "WEIGHT", "How much it counts how many memories rest on it."),
    "pin_weight": (0.1, "WEIGHT", "How much it counts that it is pinned."),
    "frequent_count": (20, "N", "How many recalls make the most of frequency."),
    "depended_count": (5, "N", "How many dependents make the most of dependency."),
    "importance_factor": (0.5, "SHARE", "What importance is multiplied by when it is lowered, from 0 to 1."),
    "importance_min": (0.05, "SHARE", "Importance is not lowered further than this, from 0 to 1."),
    "gist_turns_min": (3, "N", "A gist takes the place of at least so many turns of a session."),
}
_DAYS: Final = ("half_life", "rest")


def _number_option(name: str, default: float | None, unit: str, meaning: str) -> Callable[[F], F]:
    return click.option(
        f"--{name.replace('_', '-')}",
        type=int if unit == "N" else float,
        default=default,
        show_default=default is not None,
        metavar=unit,
        callback=_read_days if name in _DAYS else None,
        help=meaning,
    )


def _read_days(_ctx: click.Context, _param: click.Parameter, days: float) -> timedelta:
    try:
        span = timedelta(days=days)
    except (OverflowError, ValueError) as error:
        raise click.BadParameter(f"{days} is no number of days.") from error
    if span <= timedelta(0):
        raise click.BadParameter("It is a number of days above 0.")
    return span


policy_options = stacked(
    *(_number_option(name, *told) for name, told in _NUMBERS.items()),
    click.option(
        "--over-budget",
        type=click.Choice(["silence", "delete"]),
        default="silence",
        show_default=True,
        help="What becomes of those that go for --entities-max or --bytes-max.",
    ),
    click.option(
        "--protected",
        multiple=True,
        metavar="TYPE",
        default=("constraint", "preference"),
        shell_complete=complete_memory_type,
        help="Memories of this kind never fade; constraint and preference if not given. Repeatable.",
    ),
)


def policy_of(given: dict[str, Any]) -> DecayPolicy:
    """Return the policy that the options came to."""
    from umi.domain.fading import DecayPolicy, Fade

    over_budget = Fade(given.pop("over_budget"))
    return DecayPolicy(over_budget=over_budget, **given)
