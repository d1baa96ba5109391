"""Cutting arrays, whatever chunks the file comes in."""

from __future__ import annotations

import json

import pytest

from umi.formats.json_arrays import Element, elements
from umi.formats.record import BadRecord

VALUES = [{"a": 'quote " comma , bracket ] brace }'}, {"b": [1, [2, {"c": "\\"}]]}, "x,y", 3, None, {"é": '\\\\"'}]


def cut(text: str, size: int) -> list[Element | BadRecord]:
    raw = text.removeprefix("[").encode()
    return list(elements(iter([raw[start : start + size] for start in range(0, len(raw), size)])))


def parsed(items: list[Element | BadRecord]) -> list[object]:
    return [json.loads(item.data) if isinstance(item, Element) else item.number for item in items]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("indent", [None, 2])
def test_elements_come_out_whole_wherever_the_chunks_end(size: int, indent: int | None):
    assert parsed(cut(json.dumps(VALUES, indent=indent, ensure_ascii=False), size)) == VALUES


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_truncated_array_gives_what_was_whole_and_then_a_bad_record(size: int):
    text = json.dumps(VALUES)
    for length in range(1, len(text)):
        *whole, last = cut(text[:length], size) or [None]
        assert parsed([item for item in whole if item]) == VALUES[: len(whole)]
        if length > 1:
            assert isinstance(last, BadRecord)
            assert last.number == len(whole) + 1


def test_an_element_over_the_limit_is_reported_and_the_next_one_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.formats.lines.IMPORT_LINE_BYTES_MAX", 100)
    monkeypatch.setattr("umi.formats.json_arrays.IMPORT_LINE_BYTES_MAX", 100)
    big, small = cut(json.dumps(["x" * 5000, "y"]), 64)
    assert isinstance(big, BadRecord)
    assert big.where == "$[0]"
    assert isinstance(small, Element)


def test_a_stray_brace_spoils_its_element_only():
    assert [item.data for item in cut('[{"a":1}}, {"b":2}]', 4) if isinstance(item, Element)] == [
        b'{"a":1}}',
        b' {"b":2}',
    ]


def test_what_follows_the_array_is_left_alone():
    assert parsed(cut('[1]], "x", {', 1)) == [1]
