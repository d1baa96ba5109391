"""Draw what the other benchmarks measured.

    python benchmarks/plots.py [--to docs/reference/plots]

Reads benchmarks/out/latency.json and retrieval.json; what is not there is not drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
import report
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Okabe and Ito's colours, which people of every kind of colour vision tell apart.
BLUE, ORANGE, GREEN, RED, GREY, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#6B6B6B", "#56B4E9"
MEMORY_LIMIT_BYTES = 600
_NAMES = {"locomo": "LoCoMo", "beam100k": "BEAM-100K"}
_WAYS = {"alone": (BLUE, "o", "-"), "pooled, a user each": (ORANGE, "s", "--"), "pooled, one user": (GREEN, "^", ":")}
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "legend.frameon": False,
    "figure.facecolor": "white",
    "svg.hashsalt": "umi",
}

Document = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent.parent / "docs" / "reference" / "plots")
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(_STYLE):
        for name, source, draw in DRAWN:
            document = report.load(source)
            if document is not None:
                _save(draw(document), folder / f"{name}.svg")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)
    print(f"drawn: {path.name}")


def recall_by_k(found: Document) -> Figure:
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True)
    for axes, (key, name) in zip(panels, _NAMES.items(), strict=True):
        ks = (1, 5, 10, 20, 50)
        for way, (colour, marker, line) in _WAYS.items():
            if way in found.get(key, {}):
                shares = [found[key][way]["main"][f"recall@{k}"] for k in ks]
                axes.plot(ks, shares, line, color=colour, marker=marker, markersize=5, label=way)
        _number_at_ten(axes, found.get(key, {}))
        axes.set(title=name, xlabel="memories returned", xscale="log", xticks=ks, ylim=(0, 100))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
        axes.minorticks_off()
    panels[0].set_ylabel("evidence found, %")
    handles, labels = panels[0].get_legend_handles_labels()
    panels[0].legend(handles, labels, loc="lower right", title="conversations in the store")
    return figure


def _number_at_ten(axes: Axes, ways: Document) -> None:
    if "alone" in ways:
        share = ways["alone"]["main"]["recall@10"]
        axes.annotate(f"{share:.1f}", (10, share), (0, 7), textcoords="offset points", ha="center", color=BLUE)


def recall_by_category(found: Document) -> Figure:
    figure, panels = plt.subplots(1, 2, figsize=(9.6, 3.9))
    for axes, (key, name) in zip(panels, _NAMES.items(), strict=True):
        groups = found.get(key, {}).get("alone", {}).get("by_category", {})
        ordered = sorted(groups.items(), key=lambda pair: pair[1]["recall@10"])
        labels = [f"{_category(group)} ({figures['n']})" for group, figures in ordered]
        any_shares = [figures["any@10"] for _, figures in ordered]
        shares = [figures["recall@10"] for _, figures in ordered]
        axes.barh(labels, any_shares, color="#C9DDEB", height=0.7, label="at least one piece")
        bars = axes.barh(labels, shares, color=BLUE, height=0.7, label="of all pieces")
        for bar, share in zip(bars, shares, strict=True):
            axes.annotate(
                f"{share:.0f}",
                (0, bar.get_y() + bar.get_height() / 2),
                (4, 0),
                textcoords="offset points",
                va="center",
                color="white",
            )
        axes.set(title=f"{name} (questions)", xlabel="evidence among the first 10, %", xlim=(0, 100))
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="lower center", ncols=2, bbox_to_anchor=(0.5, -0.06))
    figure.tight_layout()
    return figure


def _category(name: str) -> str:
    """Return a category's name without its number: "1-multi-hop" is multi-hop."""
    number, _, rest = name.partition("-")
    return (rest if number.isdigit() else name).replace("_", " ")


_STAGES = (
    ("embedding of the question", "embedding", ORANGE, "s"),
    ("words and vectors, beyond the embedding", "retrieve, without embedding", GREEN, "^"),
    ("rank", "rank", RED, "D"),
    ("load", "load", SKY, "v"),
)


def latency_by_size(found: Document) -> Figure:
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    rows = [one["rows"] for one in found["recall"]]
    axes.plot(
        rows, [one["median_ms"] for one in found["recall"]], color=BLUE, marker="o", lw=2.4, label="recall, whole"
    )
    for label, stage, colour, marker in _STAGES:
        values = [one["stages_ms"].get(stage, 0.0) for one in found["recall"]]
        axes.plot(rows, values, color=colour, marker=marker, markersize=5, lw=1.3, label=label)
    for one in found["recall"]:
        axes.annotate(
            f"{one['median_ms']:.1f}", (one["rows"], one["median_ms"]), (0, 8), textcoords="offset points", ha="center"
        )
    axes.set(title="Warm recall, median", xlabel="memories in the store", ylabel="milliseconds", xscale="log")
    axes.set_ylim(0, 1.15 * max(one["median_ms"] for one in found["recall"]))
    _thousands(axes, rows)
    axes.legend(loc="upper left")
    return figure


def memory_by_size(found: Document) -> Figure:
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    rows = [one["rows"] for one in found["recall"]]
    axes.plot(
        rows,
        [one["memory"]["store_bytes"] / 1e6 for one in found["recall"]],
        color=BLUE,
        marker="o",
        lw=2.2,
        label="the store's own memory after recall",
    )
    axes.plot(
        rows,
        [row * MEMORY_LIMIT_BYTES / 1e6 for row in rows],
        color=GREY,
        ls="--",
        label=f"{MEMORY_LIMIT_BYTES} bytes a memory",
    )
    for one in found["recall"]:
        megabytes = one["memory"]["store_bytes"] / 1e6
        axes.annotate(f"{megabytes:.0f} MB", (one["rows"], megabytes), (0, 8), textcoords="offset points", ha="center")
    axes.set(
        title="Memory beyond the file cache", xlabel="memories in the store", ylabel="MB", xscale="log", yscale="log"
    )
    _thousands(axes, rows)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.minorticks_off()
    axes.legend(loc="lower right")
    return figure


def _thousands(axes: Axes, rows: Sequence[int]) -> None:
    axes.set_xticks(rows)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.minorticks_off()


def distance_to_limits(found: Document) -> Figure:
    """Draw each operation as its limits (embedding alone; fsync; reading the codes once) and what comes on top."""
    bars = [*_recall_bars(found), *_remember_bars(found)][::-1]
    figure, axes = plt.subplots(figsize=(8, 0.55 * len(bars) + 1.3))
    lefts = [0.0] * len(bars)
    for label, colour in (("embedding alone", ORANGE), ("fsync or memory scan", RED), ("everything else", BLUE)):
        widths = [parts[label] for _, parts in bars]
        axes.barh([name for name, _ in bars], widths, left=lefts, color=colour, height=0.62, label=label)
        lefts = [left + width for left, width in zip(lefts, widths, strict=True)]
    for place, (left, (_, parts)) in enumerate(zip(lefts, bars, strict=True)):
        limit = left - parts["everything else"]
        text = f"{left:.1f} ms = {left / limit:.1f} x limit"
        axes.annotate(text, (left, place), (5, 0), textcoords="offset points", va="center")
    axes.set(title="Distance to what the machine allows", xlabel="milliseconds, median", xlim=(0, 1.3 * max(lefts)))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.22), ncols=3)
    return figure


def _recall_bars(found: Document) -> list[tuple[str, dict[str, float]]]:
    dimensions_bytes = 384 / 4  # two bits each
    bars = []
    for one in found["recall"]:
        scan = 1000 * one["rows"] * dimensions_bytes / found["memory_bytes_per_s"]
        bars.append(
            (f"recall at {one['rows']:,}", _parted(one["median_ms"], one["embedding_alone"]["median_ms"], scan))
        )
    return bars


def _remember_bars(found: Document) -> list[tuple[str, dict[str, float]]]:
    if "remember" not in found:
        return []
    one = found["remember"]
    parts = _parted(one["median_ms"], one["embedding_alone"]["median_ms"], one["fsync_4_kib"]["median_ms"])
    return [("remember one turn", parts)]


def _parted(whole: float, embedding: float, other: float) -> dict[str, float]:
    rest = max(0.0, whole - embedding - other)
    return {"embedding alone": embedding, "fsync or memory scan": other, "everything else": rest}


DRAWN: tuple[tuple[str, str, Callable[[Document], Figure]], ...] = (
    ("recall-by-k", "retrieval", recall_by_k),
    ("recall-by-category", "retrieval", recall_by_category),
    ("latency-by-size", "latency", latency_by_size),
    ("memory-by-size", "latency", memory_by_size),
    ("distance-to-limits", "latency", distance_to_limits),
)

if __name__ == "__main__":
    main()
