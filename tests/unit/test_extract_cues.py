from __future__ import annotations

import pytest

from umi.domain.entity import CueKind
from umi.pipeline.remember.extract.cues import find_cues


def kinds(text: str) -> set[CueKind]:
    return {cue.kind for cue in find_cues(text)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I moved to Rome", CueKind.CHANGE),
        ("I no longer eat meat", CueKind.CHANGE),
        ("I don't eat meat anymore", CueKind.CHANGE),
        ("We switched to Notion", CueKind.CHANGE),
        ("Actually it's blue", CueKind.CHANGE),
        ("I work at Klarna now", CueKind.CHANGE),
        ("tea instead", CueKind.CHANGE),
        ("i quit", CueKind.CHANGE),
        ("I don\u2019t like jazz", CueKind.NEGATION),
        ("I never said that", CueKind.NEGATION),
        ("not moving to Madrid", CueKind.NEGATION),
        ("I might go", CueKind.FUTURE),
        ("we're going to leave", CueKind.FUTURE),
        ("I'll call", CueKind.FUTURE),
        ("She will come", CueKind.FUTURE),
        ("planning to visit", CueKind.FUTURE),
        ("I used to smoke", CueKind.PAST),
        ("he left Spotify", CueKind.PAST),
        ("when I was a kid", CueKind.PAST),
        ("I prefer tea", CueKind.PREFERENCE),
        ("she really loves hiking", CueKind.PREFERENCE),
        ("my favourite colour is red", CueKind.PREFERENCE),
        ("I can't stand running", CueKind.PREFERENCE),
        ("always answer in French", CueKind.INSTRUCTION),
        ("From now on, call me Sam", CueKind.INSTRUCTION),
        ("remember to water the plants", CueKind.INSTRUCTION),
        ("please never use emojis", CueKind.INSTRUCTION),
        ("Don't call me Bob", CueKind.INSTRUCTION),
    ],
)
def test_a_phrase_announces_its_kind(text: str, kind: CueKind) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I'm fine right now", CueKind.CHANGE),
        ("now and then I run", CueKind.CHANGE),
        ("I always forget my keys", CueKind.INSTRUCTION),
        ("I've never been there", CueKind.INSTRUCTION),
        ("my friend Will came by", CueKind.FUTURE),
        ("turn left there", CueKind.PAST),
        ("I'm used to the noise", CueKind.PAST),
        ("it looks like rain", CueKind.PREFERENCE),
        ("Not only that", CueKind.NEGATION),
        ("The weather is nice", CueKind.CHANGE),
    ],
)
def test_a_phrase_that_only_looks_like_a_cue_is_none(text: str, kind: CueKind) -> None:
    assert kind not in kinds(text)


def test_cues_come_in_the_order_of_the_text_with_their_own_words() -> None:
    text = "I used to love tea, but now I prefer coffee."
    found = find_cues(text)
    assert [cue.start for cue in found] == sorted(cue.start for cue in found)
    assert {text[cue.start : cue.end] for cue in found} >= {"used to", "now", "I prefer"}
