"""Looking through a text for what is private or secret."""

from __future__ import annotations

from collections.abc import Iterable

from umi.domain.privacy import Finding, Findings
from umi.pipeline.privacy.personal import find_personal
from umi.pipeline.privacy.secrets import find_secrets


def inspect(text: str) -> Findings:
    """Find e-mail addresses, numbers of phones, cards and accounts, keys, passwords and the like.

    It takes time in proportion to the text. Where findings overlap, a secret goes before what is personal, then the
    surer one before the other, then the longer.
    """
    return Findings(items=tuple(_apart([*find_secrets(text), *find_personal(text)])))


def _apart(found: Iterable[Finding]) -> list[Finding]:
    """Leave out what overlaps with a better finding: best first, each takes its place if it is free."""
    best = sorted(found, key=lambda one: (not one.kind.is_secret, -one.confidence, one.start - one.end, one.start))
    taken: set[int] = set()
    kept: list[Finding] = []
    for one in best:
        # Findings are short, private keys aside: marking their characters costs no more than finding them did.
        if one.start in taken or one.end - 1 in taken or not taken.isdisjoint(range(one.start, one.end)):
            continue
        taken.update(range(one.start, one.end))
        kept.append(one)
    return sorted(kept, key=lambda one: one.start)
