"""A string is a string: no quote, wildcard or operator means anything, wherever a caller may put one."""

# ruff: noqa: RUF001 - letters that look alike are the point

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from umi.domain.change import Act, Ask, Batch, Finish, Outcome
from umi.domain.entity import Mention, MentionKind
from umi.domain.erasure import Erase
from umi.domain.fact import Fact
from umi.domain.query import EVERYTHING, Filter
from umi.domain.relation import RelationKind
from umi.domain.source_ref import SourceRef
from umi.testing.store.making import (
    NOON,
    SOLE,
    add,
    alike,
    apply,
    broken,
    by_words,
    everywhere,
    forget,
    listed,
    restore,
    vector,
)
from umi.testing.store.undoing import relate
from umi.testing.store.versions import DAY, alter, then

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umi.domain.change import Add
    from umi.ports.store import Store

WORD = "common"
HOSTILE = (
    "plain", "Plain", "it's", "''", "'; DROP TABLE entity; --", '"', '"quoted"', '""', "`tick`", "a' OR 'a'='a",
    "%", "%%", "100%", "a_b", "a%b", "axb", "*", "a*", "?", "[a]", "[a-z]", "{a}", "{}", "(a)", "^a", "$1", "$$",
    ":a", "@a", "%s", "%(a)s", "#", "--", "/*", "*/", ";", "\\", "\\'", "a\\b", "\\n", "a\nb", "a\r\nb", "a\tb",
    " a", "a ", "a,b", "a|b", "a:b", "a=b", "a/b", "a.b", "$.a", "a[0]", "~", "NULL", "null", "None", "true",
    "0", "1", "-1", "1.0", "1e5", "NaN", "AND", "OR NOT",
    "NEAR(a b)", "\x01", "\x1f", "\x7f", "\u2028", "\u200b", "\ufeff",
    "\u202ea", "\u00e9", "e\u0301", "İ", "i", "ｉ", "ß", "ss", "日本語", "עברית", "🌊", "👨‍👩‍👧", "\U0010ffff",
)  # fmt: skip
SHARPEST = HOSTILE[:24]  # where every string costs several transactions


def _each(made: Callable[[str], Mapping[str, Any]]) -> dict[str, Add]:
    """An entity for every string, that differs from the others in nothing but what is made of the string."""
    return {text: add(f"{WORD} {number}", id=f"e{number}", **made(text)) for number, text in enumerate(HOSTILE)}


async def _finds_its_own(store: Store, changes: Mapping[str, Add], asking: Callable[[str], Filter]) -> None:
    """By every way of looking, asking for a string finds what has it and nothing else."""
    await apply(store, *changes.values())
    for text, change in changes.items():
        found = await everywhere(store, WORD, vector(WORD), SOLE, asking(text))
        assert found == alike([change.entity.id]), text


class Strings:
    """What quotes, wildcards and operators mean: themselves."""

    async def test_a_text_comes_back_as_it_was_written(self, store: Store):
        await apply(store, *(add(f"{WORD} {text}", id=f"e{number}") for number, text in enumerate(HOSTILE)))
        found = await store.get(SOLE, [f"e{number}" for number in range(len(HOSTILE))])
        assert [one and one.content for one in found] == [f"{WORD} {text}" for text in HOSTILE]
        assert len(await by_words(store, WORD)) == len(HOSTILE)
        assert await broken(store) == []

    async def test_an_id_stands_for_itself_alone(self, store: Store):
        await apply(store, *(add(f"{WORD} {number}", id=id) for number, id in enumerate(HOSTILE)))
        assert await listed(store) == list(HOSTILE)
        for id in SHARPEST:
            [gone] = await apply(store, forget(id))
            assert (gone.outcome, gone.id) == (Outcome.APPLIED, id)
            assert await store.count(SOLE, EVERYTHING) == len(HOSTILE) - 1
            await apply(store, restore(id))
            assert [event.act for event in await store.history(SOLE, id)] == [Act.ADD, Act.FORGET, Act.RESTORE], id
        assert set(await store.vectors(SOLE, HOSTILE)) == set(HOSTILE)

    async def test_ids_that_are_related_or_erased_take_no_other_along(self, store: Store):
        await apply(store, *(add(f"{WORD} {number}", id=id) for number, id in enumerate((*HOSTILE, "end"))))
        await apply(store, *(relate(id, "end", RelationKind.MENTIONS) for id in HOSTILE))
        for id in HOSTILE:
            assert [(edge.source, edge.target) for edge in await store.relations(SOLE, id)] == [(id, "end")]
        left = list(HOSTILE)
        for id in SHARPEST[:12]:
            erasure = await store.erase(Erase(scope=SOLE, ids=(id,), actor="tests"))
            left.remove(id)
            assert erasure.ids == (id,)
        assert await listed(store) == [*left, "end"]

    async def test_a_key_is_known_by_itself_alone(self, store: Store):
        changes = [add(f"{WORD} {number}", id=f"e{number}", key=key) for number, key in enumerate(HOSTILE)]
        assert {answer.outcome for answer in await apply(store, *changes)} == {Outcome.APPLIED}
        again = [add("another text", id=f"again {number}", key=key) for number, key in enumerate(HOSTILE)]
        answers = await apply(store, *again)
        assert [(answer.outcome, answer.id) for answer in answers] == [
            (Outcome.KNOWN, change.entity.id) for change in changes
        ]

    async def test_a_topic_is_only_itself(self, store: Store):
        await _finds_its_own(
            store, _each(lambda text: {"topics": (text, "shared")}), lambda text: Filter(topics=(text,))
        )

    async def test_a_speaker_is_only_itself(self, store: Store):
        await _finds_its_own(store, _each(lambda text: {"speaker": text}), lambda text: Filter(speakers=(text,)))

    async def test_a_metadata_value_is_only_itself(self, store: Store):
        changes = _each(lambda text: {"metadata": {"key": text}})
        await _finds_its_own(store, changes, lambda text: Filter(metadata=(("key", text),)))

    async def test_a_metadata_key_is_only_itself(self, store: Store):
        changes = _each(lambda text: {"metadata": {text: "here"}})
        await _finds_its_own(store, changes, lambda text: Filter(metadata=((text, "here"),)))

    async def test_filters_of_a_moment_mean_the_same_strings(self, store: Store):
        changes = _each(lambda text: {"topics": (text,)})
        await apply(store, *changes.values())
        at = NOON + 300 * DAY
        await apply(store, *(alter(change.entity.id, topics=("other",)) for change in changes.values()))
        assert await listed(store, filter=Filter(topics=("other",))) == [one.entity.id for one in changes.values()]
        for text, change in changes.items():
            [event, *_] = await store.history(SOLE, change.entity.id)
            asked = replace(then(event.recorded_at, at), topics=(text,))
            assert await listed(store, filter=asked) == [change.entity.id], text

    async def test_a_word_that_is_asked_for_is_no_operator(self, store: Store):
        await apply(store, add("heron pond", id="it"), add("willow bank", id="other"))
        for text in HOSTILE:
            assert dict(await store.match(SOLE, EVERYTHING, (text,), limit=10)) == {}, text
            found = await store.match(SOLE, EVERYTHING, (text, "heron"), limit=10)
            assert [one.id for one in (await store.load(SOLE, list(found))).values()] == ["it"], text

    async def test_a_subject_and_a_slot_are_only_themselves(self, store: Store):
        for name, fact in {
            "about": [Fact(subject="x", about=text, slot="is", value="v") for text in HOSTILE],
            "slot": [Fact(subject="x", about="x", slot=text, value="v") for text in HOSTILE],
        }.items():
            changes = [add(f"{name} {number}", id=f"{name} {number}", facts=(one,)) for number, one in enumerate(fact)]
            await apply(store, *changes)
        for number, text in enumerate(HOSTILE):
            by_subject = await store.facts(SOLE, [text])
            by_slot = await store.facts(SOLE, ["x"], [text])
            assert [one.id for one in by_subject.entities.values()] == [f"about {number}"], text
            assert [one.id for one in by_slot.entities.values()] == [f"slot {number}"], text
        assert dict(await store.subjects(SOLE, limit=1_000)) == {"x": len(HOSTILE), **dict.fromkeys(HOSTILE, 1)}

    async def test_what_is_only_kept_comes_back_as_it_was(self, store: Store):
        changes = [
            add(
                f"{WORD} {number}",
                id=f"e{number}",
                source=text,
                source_ref=SourceRef(f"note:{text}", checksum=f"sum {text}"),
                marks=(text,),
                mentions=(Mention(text=text, kind=MentionKind.OTHER, start=0, end=1, confidence=0.5),),
                metadata={text: [text, {text: text}]},
            )
            for number, text in enumerate(HOSTILE)
        ]
        await apply(store, *changes)
        for change in changes:
            [kept] = await store.get(SOLE, [change.entity.id])
            assert kept is not None
            given = change.entity
            assert (kept.source, kept.source_ref, kept.marks) == (given.source, given.source_ref, given.marks)
            assert (kept.mentions, dict(kept.metadata)) == (given.mentions, dict(given.metadata))

    async def test_the_log_keeps_who_and_why_as_they_were_said(self, store: Store):
        for number, text in enumerate(SHARPEST):
            await apply(store, add(f"{WORD} {number}", id=f"e{number}"), actor=text)
            await apply(store, replace(forget(f"e{number}"), reason=text), actor=text)
            added, forgotten = await store.history(SOLE, f"e{number}")
            assert (added.actor, forgotten.actor, forgotten.reason) == (text, text, text)
        assert (await store.verify([])).ok

    async def test_kinds_and_owners_of_tasks_are_only_themselves(self, store: Store):
        await apply(store, add(WORD, id="e"))
        asks = [Ask(kind=text, scope=SOLE, id="e") for text in SHARPEST]
        await store.apply(Batch(groups=[], actor="tests", asks=asks))
        for text in SHARPEST:
            [task] = await store.lease(text, owner=text, limit=10, until=NOON + 400 * DAY)
            assert (task.kind, task.id) == (text, "e")
            await store.postpone(task.number, f"{text}x", due_at=None, error="another's")
            await store.postpone(task.number, text, due_at=NOON, error=text)
            assert [one.error for one in await store.tasks(SOLE, limit=1_000) if one.kind == text] == [text]
            [again] = await store.lease(text, owner=text, limit=10, until=NOON + 400 * DAY)
            assert again.tries == 2
            await store.apply(Batch(groups=[], actor="tests", finishes=[Finish(task=again.number, owner=text)]))
        assert await store.tasks(SOLE, limit=1_000) == []
