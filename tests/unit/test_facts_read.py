from __future__ import annotations

from datetime import UTC, datetime

import pytest

from umi.domain.fact import SELF, Fact, FactStatus, Slot
from umi.pipeline.facts.read import FACTS_COUNT_MAX, aliases, find_facts, says_nothing_else
from umi.pipeline.remember.extract.extract import extract

AT = datetime(2025, 3, 12, 10, tzinfo=UTC)
CURRENT, PAST, FUTURE, NEGATED = FactStatus.CURRENT, FactStatus.PAST, FactStatus.FUTURE, FactStatus.NEGATED


def read(text: str, *, speaker: str | None = "Ada", slots: dict[str, Slot] | None = None) -> tuple[Fact, ...]:
    found = extract(text, speaker=speaker, at=AT)
    return find_facts(
        text,
        speaker=speaker,
        sentences=found.sentences,
        mentions=found.mentions,
        dates=found.dates,
        at=AT,
        slots=slots or {},
    )


def stated(text: str) -> set[tuple[str, str, str, FactStatus]]:
    return {(fact.subject, fact.slot, fact.value, fact.status) for fact in read(text)}


@pytest.mark.parametrize(
    ("text", "subject", "slot", "value"),
    [
        ("Marta lives in Lisbon.", "Marta", "lives_in", "Lisbon"),
        ("Home for Marta is Lisbon these days.", "Marta", "lives_in", "Lisbon"),
        ("Lisbon is where Marta lives now.", "Marta", "lives_in", "Lisbon"),
        ("After years in Berlin, Marta settled in Lisbon.", "Marta", "lives_in", "Lisbon"),
        ("moved to lisbon last week!!", "Ada", "lives_in", "lisbon"),
        ("Marta has put down roots in Bergen.", "Marta", "lives_in", "Bergen"),
        ("Globex hired Marta in May.", "Marta", "works_at", "Globex"),
        ("Marta's employer is now Globex.", "Marta", "works_at", "Globex"),
        ("Marta has taken a job with Globex.", "Marta", "works_at", "Globex"),
        ("oh btw marta's at globex now lol", "marta", "works_at", "globex"),
        ("update: Marta @ Globex as of monday", "Marta", "works_at", "Globex"),
        ("The company Marta works for is Stark Industries.", "Marta", "works_at", "Stark Industries"),
        ("Marta got promoted to staff engineer.", "Marta", "role", "staff engineer"),
        ("They made Marta head of design.", "Marta", "role", "head of design"),
        ("My name is Priya Raman.", "Ada", "name", "Priya Raman"),
        ("You can call me Liz from now on.", "Ada", "name", "Liz"),
        ("Marta answers to the name of Mimi.", "Marta", "name", "Mimi"),
        ("Marta reports to Bob now.", "Marta", "manager", "Bob"),
        ("Alice manages Marta.", "Marta", "manager", "Alice"),
        ("Bob took over as Marta's manager.", "Marta", "manager", "Bob"),
        ("Actually, it's Alice who manages Marta.", "Marta", "manager", "Alice"),
        ("You can reach Marta at 555-0101.", "Marta", "phone", "555-0101"),
        ("new email btw: ada99@mail.com", "Ada", "email", "ada99@mail.com"),
        ("Please update my email to ada@new.org.", "Ada", "email", "ada@new.org"),
        ("Marta lives at 9 Baker Street.", "Marta", "address", "9 Baker Street"),
        ("I'm allergic to peanuts.", "Ada", "allergic_to", "peanuts"),
        ("Marta has a shellfish allergy.", "Marta", "allergic_to", "shellfish"),
        ("Marta is fluent in Japanese.", "Marta", "speaks", "Japanese"),
        ("Tom can't stand cilantro.", "Tom", "dislikes", "cilantro"),
        ("Rashid and Amina are married.", "Rashid", "partner", "Amina"),
        ("My friend Omar is a pilot.", "Omar", "role", "pilot"),
        ("My brother resides in Toronto.", "Ada's brother", "lives_in", "Toronto"),
        ("Alice's wifi password is hunter2.", "Alice", "wifi_password", "hunter2"),
        ("Our deadline is the 5th.", "Ada", "deadline", "5th"),
        ("The deadline for Project Falcon is now June 5.", "Project Falcon", "deadline", "June 5"),
        ("Teal is Marta's favourite colour.", "Marta", "favorite_color", "Teal"),
        ("Rashid, 42, lives in Bergen.", "Rashid", "age", "42"),
    ],
)
def test_a_statement_holds_now(text: str, subject: str, slot: str, value: str) -> None:
    assert (subject, slot, value, CURRENT) in stated(text)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("I moved from Paris to Rome last month.", ("lives_in", "Paris"), ("lives_in", "Rome")),
        ("I left Globex and joined Initech.", ("works_at", "Globex"), ("works_at", "Initech")),
        ("been at stripe 3 yrs now, before that accenture", ("works_at", "accenture"), ("works_at", "stripe")),
        ("I swapped my Volvo for a Tesla.", ("drives", "Volvo"), ("drives", "Tesla")),
        ("I switched my major from history to economics.", ("studies", "history"), ("studies", "economics")),
        ("My flight number changed from BA117 to LH400.", ("flight_number", "BA117"), ("flight_number", "LH400")),
    ],
)
def test_a_change_tells_what_was_and_what_is(text: str, old: tuple[str, str], new: tuple[str, str]) -> None:
    found = stated(text)
    assert ("Ada", *old, PAST) in found
    assert ("Ada", *new, CURRENT) in found
    assert all(fact.is_change for fact in read(text))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Marta is moving to Porto in September.", FUTURE),
        ("Marta might move to Porto.", FUTURE),
        ("Marta plans to move to Porto.", FUTURE),
        ("Marta used to live in Porto.", PAST),
        ("Marta moved out of Porto.", PAST),
        ("Marta no longer lives in Porto.", NEGATED),
        ("Marta doesn't live in Porto anymore.", NEGATED),
        ("Marta has been living in Porto since May.", CURRENT),
    ],
)
def test_a_statement_says_when_it_holds(text: str, status: FactStatus) -> None:
    assert ("Marta", "lives_in", "Porto", status) in stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "You live in Berlin, right?",
        "If I lived in Rome I would eat pasta every day.",
        "I wish I worked at Google.",
        'She said "I work at Google" and laughed.',
        "Thanks Gina! That means a lot.",
        "I love it so much.",
        "We moved the table to the kitchen.",
        "Where does Marta live?",
        "Marta is in a meeting.",
        "I'd love to live in Paris one day.",
        "Learning from others takes time.",
        "My goal is to be happy.",
        "",
    ],
)
def test_what_states_nothing_lasting_gives_no_fact(text: str) -> None:
    assert read(text) == ()


def test_not_lisbon_is_a_value_that_does_not_hold() -> None:
    assert stated("Correction: Marta lives in Porto, not Lisbon.") == {
        ("Marta", "lives_in", "Porto", CURRENT),
        ("Marta", "lives_in", "Lisbon", NEGATED),
    }


def test_it_takes_up_the_fact_before() -> None:
    text = "My favourite food used to be pizza but now it's ramen."
    assert ("Ada", "favorite_food", "ramen", CURRENT) in stated(text)


def test_she_is_the_one_who_was_named_last() -> None:
    assert ("Marta", "works_at", "Globex", CURRENT) in stated("Marta lives in Rome. She works at Globex.")


def test_several_values_are_several_facts() -> None:
    found = read("Marta speaks French, Dutch and German.")
    assert {fact.value for fact in found} == {"French", "Dutch", "German"}
    assert all(fact.many for fact in found)


def test_a_name_beside_a_relation_is_the_subject_and_a_fact_of_its_own() -> None:
    found = stated("My sister Emma works at Siemens.")
    assert found == {("Emma", "works_at", "Siemens", CURRENT), ("Ada", "sister", "Emma", CURRENT)}


def test_the_user_speaks_where_no_name_is_given() -> None:
    assert read("I live in Rome.", speaker=None)[0].subject == SELF
    assert read("I live in Rome.", speaker="user")[0].subject == SELF


def test_a_slot_of_the_users_own_may_hold_several_values() -> None:
    slots = {"badge": Slot(name="badge", many=True)}
    assert read("My badge is B12.", slots=slots)[0].many
    assert not read("My badge is B12.")[0].many


def test_the_clause_is_what_a_fact_points_to() -> None:
    text = "It rained all day, but Marta moved to Lisbon last week. Fun!"
    fact = read(text)[0]
    assert text[fact.start : fact.end] == "Marta moved to Lisbon last week"


def test_a_date_says_since_when() -> None:
    fact = read("Marta moved to Lisbon last month.")[0]
    assert fact.since is not None
    assert (fact.since.year, fact.since.month) == (2025, 2)


def test_a_date_says_until_when() -> None:
    fact = read("Marta left Globex in January 2025.")[0]
    assert fact.status is PAST
    assert fact.until is not None
    assert fact.until.month == 1


def test_doubt_lowers_the_confidence() -> None:
    sure, unsure = read("Marta works at Globex.")[0], read("I think Marta works at Globex.")[0]
    assert unsure.is_hedged
    assert not sure.is_hedged
    assert unsure.confidence < sure.confidence


def test_a_long_text_gives_no_more_facts_than_the_limit() -> None:
    text = " ".join(f"Name{number} lives in Lisbon." for number in range(100))
    assert len(read(text)) <= FACTS_COUNT_MAX


@pytest.mark.parametrize(
    "text",
    [
        "Marta works at Globex.",
        "Hey! Big news! I moved to Lisbon last week.",
        "oh btw marta's at globex now lol",
        "Alice's wifi password is now hunter2!",
    ],
)
def test_a_text_of_one_fact_says_nothing_else(text: str) -> None:
    found = extract(text, speaker="Ada", at=AT)
    assert says_nothing_else(text, found.sentences, read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Marta works at Globex and yesterday we had a great dinner together.",
        "I love sushi. We went to the beach.",
        "Marta lives in Lisbon with her two kids and a piano.",
        "Marta lives in Lisbon. Did you see the game?",
        "The weather is nice.",
    ],
)
def test_a_chatty_text_says_something_else(text: str) -> None:
    found = extract(text, speaker="Ada", at=AT)
    assert not says_nothing_else(text, found.sentences, read(text))


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("My husband Tom is a chef.", ("Tom", "Ada's husband")),
        ("My boss is Karen.", ("Karen", "Ada's boss")),
        ("Robert, who everyone calls Bob, moved to Rome.", ("Bob", "Robert")),
        ("Alice Smith (Ali) came by.", ("Ali", "Alice Smith")),
    ],
)
def test_two_names_of_one_are_equated(text: str, pair: tuple[str, str]) -> None:
    found = extract(text, speaker="Ada", at=AT)
    assert pair in aliases(text, speaker="Ada", sentences=found.sentences, mentions=found.mentions)


@pytest.mark.parametrize("text", ["My old boss Tom called.", "My sister is a nurse.", "Is Tom my brother?"])
def test_what_equates_no_names_gives_no_alias(text: str) -> None:
    found = extract(text, speaker="Ada", at=AT)
    assert aliases(text, speaker="Ada", sentences=found.sentences, mentions=found.mentions) == ()
