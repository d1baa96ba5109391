"""Says a few things of Ada, of which one supersedes another and one contradicts."""

from __future__ import annotations

from tests.unit.cli.conftest import Umi

PORTO = ("I live in Porto", "2025-01-01")
LISBON = ("I moved to Lisbon", "2025-05-01")


def said(umi: Umi, text: str, day: str, *words: str) -> str:
    """Keep what Ada said on a day, and return its id."""
    kept = umi("remember", text, "--speaker", "Ada", "--event-time", day, *words)
    assert kept.exit_code == 0, kept.stderr
    return kept.stdout.strip()


def moved(umi: Umi) -> tuple[str, str]:
    """Let Ada live in Porto, then in Lisbon."""
    return said(umi, *PORTO), said(umi, *LISBON)


def disputed(umi: Umi) -> tuple[str, str]:
    """Let Ada live in Porto and, as an untrusted source has it, in Rome."""
    return said(umi, *PORTO), said(umi, "I live in Rome", "2025-05-01", "--trust", "untrusted")
