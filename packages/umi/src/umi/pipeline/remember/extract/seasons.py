"""Seasons: last summer, two summers ago, this winter, in the spring. Northern and meteorological, by whole months."""

from __future__ import annotations

import re
from dataclasses import replace

from umi.domain.time import Period
from umi.pipeline.remember.extract.date_rule import Rule, Scene, part_of, rule, step_of
from umi.pipeline.remember.extract.date_words import SEASONS, number
from umi.pipeline.remember.extract.tense import Tense


def _seasons_ago(found: re.Match[str], scene: Scene) -> Period:
    count, vague = number(found["n"])
    last = _season_near(scene, SEASONS[found["season"]], -1)
    return replace(
        scene.anchor.season(last.start.year - (count - 1), SEASONS[found["season"]]), confidence=0.5 if vague else 0.8
    )


def _season(found: re.Match[str], scene: Scene) -> Period | None:
    groups = found.groupdict()
    first_month = SEASONS[found["season"]]
    if not groups.get("which"):  # "in the summer": a habit unless the tense points somewhere
        tense = scene.tense(found)
        if tense is Tense.UNKNOWN or scene.habitual(found):
            return None
        whole = scene.facing(
            tense, scene.anchor.today.year, lambda year: scene.anchor.season(year, first_month), sure=0.6
        )
    else:
        step = step_of(found["which"])
        tense = Tense.PAST if found["which"].endswith("this past") else scene.tense(found)
        whole = _this_season(scene, first_month, tense) if step == 0 else _season_near(scene, first_month, step)
    return part_of(scene.anchor, whole, groups.get("part"))


def _season_near(scene: Scene, first_month: int, step: int) -> Period:
    """The last season of a name that is over, or the next that has not begun."""
    anchor, now = scene.anchor, scene.anchor.now
    every = [anchor.season(anchor.today.year + years, first_month, 0.7) for years in (-2, -1, 0, 1, 2)]
    if step < 0:
        return [one for one in every if one.end <= now][-1]
    return next(one for one in every if one.start > now)


def _this_season(scene: Scene, first_month: int, tense: Tense) -> Period:
    """The season under way, or else the nearest in the tense's direction."""
    anchor, now = scene.anchor, scene.anchor.now
    every = [anchor.season(anchor.today.year + years, first_month, 0.85) for years in (-1, 0, 1)]
    present = next((one for one in every if one.holds(now)), None)
    if present:
        return present
    return _season_near(scene, first_month, -1 if tense is Tense.PAST else 1)


SEASON_RULES: tuple[Rule, ...] = (
    rule("season", r"<n> <season>s? ago", _seasons_ago),
    rule("season", r"(?:<part>[\s-])?<which> <season>", _season),
    rule("season", r"(?:in|during|over) (?P<date>(?:the )?(?:<part> )?<season>)(?! of| \d)", _season),
)
