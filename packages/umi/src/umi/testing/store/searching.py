"""Searching: what scores mean, what the limits mean, neighbours, and words of every script."""

# ruff: noqa: RUF001 - letters that look alike are the point

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.domain.turn import Role
from umi.pipeline.words import words
from umi.ports.store import Retrieval
from umi.testing.store.making import (
    NOON,
    SOLE,
    add,
    apply,
    by_vector,
    by_words,
    candidates,
    forget,
    ids_of,
    matches,
    near,
    restore,
    vector,
    vector_of,
)

if TYPE_CHECKING:
    from umi.ports.store import Store

# What was written, and a word of it as somebody may ask.
SCRIPTS = {
    "Chinese": ("我上个星期五搬到了里斯本", "里斯本"),
    "one Chinese character": ("我上个星期五搬到了里斯本", "搬"),
    "Japanese": ("先週の金曜日にリスボンへ引っ越しました", "リスボン"),
    "Korean": ("지난주 금요일에 리스본으로 이사했어요", "리스본"),
    "Thai": ("ฉันย้ายไปลิสบอนเมื่อวันศุกร์ที่แล้ว", "ลิสบอน"),
    "Arabic, vocalised or not": ("انتقلتُ إلى لشبونة يوم الجُمعة", "الجمعة"),
    "Hebrew": ("עברתי לליסבון ביום שישי", "שישי"),
    "Devanagari": ("मैं पिछले शुक्रवार को लिस्बन चला गया", "लिस्बन"),
    "Tamil": ("நான் கடந்த வெள்ளிக்கிழமை லிஸ்பனுக்குச் சென்றேன்", "லிஸ்பனுக்குச்"),
    "Cyrillic, another case": ("В пятницу я переехала в ЛИССАБОН", "лиссабон"),
    "Greek, without its accent": ("Μετακόμισα στη Λισαβόνα", "λισαβονα"),
    "an emoji": ("off to the sea 🌊 tomorrow", "🌊"),
    "a joined emoji": ("the family 👨‍👩‍👧 came along", "👨‍👩‍👧"),
    "four-byte Han": ("他姓𠮷田", "𠮷田"),
    "combining accents": ("a cafe\u0301 in Lisbon", "café"),
    "accents left out": ("a café in Lisbon", "cafe"),
    "full width": ("ＬＩＳＢＯＮ", "lisbon"),
    "a ligature": ("the oﬃce", "office"),
    "a sharp s": ("die Straße", "strasse"),
    "Turkish i": ("İstanbul", "istanbul"),
    "mathematical letters": ("𝐿𝑖𝑠𝑏𝑜𝑛", "lisbon"),
    "an apostrophe": ("it is Ada’s house", "Ada's"),
    "digits": ("flight TP1234 at 6", "TP1234"),
    "another form of the word": ("she was running home", "run"),
}
OPERATORS = (
    "AND",
    "OR",
    "NOT",
    "NEAR",
    'a"b',
    "a*",
    "^a",
    "(a",
    "a)",
    "a:b",
    "text",
    "scope",
    "t1",
    "-a",
    "+a",
    "'",
    "\\",
    "{a}",
)


class Searching:
    """What `match`, `retrieve` and `load` promise."""

    async def test_the_lexical_score_is_higher_for_rarer_words_and_shorter_texts(self, store: Store):
        fillers = [add(f"plain filler{number} text about ordinary matters") for number in range(30)]
        long = "one heron seen near the wide river bank by many people who came for ordinary matters"
        await apply(store, *fillers, add("heron"), add(long), add("plain words only"))
        found = await matches(store, "heron plain")
        ids = await ids_of(store, SOLE, list(found))
        scores = dict(zip(ids, found.values(), strict=True))
        assert all(score > 0 for score in scores.values())
        assert ids[:2] == ["heron", long]
        assert scores["heron"] > scores[long] > scores["plain words only"]

    async def test_matches_come_best_first_and_are_cut_to_their_best(self, store: Store):
        await apply(store, *(add(f"{'heron ' * (number + 1)}{'pad ' * 20} {number}") for number in range(40)))
        every = await matches(store, "heron")
        best = list(every.values())
        assert len(best) == 40
        assert best == sorted(best, reverse=True)
        for limit in (1, 7, 39, 40, 41):
            cut = await matches(store, "heron", limit=limit)
            assert list(cut.values()) == best[:limit]
            assert cut.items() <= every.items()

    async def test_matches_of_many_users_are_cut_to_the_best_of_all(self, store: Store):
        for user in range(5):
            scope = Scope(user=f"u{user}", agent="a")
            await apply(store, *(add(f"{'heron ' * (n * 5 + user + 1)}{'pad ' * 30}", scope=scope) for n in range(5)))
        for scope in (Scope(), Scope(agent="a")):
            best = list((await matches(store, "heron", scope)).values())
            assert len(best) == 25
            assert best == sorted(best, reverse=True)
            assert list((await matches(store, "heron", scope, limit=6)).values()) == best[:6]

    async def test_the_dense_score_is_the_exact_cosine(self, store: Store):
        await apply(store, *(add(f"text {number}") for number in range(50)))
        asked = vector("asked")
        found = await candidates(store, asked)
        ids = await ids_of(store, SOLE, [row.number for row in found])
        assert len(set(ids)) == 50
        for id, row in zip(ids, found, strict=True):
            assert row.dense == pytest.approx(float(vector(id) @ asked), abs=2e-3)
            assert row.lexical is None
            assert row.is_near

    async def test_the_nearest_are_listed_up_to_the_limit(self, store: Store):
        await apply(store, *(add(f"text {number}", scope=Scope(user="uv"[number % 2])) for number in range(50)))
        asked = vector("asked")
        cosines = {f"text {number}": float(vector(f"text {number}") @ asked) for number in range(50)}
        nearest = sorted(cosines, key=lambda one: -cosines[one])
        for limit in (1, 5, 49, 50, 51):
            assert await by_vector(store, asked, limit=limit) == nearest[:limit]

    async def test_a_limit_of_nothing_finds_nothing(self, store: Store):
        await apply(store, add("heron"))
        assert list(await candidates(store, vector("heron"), text="heron", limit=0, lexical_limit=0)) == []

    async def test_what_words_find_has_its_cosine_too(self, store: Store):
        await apply(store, add("heron", at=near("fish", "sea")), add("other", at=vector("bird")))
        found = await candidates(store, vector("bird"), text="heron", limit=1)
        rows = dict(zip(await ids_of(store, SOLE, [row.number for row in found]), found, strict=True))
        assert rows["heron"].lexical is not None
        assert not rows["heron"].is_near
        assert rows["heron"].dense == pytest.approx(float(near("fish", "sea") @ vector("bird")), abs=2e-3)
        assert rows["other"].lexical is None
        assert rows["other"].is_near

    async def test_the_same_question_has_the_same_answer(self, store: Store):
        await apply(store, *(add(f"same text {number}", at=vector("same")) for number in range(30)))
        first = [await matches(store, "same", limit=7), await by_vector(store, vector("same"), limit=7)]
        for _ in range(3):
            again = [await matches(store, "same", limit=7), await by_vector(store, vector("same"), limit=7)]
            assert again == first

    async def test_a_candidate_is_listed_once_with_what_ranking_needs(self, store: Store):
        scope = Scope(user="u", session="s")
        await apply(store, add("first turn", scope=scope))
        await apply(
            store,
            add(
                "Where is the heron?", scope=scope, speaker="Ada", role=Role.ASSISTANT, importance=0.9, event_time=NOON
            ),
        )
        found = await candidates(store, vector("heron"), scope, text="heron where")
        [row] = [row for row in found if row.lexical is not None]
        assert len({row.number for row in found}) == len(found) == 2
        assert (row.position, row.session_turns, row.speaker, row.role, row.length) == (1, 2, "Ada", "assistant", 19)
        assert row.is_question
        assert row.event_at == to_microseconds(NOON)
        assert row.importance == pytest.approx(0.9)

    async def test_nothing_asked_finds_nothing(self, store: Store):
        await apply(store, add("heron"))
        assert dict(await store.match(SOLE, EVERYTHING, (), limit=10)) == {}
        assert await by_words(store, "absent") == []

    async def test_an_empty_store_answers(self, store: Store):
        assert dict(await matches(store, "heron")) == {}
        assert list(await candidates(store, vector("heron"), text="heron")) == []

    async def test_matches_that_are_gone_meanwhile_are_left_out(self, store: Store):
        await apply(store, add("heron one"), add("heron two"))
        found = await matches(store, "heron")
        await apply(store, forget("heron one"))
        asked = Retrieval(scope=SOLE, matches=found, vector=vector("x"), limit=10)
        rows = await store.retrieve(asked)
        assert await ids_of(store, SOLE, [row.number for row in rows]) == ["heron two"]

    async def test_a_turn_is_found_by_what_the_two_before_it_lend(self, store: Store):
        ada, bob = Scope(user="ada", session="s"), Scope(user="bob", session="s")
        await apply(store, add("heron first", scope=ada), add("second turn", scope=ada), add("elsewhere", scope=bob))
        await apply(store, add("third turn", scope=ada), add("fourth turn", scope=ada))
        found = await by_words(store, "heron")
        assert found[0] == "heron first"  # words of one's own count more than borrowed ones
        assert sorted(found) == ["heron first", "second turn", "third turn"]
        assert await by_words(store, "elsewhere") == ["elsewhere"]

    async def test_turns_without_a_session_lend_nothing(self, store: Store):
        await apply(store, add("heron first"), add("second"), add("third", scope=Scope(session="s")))
        assert await by_words(store, "heron") == ["heron first"]

    async def test_what_is_restored_has_its_borrowed_words_again(self, store: Store):
        scope = Scope(session="s")
        await apply(store, add("heron first", scope=scope), add("reply", scope=scope))
        await apply(store, forget("reply"))
        assert await by_words(store, "heron") == ["heron first"]
        await apply(store, restore("reply"))
        assert await by_words(store, "heron") == ["heron first", "reply"]

    @pytest.mark.parametrize(("written", "asked"), SCRIPTS.values(), ids=SCRIPTS)
    async def test_words_of_every_script_are_found(self, store: Store, written: str, asked: str):
        await apply(store, add("something else entirely"), add(written, id="it"), add("另外一件完全不同的事"))
        assert (await by_words(store, asked))[:1] == ["it"]

    @pytest.mark.parametrize("word", OPERATORS)
    async def test_a_word_is_a_word_even_if_an_index_has_a_use_for_it(self, store: Store, word: str):
        await apply(store, add("plain words"), add("another one", scope=Scope(tenant="other")))
        found = await by_words(store, "plain")
        assert found == ["plain words"]
        assert dict(await store.match(SOLE, EVERYTHING, (word,), limit=10)) == {}

    async def test_very_many_words_are_a_question_like_any_other(self, store: Store):
        await apply(store, add("needle in it"))
        many = tuple(f"word{number}" for number in range(1_000))
        found = await store.match(SOLE, EVERYTHING, (*many, "needle"), limit=10)
        assert await ids_of(store, SOLE, list(found)) == ["needle in it"]

    async def test_load_answers_for_the_active_alone(self, store: Store):
        await apply(store, add("one thing"), add("two thing"))
        numbers = list(await matches(store, "thing"))
        await apply(store, forget("one thing"))
        assert [one.id for one in (await store.load(SOLE, [*numbers, 987_654_321])).values()] == ["two thing"]
        assert await store.load(SOLE, []) == {}

    async def test_words_and_vectors_are_those_given_not_those_of_the_content(self, store: Store):
        made = add("content", at=vector("elsewhere"))
        await apply(store, made)
        assert float(np.dot(vector("elsewhere"), vector_of(made))) == pytest.approx(1, abs=1e-3)
        assert words("content") == ["content"]
        assert await by_vector(store, vector("elsewhere"), limit=1) == ["content"]
