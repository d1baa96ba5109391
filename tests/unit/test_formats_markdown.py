from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from umi.domain.turn import Turn
from umi.formats import Source, read

PAGE = """---
title: "Garden notes"
date: 2025-04-12
tags: [a, b]
---

Before any heading.

# Beds #

## Beans

Sow in May.
Water often.

- one

- two

Steps:

```sh
# not a heading

dig
```

Herbs
-----

Thyme likes sun.

***

## Empty

# Tools
A spade.
"""


def turns(content: str, name: str = "garden.md") -> list[Turn]:
    items = read(Source(io.BytesIO(content.encode()), name=name), format="markdown")
    return [item for item in items if isinstance(item, Turn)]


def test_blocks_become_turns_under_their_headings():
    assert [(turn.text, turn.topics[1:]) for turn in turns(PAGE)] == [
        ("Before any heading.", ()),
        ("Sow in May.\nWater often.", ("Beds", "Beans")),
        ("- one", ("Beds", "Beans")),
        ("- two", ("Beds", "Beans")),
        ("Steps:\n\n```sh\n# not a heading\n\ndig\n```", ("Beds", "Beans")),
        ("Thyme likes sun.", ("Beds", "Herbs")),
        ("A spade.", ("Tools",)),
    ]


def test_front_matter_gives_title_and_date_and_nobody_speaks():
    turn = turns(PAGE)[0]
    assert turn.topics == ("Garden notes",)
    assert turn.metadata == {"title": "Garden notes"}
    assert turn.event_time == datetime(2025, 4, 12, tzinfo=UTC)
    assert (turn.speaker, turn.role, turn.session) == (None, None, "garden.md")


def test_windows_line_ends_change_nothing():
    assert [(turn.text, turn.key) for turn in turns(PAGE.replace("\n", "\r\n"))] == [
        (turn.text, turn.key) for turn in turns(PAGE)
    ]


def test_a_rule_at_the_top_is_no_front_matter():
    assert [turn.text for turn in turns("---\n\nHello.\n")] == ["Hello."]


def test_a_code_block_that_is_never_closed_runs_to_the_end():
    assert [turn.text for turn in turns("```\na\n\n# b")] == ["```\na\n\n# b"]


def test_editing_one_section_leaves_the_keys_of_the_others():
    keys = {turn.key for turn in turns("# A\n\none\n\n# B\n\ntwo\n")}
    edited = [turn.key for turn in turns("# A\n\nnew\n\none\n\n# B\n\ntwo\n")]
    assert edited[-1] in keys


def test_two_equal_paragraphs_stay_two():
    assert len({turn.key for turn in turns("# A\n\nsame\n\nsame\n\n# A\n\nsame\n")}) == 3


def test_a_block_longer_than_a_memory_may_be_is_split_between_lines(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.formats.blocks.ENTITY_CONTENT_BYTES_MAX", 30)
    words = "eleven char\neleven char\neleven char\nand a line that is far longer than thirty bytes é"
    pieces = [turn.text for turn in turns(words)]
    assert all(len(piece.encode()) <= 30 for piece in pieces)
    assert " ".join(" ".join(pieces).split()) == " ".join(words.split())
