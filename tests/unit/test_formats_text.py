from __future__ import annotations

import io

import pytest

from umi.domain.turn import Role, Turn
from umi.formats import Source, detect, read


def turns(content: str) -> list[Turn]:
    items = read(Source(io.BytesIO(content.encode()), name="log.txt"), format="text")
    return [item for item in items if isinstance(item, Turn)]


def rows(content: str) -> list[tuple[str | None, str, str | None]]:
    return [
        (turn.speaker, turn.text, f"{turn.event_time:%Y-%m-%d %H:%M}" if turn.event_time else None)
        for turn in turns(content)
    ]


def test_paragraphs_become_turns_nobody_speaks():
    found = turns("One line\nand its next.\n\n\nAnother: paragraph.\n")
    assert [(turn.text, turn.speaker, turn.session) for turn in found] == [
        ("One line\nand its next.", None, "log.txt"),
        ("Another: paragraph.", None, "log.txt"),
    ]


def test_a_dated_log_gives_speakers_and_times():
    content = "[2025-01-11 18:42] Ines: hi\n  and more\n\n[2025-01-12 09:00:30] Kenji: See: here.\n"
    assert rows(content) == [
        ("Ines", "hi\n  and more", "2025-01-11 18:42"),
        ("Kenji", "See: here.", "2025-01-12 09:00"),
    ]
    assert [turn.session for turn in turns(content)] == ["log.txt 2025-01-11", "log.txt 2025-01-12"]


@pytest.mark.parametrize(
    "line",
    [
        "13/02/2025, 18:42 - Ines: hi",
        "13.02.25, 18:42 - Ines: hi",
        "[13/02/2025, 18:42:07] Ines: hi",
        "\u200e[2/13/25, 6:42:07\u202fPM] Ines: hi",
        "2/13/25, 6:42 PM - Ines: hi",
        "2/13/25, 6:42 p.m. - Ines: hi",
        "2025-02-13 18:42 Ines: hi",
        "[2025-02-13T18:42:00Z] Ines: hi",
    ],
)
def test_the_ways_messengers_write_a_line_are_known(line: str):
    assert rows(line) == [("Ines", "hi", "2025-02-13 18:42")]


def test_one_date_over_the_twelfth_decides_the_order_for_the_whole_file():
    assert [row[2] for row in rows("3/4/25, 10:00 - A: x\n3/14/25, 10:00 - A: y\n")] == [
        "2025-03-04 10:00",
        "2025-03-14 10:00",
    ]
    assert rows("3/4/25, 10:00 - A: x\n")[0][2] == "2025-04-03 10:00", "undecided: the day first"
    assert rows("3/4/25, 10:00 AM - A: x\n")[0][2] == "2025-03-04 10:00", "a clock of twelve hours: the month first"


def test_what_a_messenger_writes_itself_is_left_out():
    content = (
        "13/02/2025, 18:40 - Messages are encrypted.\n"
        "13/02/2025, 18:41 - Ines: <Media omitted>\n"
        "13/02/2025, 18:42 - Ines: look\n"
        "\u200e[13/02/2025, 18:43:00] Kenji: \u200eimage omitted\n"
    )
    assert [turn.text for turn in turns(content)] == ["look"]


def test_lines_with_names_are_dialogue():
    content = "Ines: hi\nKenji: hello\nInes: coffee?\nKenji: No.\n"
    assert [row[:2] for row in rows(content)] == [
        ("Ines", "hi"),
        ("Kenji", "hello"),
        ("Ines", "coffee?"),
        ("Kenji", "No."),
    ]


def test_user_and_assistant_have_roles_and_a_note_in_an_answer_is_no_speaker():
    content = "User: how?\nAssistant: So:\n\nNote: careful\n1. this\n2. that\n3. more\n\nHuman: thanks\n"
    found = turns(content)
    assert [turn.role for turn in found] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert found[1].text == "So:\n\nNote: careful\n1. this\n2. that\n3. more"


@pytest.mark.parametrize(
    "content", ["Serves: 4\nTime: 20 minutes\nNeeds: an oven\n", "https://a.example/x\nhttps://b.example\n"]
)
def test_a_form_or_a_list_of_links_is_no_dialogue(content: str):
    assert [turn.speaker for turn in turns(content)] == [None]


def test_two_equal_messages_stay_two():
    assert len({turn.key for turn in turns("[2025-01-11 18:42] A: ok\n[2025-01-11 18:42] A: ok\n")}) == 2


def test_a_date_the_calendar_does_not_have_leaves_the_time_out():
    assert rows("[2025-02-30 18:42] A: hm\n") == [("A", "hm", None)]


def test_words_before_the_first_message_are_kept():
    assert rows("Our chat\n[2025-01-11 18:42] A: hi\n")[0] == (None, "Our chat", None)


def test_a_log_that_begins_with_a_bracket_is_not_taken_for_json():
    assert detect(Source(io.BytesIO(b"[2025-01-11 18:42] A: # hi\n"))) == "text"


def test_a_message_longer_than_a_memory_may_be_is_reported(monkeypatch: pytest.MonkeyPatch):
    for module in ("record", "text"):
        monkeypatch.setattr(f"umi.formats.{module}.ENTITY_CONTENT_BYTES_MAX", 10)
    content = b"[2025-01-11 18:42] A: far too long for ten\nmore\n[2025-01-11 18:43] B: short\n"
    bad, good = read(Source(io.BytesIO(content)))
    assert not isinstance(bad, Turn)
    assert bad.where == "line 1"
    assert isinstance(good, Turn)
