from __future__ import annotations

import pytest

from umi.pipeline.remember.extract.extracted import SentenceKind
from umi.pipeline.remember.extract.sentences import split_sentences


def split(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("I went home. Then I slept.", ["I went home.", "Then I slept."]),
        ("i went home. then i slept", ["i went home.", "then i slept"]),
        ("Dr. Smith came. He left.", ["Dr. Smith came.", "He left."]),
        ("It costs 3.50 now. Cheap!", ["It costs 3.50 now.", "Cheap!"]),
        ("See https://a.io/b.html?c=d. It works.", ["See https://a.io/b.html?c=d.", "It works."]),
        ("Mail me at jo.doe@x.org. Thanks!", ["Mail me at jo.doe@x.org.", "Thanks!"]),
        ("well... i guess so", ["well... i guess so"]),
        ("Well... It depends.", ["Well...", "It depends."]),
        ("J. K. Rowling wrote it. I read it.", ["J. K. Rowling wrote it.", "I read it."]),
        ("We met at 3 p.m. on Monday.", ["We met at 3 p.m. on Monday."]),
        ("I live in the U.S. It is big.", ["I live in the U.S.", "It is big."]),
        ("The U.S. Army called.", ["The U.S. Army called."]),
        ("apples, pears etc. are fine", ["apples, pears etc. are fine"]),
        ("No. Never.", ["No.", "Never."]),
        ("It is no. 5 on the list.", ["It is no. 5 on the list."]),
        ("What?! No way!! Really", ["What?!", "No way!!", "Really"]),
        ('"Wow!" she said. He nodded.', ['"Wow!" she said.', "He nodded."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Great! 😀 Next one", ["Great! 😀", "Next one"]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("Buy:\n- milk\n- eggs", ["Buy:", "- milk", "- eggs"]),
        ("1. Get up\n2. Eat", ["1. Get up", "2. Eat"]),
        ("我喜欢茶。你呢？很好！", ["我喜欢茶。", "你呢？", "很好！"]),  # noqa: RUF001
        ("أين أنت؟ أنا هنا.", ["أين أنت؟", "أنا هنا."]),
        ("मैं घर गया। फिर सोया।", ["मैं घर गया।", "फिर सोया।"]),
        ("e.g. this one. ok", ["e.g. this one.", "ok"]),
    ],
)
def test_a_text_is_split_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@pytest.mark.parametrize("text", ["", "   \n\t ", "---", "\n\n\n"])
def test_a_text_that_says_nothing_has_no_sentences(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Where do you live?", SentenceKind.QUESTION),
        ("what did she do in may", SentenceKind.QUESTION),
        ("did you call him", SentenceKind.QUESTION),
        ("What a day!", SentenceKind.STATEMENT),
        ("When I was a kid I played the violin.", SentenceKind.STATEMENT),
        ("你喜欢茶吗？", SentenceKind.QUESTION),  # noqa: RUF001
        ("Hey Caroline!", SentenceKind.GREETING),
        ("Good morning", SentenceKind.GREETING),
        ("How are you?", SentenceKind.GREETING),
        ("Hi, I moved to Rome and started a new job last week.", SentenceKind.STATEMENT),
        ("ok thanks", SentenceKind.ACKNOWLEDGEMENT),
        ("I live in Rome.", SentenceKind.STATEMENT),
    ],
)
def test_a_sentence_is_told_by_its_form(text: str, kind: SentenceKind) -> None:
    (sentence,) = split_sentences(text)
    assert sentence.kind is kind


def test_spans_point_into_the_original_text() -> None:
    text = "  One.  Two!\n\n  Three  "
    assert [text[one.start : one.end] for one in split_sentences(text)] == ["One.", "Two!", "Three"]
