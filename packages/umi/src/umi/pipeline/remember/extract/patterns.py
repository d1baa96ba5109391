"""How a long pattern is written: over several lines, each broken right after a bar."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\s*\n\s*")


def unwrapped(pattern: str) -> str:
    """Join the lines of a pattern. Spaces within a line stay: re.VERBOSE would drop those, and here they matter."""
    return _BREAK.sub("", pattern)
