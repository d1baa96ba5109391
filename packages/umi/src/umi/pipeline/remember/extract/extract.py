"""Everything that can be read from one text."""

from __future__ import annotations

from datetime import datetime

from umi.pipeline.remember.extract.cues import find_cues
from umi.pipeline.remember.extract.dates import find_dates
from umi.pipeline.remember.extract.extracted import Extract
from umi.pipeline.remember.extract.mentions import find_mentions
from umi.pipeline.remember.extract.sentences import split_sentences


def extract(text: str, *, speaker: str | None, at: datetime | None) -> Extract:
    """Read one text.

    `at` is when it was said: relative dates count from it, in its time zone. Without it only dates that name their
    year are resolved. `speaker` is the name of who said it.
    """
    sentences = split_sentences(text)
    return Extract(
        sentences=sentences,
        mentions=find_mentions(text, sentences=sentences, speaker=speaker),
        dates=find_dates(text, at=at, sentences=sentences),
        cues=find_cues(text),
    )
