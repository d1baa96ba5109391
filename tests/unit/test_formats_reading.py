"""Detection, sources and what holds for every format."""

from __future__ import annotations

import codecs
import io
from pathlib import Path

import pytest

from umi.domain.turn import Turn
from umi.errors import InvalidFormatError
from umi.formats import FORMATS, BadRecord, Source, detect, read

SAMPLES = {
    "umi": '{"umi": "turn", "text": "hello"}\n',
    "chatgpt": '[{"title": "Soup", "mapping": {}, "current_node": null}]',
    "claude": '[{"uuid": "c", "name": "Soup", "chat_messages": []}]',
    "longmemeval": '[{"question_id": "q", "haystack_dates": [], "haystack_sessions": []}]',
    "locomo": '[{"conversation": {"session_1_date_time": "1:56 pm on 8 May, 2023", "session_1": []}}]',
    "openai": '{"role": "user", "content": "hello"}\n',
    "markdown": "# Soup\n\nBoil water.\n",
    "text": "Just a line.\n",
}


def of(content: str | bytes, name: str = "file") -> Source:
    raw = content if isinstance(content, bytes) else content.encode()
    return Source(io.BytesIO(raw), name=name, bytes_total=len(raw))


def turns(content: str | bytes, form: str | None = None) -> list[Turn]:
    return [item for item in read(of(content), format=form) if isinstance(item, Turn)]


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_told_by_its_content(form: str):
    assert detect(of(SAMPLES[form])) == form


def test_the_extension_does_not_decide(tmp_path: Path):
    path = tmp_path / "notes.json"
    path.write_text(SAMPLES["markdown"])
    assert detect(path) == "markdown"


@pytest.mark.parametrize("content", ['{"a": 1}', "[1", '[{"text": "x"}]'])
def test_json_of_no_known_format_is_refused_with_the_formats_umi_knows(content: str):
    if content == "[1":
        assert detect(of(content)) == "text"  # no object follows the bracket, so it is not taken for JSON
        return
    with pytest.raises(InvalidFormatError, match=", ".join(FORMATS)):
        detect(of(content))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(1, 32)) * 10, b"\xff" * 50])
def test_a_file_that_is_no_text_is_refused(content: bytes):
    with pytest.raises(InvalidFormatError, match="not a text file"):
        detect(of(content))


def test_a_zip_archive_is_refused_with_the_remedy():
    with pytest.raises(InvalidFormatError, match="unpack"):
        detect(of(b"PK\x03\x04\x14\x00\x00\x00conversations.json"))


def test_a_format_umi_does_not_know_is_refused():
    with pytest.raises(InvalidFormatError, match="'outlook'"):
        list(read(of("hello"), format="outlook"))


@pytest.mark.parametrize("form", [None, *FORMATS])
@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8])
def test_an_empty_file_has_no_turns_in_any_format(form: str | None, content: bytes):
    assert list(read(of(content), format=form)) == []


@pytest.mark.parametrize("form", ["openai", "umi", "text", "markdown"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood_and_is_no_part_of_the_text(form: str, encoding: str):
    said = SAMPLES[form].replace("hello", "olá 海 🌊").replace("line", "olá 海 🌊")
    plain, marked = turns(said), turns(said.encode(encoding))
    assert plain == marked
    assert plain


def test_half_a_character_in_utf_16_spoils_its_line_only():
    content = codecs.BOM_UTF16_LE + "good\n\nb".encode("utf-16-le") + b"\x00\xd8" + "d\n\nfine".encode("utf-16-le")
    items = list(read(of(content), format="text"))
    assert [item.text if isinstance(item, Turn) else item.number for item in items] == ["good", 3, "fine"]


def test_a_bad_line_in_the_middle_is_reported_with_its_number_and_the_rest_is_read():
    content = b"one\n\nt\xffo\n\nthree\n"
    good, bad, last = read(of(content), format="text")
    assert isinstance(bad, BadRecord)
    assert (bad.number, bad.where) == (3, "line 3")
    assert "UTF-8" in bad.reason
    assert [item.text for item in (good, last) if isinstance(item, Turn)] == ["one", "three"]


def test_a_line_over_the_limit_is_reported_and_the_next_one_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.formats.lines.IMPORT_LINE_BYTES_MAX", 60)
    long_line = '{"umi": "turn", "text": "' + "x" * 200_000 + '"}'
    bad, good = read(of(f"{long_line}\n" + SAMPLES["umi"]))
    assert isinstance(bad, BadRecord)
    assert bad.number == 1
    assert len(bad.excerpt) <= 80
    assert isinstance(good, Turn)


def test_turns_name_the_file_as_their_source_or_the_one_given(tmp_path: Path):
    path = tmp_path / "soup.md"
    path.write_text(SAMPLES["markdown"])
    own, given = list(read(path)), list(read(path, source="kitchen"))
    assert [item.source for item in (*own, *given) if isinstance(item, Turn)] == ["soup.md", "kitchen"]


def test_the_source_tells_how_far_the_reading_is():
    source = of("a paragraph\n\n" * 200_000)
    items = read(source, format="text")
    next(items)
    assert source.bytes_total is not None
    assert 0 < source.bytes_read < source.bytes_total
    list(items)
    assert source.bytes_read == source.bytes_total


def test_a_pipe_that_gives_a_few_bytes_at_a_time_is_read_whole():
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 3))

    source = Source(Trickle(SAMPLES["chatgpt"].encode()), name="pipe")
    assert detect(source) == "chatgpt"
    assert list(read(source)) == []


def test_a_file_that_was_given_open_stays_open():
    file = io.BytesIO(b"hello")
    list(read(Source(file)))
    assert not file.closed


@pytest.mark.parametrize("form", FORMATS)
def test_a_second_reading_gives_the_same_keys(form: str):
    assert [turn.key for turn in turns(SAMPLES[form], form)] == [turn.key for turn in turns(SAMPLES[form], form)]


def test_the_same_words_in_two_files_are_two_turns():
    one, two = (next(iter(read(of("hello there\n", name=name)))) for name in ("a.txt", "b.txt"))
    assert isinstance(one, Turn)
    assert isinstance(two, Turn)
    assert one.key != two.key
