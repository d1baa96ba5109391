"""What a checker says when a promise is broken."""

from __future__ import annotations


class Violation(Exception):
    """A promise that was broken: which checker saw it, and what it saw."""

    def __init__(self, checker: str, seen: str) -> None:
        super().__init__(f"{checker}: {seen}")
        self.checker = checker
        self.seen = seen
