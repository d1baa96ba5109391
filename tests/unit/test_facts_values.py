from __future__ import annotations

import pytest

from umi.pipeline.facts.values import is_refinement, value_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Globex Corp.", "globex"),
        ("the Globex", "Globex"),
        ("New York City", "new york"),
        ("NYC", "New York"),
        ("the city of Lisbon", "Lisbon now"),
        ("dogs", "dog"),
        ("34 years old", "34"),
        ("ten", "10"),
        ("+1 (415) 555-0199", "1 415 555 0199"),
        ("12 Elm St", "12 Elm Street"),
        ("the data team", "data"),
    ],
)
def test_the_same_value_written_otherwise_has_the_same_key(one: str, other: str) -> None:
    assert value_key(one) == value_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("555-0101", "555-0102"),
        ("Oak Street", "Oak Avenue"),
        ("Paris", "Rome"),
        ("Model 3", "Model 4"),
        ("5", "15"),
        ("Kansas City", "Kansas"),
        ("ada@a.com", "ada@b.com"),
    ],
)
def test_other_values_have_other_keys(one: str, other: str) -> None:
    assert value_key(one) != value_key(other)


@pytest.mark.parametrize(
    ("old", "new"), [("engineer", "senior engineer at Globex"), ("Berlin", "Berlin, Germany"), ("a dog", "an old dog")]
)
def test_a_value_that_says_more_refines_the_old_one(old: str, new: str) -> None:
    assert is_refinement(old, new)


@pytest.mark.parametrize(
    ("old", "new"), [("Berlin", "Rome"), ("Berlin", "Berlin"), ("Berlin, Germany", "Berlin"), ("", "Rome")]
)
def test_another_value_and_the_same_value_refine_nothing(old: str, new: str) -> None:
    assert not is_refinement(old, new)
