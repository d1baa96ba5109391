from __future__ import annotations

from datetime import UTC, datetime

import pytest

from umi.domain.fact import SELF, Fact, FactStatus
from umi.pipeline.facts.questions import asked
from umi.pipeline.facts.read import find_facts
from umi.pipeline.remember.extract.extract import extract

AT = datetime(2025, 3, 12, 10, tzinfo=UTC)
CURRENT, PAST = FactStatus.CURRENT, FactStatus.PAST


def read(text: str, *, speaker: str = "Ada") -> tuple[Fact, ...]:
    found = extract(text, speaker=speaker, at=AT)
    return find_facts(
        text, speaker=speaker, sentences=found.sentences, mentions=found.mentions, dates=found.dates, at=AT
    )


def stated(text: str) -> set[tuple[str, str, str, FactStatus]]:
    return {(fact.subject, fact.slot, fact.value, fact.status) for fact in read(text)}


@pytest.mark.parametrize(
    ("text", "subject", "slot", "value"),
    [
        ("Nothing but halal food goes into Marta's fridge.", "Marta", "diet", "halal"),
        ("Marta can be found on the third floor.", "Marta", "floor", "third floor"),
        ("Take the stairs to the third floor, that is where I sit.", "Ada", "floor", "third floor"),
        ("Marta spends her Saturdays on beekeeping.", "Marta", "hobby", "beekeeping"),
        ("Marta goes to bed with a Finnish grammar.", "Marta", "learning", "Finnish"),
        ("Messages for Marta go to marta@x.example.", "Marta", "email", "marta@x.example"),
        ("The fastest way to get hold of Marta is +33 6 39 98 14 75.", "Marta", "phone", "+33 6 39 98 14 75"),
        ("Marta parks her Volvo V60 outside.", "Marta", "drives", "Volvo V60"),
        ("Marta loves turquoise more than any other colour.", "Marta", "favorite_color", "turquoise"),
        ("Marta loves lasagne above all other food.", "Marta", "favorite_food", "lasagne"),
        ("Marta is already sweating at Iron Temple.", "Marta", "gym", "Iron Temple"),
        ("In the org chart you will find me under Pricing.", "Ada", "team", "Pricing"),
        ("My pay comes from Globex.", "Ada", "works_at", "Globex"),
        ("Bob Keller signs off Marta's holidays.", "Marta", "manager", "Bob Keller"),
        ("Marta shares her life with Tom.", "Marta", "partner", "Tom"),
        ("Marta thinks that Big Thief are the best band in the world.", "Marta", "favorite_band", "Big Thief"),
        ("We gave up the flat in Rome, and our new address is in Ghent.", "Ada", "lives_in", "Ghent"),
        ("Look at the business card, it says radiographer, and that is me.", "Ada", "role", "radiographer"),
    ],
)
def test_the_words_beside_a_value_tell_its_slot(text: str, subject: str, slot: str, value: str) -> None:
    assert (subject, slot, value, CURRENT) in stated(text)


@pytest.mark.parametrize(
    ("text", "slot", "old", "new"),
    [
        ("The beagle died in spring; Marta came home with a hamster.", "pet", "beagle", "hamster"),
        ("Forget lasagne, Marta would take ramen any day.", "favorite_food", "lasagne", "ramen"),
        (
            "Since the exam in Dutch went badly Marta takes lessons, no more Dutch but Finnish.",
            "learning",
            "",
            "Finnish",
        ),
        (
            "You will not meet Marta at IronHouse any more, because she trains at Metroflex.",
            "gym",
            "IronHouse",
            "Metroflex",
        ),
        ("With Omar Haddad gone, Bob Keller is the line manager of Marta.", "manager", "Omar Haddad", "Bob Keller"),
        ("The doctor advised Marta against keto meals, so it is halal now.", "diet", "keto", "halal"),
    ],
)
def test_what_is_left_is_told_from_what_is_taken_up(text: str, slot: str, old: str, new: str) -> None:
    found = {(fact.value, fact.status) for fact in read(text) if fact.slot == slot}
    assert (new, CURRENT) in found
    assert not old or (old, PAST) in found


@pytest.mark.parametrize(
    ("text", "subject", "slot", "value"),
    [
        ("eszter got poached by acme freight, banco ribera must be fuming", "eszter", "works_at", "acme freight"),
        ("new gym!! IronHouse, leg day was brutal", "Ada", "gym", "IronHouse"),
        ("tevita = officially a gothenburg resident lol", "tevita", "lives_in", "gothenburg"),
        ("just got the keys to our new place in rome, so tired anyway hows your mum doing?", "Ada", "lives_in", "rome"),
        ("hear tom got a new boss? Greta Vos, Omar Haddad retired", "tom", "manager", "Greta Vos"),
        ("ok so i changed my mind, new favourite color = maroon", "Ada", "favorite_color", "maroon"),
    ],
)
def test_chat_is_read_without_capitals_and_stops(text: str, subject: str, slot: str, value: str) -> None:
    assert (subject, slot, value, CURRENT) in stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "Marta, let's keep working together to make our street better!",
        "Focus on healthy swaps.",
        "I might paint everything teal, no other colour comes close.",
        "cursor.execute('CREATE TABLE expenses ({manager}')",
        "Congrats on that major career step.",
    ],
)
def test_a_cue_without_a_value_of_its_kind_states_nothing(text: str) -> None:
    assert read(text) == ()


def test_a_move_to_a_team_is_no_move_to_a_town() -> None:
    assert {fact.slot for fact in read("Marta moved to the Observability team.")} == {"team"}


def test_one_value_takes_the_place_of_another_in_a_slot_of_many() -> None:
    assert not next(fact for fact in read("Marta's pet is a gecko.") if fact.slot == "pet").many
    assert next(fact for fact in read("Marta has a gecko.") if fact.slot == "pet").many


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        ("Where would I meet Marta lifting weights?", "gym"),
        ("What colour would Marta love most?", "favorite_color"),
        ("Where in the org chart would I look for Marta?", "team"),
        ("What textbook should I buy for Marta's language course?", "learning"),
        ("I have a parcel for Marta. At which floor do I leave the lift?", "floor"),
        ("Whose approval does Marta need to take a day off?", "manager"),
        ("What should I cook when Marta is coming to dinner?", "diet"),
        ("I want to cook Marta the meal she enjoys most. What should it be?", "favorite_food"),
        ("Which animal lives with Marta?", "pet"),
        ("How does Marta spend her free time?", "hobby"),
        ("What firm is on Marta's payslip these days?", "works_at"),
        ("What is parked in Marta's driveway?", "drives"),
    ],
)
def test_a_question_asks_for_a_slot_by_what_surrounds_it(question: str, slot: str) -> None:
    first = asked(question)[0]
    assert (first.subject, first.slot) == ("Marta", slot)


def test_a_question_about_a_thing_of_the_asker_names_the_asker() -> None:
    assert asked("Which floor is my office on?")[0].subject in {SELF, f"{SELF}'s office"}
