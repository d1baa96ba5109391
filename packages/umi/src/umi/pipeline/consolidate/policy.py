"""Whether a policy of sleep can be used."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, cast

from umi.domain.checking import check_share
from umi.domain.consolidation import ConsolidationPolicy
from umi.domain.text import shown
from umi.errors import Invalid
from umi.limits import GIST_TURNS_COUNT_MAX

_FEWEST: Final = 2


def check_policy(policy: object) -> ConsolidationPolicy:
    """Check what a caller wants sleep to do.

    Raises:
        Invalid: a value cannot be used; the message names it.

    """
    if policy is None:
        return ConsolidationPolicy()
    if not isinstance(policy, ConsolidationPolicy):
        raise Invalid(f"A policy is a ConsolidationPolicy, not {type(policy).__name__}.")
    for name in ("closeness_min", "importance_max"):
        check_share(name, getattr(policy, name))
    for name, least in (("span", timedelta(microseconds=1)), ("rest", timedelta(0))):
        value: object = getattr(policy, name)
        if not isinstance(value, timedelta) or value < least:
            raise Invalid(f"{name} is a timedelta of {least} or more, not {shown(value)}.")
    _check_count("episodes_min", policy.episodes_min, _FEWEST, GIST_TURNS_COUNT_MAX)
    _check_count("episodes_max", policy.episodes_max, policy.episodes_min, GIST_TURNS_COUNT_MAX)
    _check_count("strengthen_count", policy.strengthen_count, 0, 1_000_000)
    if not isinstance(cast("object", policy.resolve), bool):
        raise Invalid(f"resolve is True or False, not {shown(policy.resolve)}.")
    return policy


def _check_count(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"{name} is a whole number from {least} to {most}, not {shown(value)}.")
