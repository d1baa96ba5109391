from __future__ import annotations

import pytest

from umi.domain.fact import Slot
from umi.pipeline.facts.slots import SLOTS, slot_of


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("lives_in", "lives_in"),
        ("Lives in", "lives_in"),
        ("livesIn", "lives_in"),
        ("city", "lives_in"),
        ("employer", "works_at"),
        ("Job Title", "role"),
        ("current job title", "role"),
        ("husband", "partner"),
        ("fianc\u00e9e", "partner"),
        ("Favourite colours", "favorite_color"),
        ("wifi password", "wifi_password"),
        ("Wi-Fi password", "wifi_password"),
        ("e-mail address", "email"),
        ("hobbies", "hobby"),
    ],
)
def test_a_name_of_a_slot_is_folded_to_the_one_that_readers_use(name: str, slot: str) -> None:
    assert slot_of(name).name == slot


@pytest.mark.parametrize("name", ["likes", "speaks", "allergic_to", "pet", "siblings", "friends"])
def test_some_slots_hold_several_values(name: str) -> None:
    assert slot_of(name).many


@pytest.mark.parametrize("name", ["lives_in", "works_at", "wifi password", "anything at all"])
def test_any_other_slot_holds_one_value(name: str) -> None:
    assert not slot_of(name).many


def test_a_slot_of_the_users_own_comes_before_ours() -> None:
    extra = {"Project codename": Slot(name="codename", many=True), "lives_in": Slot(name="lives_in", many=True)}
    assert slot_of("project_codename", extra) == extra["Project codename"]
    assert slot_of("city", extra).many
    assert slot_of("age", extra) == SLOTS["age"]


@pytest.mark.parametrize("name", ["", " ", "!!!", "\u65e5\u672c", "the", "\u0130"])
def test_every_name_has_a_slot(name: str) -> None:
    assert slot_of(name).name
