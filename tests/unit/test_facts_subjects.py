from __future__ import annotations

import pytest

from umi.domain.fact import SELF
from umi.pipeline.facts.subjects import speaker_subject, subject_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Dr. Alice Smith's", "alice smith"),
        ("ALICE  Smith", "alice smith"),
        ("the deadline", "deadline"),
        ("Ada's husband", "ada's husband"),
        ("Ada\u2019s husband", "ada's husband"),
        ("my husband", f"{SELF}'s husband"),
        ("\u00c9mile", "\u00e9mile"),
        ("E\u0301mile", "\u00e9mile"),
    ],
)
def test_the_same_subject_has_the_same_key(name: str, key: str) -> None:
    assert subject_key(name) == key


@pytest.mark.parametrize("name", ["I", "me", "the user", "User", SELF, "myself"])
def test_whoever_speaks_is_the_user(name: str) -> None:
    assert subject_key(name) == SELF


@pytest.mark.parametrize("speaker", [None, "", " ", "user", "Human"])
def test_a_speaker_without_a_name_is_the_user(speaker: str | None) -> None:
    assert speaker_subject(speaker) == SELF


def test_a_speaker_with_a_name_is_called_by_it() -> None:
    assert speaker_subject(" Ada ") == "Ada"
