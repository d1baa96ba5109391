"""Sleep through the Memory: themes, what was taken back, what was used; previews, undoing, and doing it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.moving import MovedClock, opened, world_of

from umi import Memory, Status
from umi.domain.change import Act
from umi.domain.consolidation import THEME_KEY, ConsolidationPolicy
from umi.domain.relation import RelationKind
from umi.engine import episodes as looking
from umi.errors import Invalid, NotFound
from umi.limits import GIST_BYTES_MAX
from umi.ports.store import Severity
from umi.providers.llm.callable import CallableProvider

ROSES = [
    "We planted twelve roses in the old garden.",
    "The roses in the old garden came from Lisbon.",
    "The frost killed three roses in the old garden.",
    "New roses for the old garden arrive in May.",
]
POLICY = ConsolidationPolicy(closeness_min=0.25)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: MovedClock) -> Iterator[Memory]:
    made = opened(tmp_path / "memory.db", clock)
    yield made
    made.close_sync()


def told(memory: Memory, texts: Sequence[str] = tuple(ROSES), **more: Any) -> list[str]:
    return [
        memory.remember_sync(text, role="user", event_time=f"2026-04-{day:02d}", **more).id
        for day, text in enumerate(texts, 1)
    ]


def state(memory: Memory) -> list[tuple[str, Status, float]]:
    every = memory.list_sync(statuses=[*Status]).items
    return sorted((one.id, one.status, one.importance) for one in every)


class TestThemes:
    """What belongs together has a theme that cites it."""

    def test_a_theme_is_made_of_its_sources_own_sentences_and_derives_from_each(self, memory: Memory):
        ids = told(memory)
        [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes
        kept = memory.get_sync(theme.id)

        assert set(theme.sources) == set(ids)
        assert kept is not None
        assert kept.content == theme.content
        for line in theme.content.splitlines():
            assert any(sentence in line for sentence in ROSES)
        edges = memory.relations_sync(theme.id)
        assert {(edge.kind, edge.target) for edge in edges} == {(RelationKind.DERIVE, id) for id in ids}

    def test_a_preview_changes_nothing_and_tells_the_same(self, memory: Memory):
        told(memory)
        before = state(memory)
        preview = memory.consolidate_sync(POLICY)
        assert state(memory) == before
        done = memory.consolidate_sync(POLICY, dry_run=False)

        assert (preview.themes, preview.considered, preview.seqs) == (done.themes, done.considered, ())

    def test_a_second_run_does_nothing_new(self, memory: Memory):
        told(memory)
        memory.consolidate_sync(POLICY, dry_run=False)
        before = state(memory)
        again = memory.consolidate_sync(POLICY, dry_run=False)

        assert (again.themes, again.considered, again.seqs) == ((), 0, ())
        assert state(memory) == before

    def test_one_undo_takes_a_stretch_back_and_it_is_not_made_again(self, memory: Memory):
        told(memory)
        before = memory.count_sync()
        done = memory.consolidate_sync(POLICY, dry_run=False)
        memory.undo_sync(done.seqs[0])

        assert memory.count_sync() == before
        assert memory.relations_sync(done.themes[0].id) == []
        assert memory.consolidate_sync(POLICY, dry_run=False).themes == ()

    def test_what_is_said_later_gets_a_theme_of_its_own(self, memory: Memory, clock: MovedClock):
        told(memory)
        memory.consolidate_sync(POLICY, dry_run=False)
        clock.pass_time(days=1)
        later = [memory.remember_sync(f"{text} Again!", role="user").id for text in ROSES]
        done = memory.consolidate_sync(POLICY, dry_run=False)

        assert [set(theme.sources) for theme in done.themes] == [set(later)]

    def test_recall_goes_on_finding_the_sources_rather_than_the_theme(self, memory: Memory):
        ids = told(memory)
        before = [hit.id for hit in memory.recall_sync("roses in the old garden")]
        [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes

        assert [hit.id for hit in memory.recall_sync("roses in the old garden")] == before
        assert set(before) == set(ids)
        asked = memory.recall_sync("roses in the old garden", metadata={THEME_KEY: True})
        assert [hit.id for hit in asked] == [theme.id]

    def test_a_theme_never_mixes_users_namespaces_or_agents(self, memory: Memory):
        for part in ("user", "namespace", "agent"):
            for name in ("one", "other"):
                where: dict[str, Any] = {part: name}
                told(memory, **where)
        done = memory.consolidate_sync(POLICY, dry_run=False)

        assert len(done.themes) == 6
        for theme in done.themes:
            kept = memory.get_many_sync([theme.id, *theme.sources])
            assert len({replace(one.scope, session=None) for one in kept if one is not None}) == 1

    def test_a_theme_joins_sessions(self, memory: Memory):
        for place, text in enumerate(ROSES):
            memory.remember_sync(text, role="user", session=f"s{place % 2}")
        [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes
        kept = memory.get_sync(theme.id)

        assert kept is not None
        assert kept.session is None
        assert len(theme.sources) == len(ROSES)

    def test_whoever_is_bound_to_a_session_sleeps_in_it_alone(self, memory: Memory):
        inside = told(memory, session="one")
        told(memory, [f"{text} Elsewhere." for text in ROSES], session="two")
        bound = memory.scoped(session="one")
        [theme] = bound.consolidate_sync(POLICY, dry_run=False).themes
        kept = memory.get_sync(theme.id)

        assert set(theme.sources) == set(inside)
        assert kept is not None
        assert kept.session == "one"
        assert bound.consolidate_sync(POLICY, dry_run=False).themes == ()
        assert memory.consolidate_sync(POLICY, dry_run=False).considered == 2 * len(ROSES)

    def test_what_nobody_trusts_what_is_pinned_to_types_and_small_talk_are_left_out(self, memory: Memory):
        told(memory)
        memory.remember_sync(ROSES[0] + " says the web", role="tool")
        memory.remember_sync(ROSES[1] + " Always.", memory_type="preference")
        memory.remember_sync("ok thanks")

        assert memory.consolidate_sync(POLICY).considered == len(ROSES)

    def test_erasing_a_source_takes_the_theme_along(self, memory: Memory):
        ids = told(memory)
        [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes
        memory.erase_sync(ids=[ids[0]])

        assert memory.get_sync(theme.id) is None
        assert memory.verify_sync().findings == ()

    def test_a_theme_fits_its_limit_however_long_its_sources(self, memory: Memory):
        told(memory, [f"{text} {'The garden is old and wide. ' * 80}" for text in ROSES])
        done = memory.consolidate_sync(POLICY)

        assert done.themes
        assert all(len(theme.content.encode()) <= GIST_BYTES_MAX + 200 for theme in done.themes)

    def test_what_rests_is_left_for_another_time(self, memory: Memory, clock: MovedClock):
        told(memory)
        policy = replace(POLICY, rest=timedelta(days=2))
        assert memory.consolidate_sync(policy).considered == 0
        clock.pass_time(days=3)
        assert memory.consolidate_sync(policy).considered == len(ROSES)

    def test_a_run_that_ends_between_stretches_goes_on_behind_them(
        self, memory: Memory, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(looking, "STRETCH_EPISODES_MAX", len(ROSES))
        for round_ in range(3):
            clock.pass_time(days=1)
            for text in ROSES:
                memory.remember_sync(f"{text} Round {round_}.", role="user")
        stops = iter([None])
        store = world_of(memory).store
        apply = store.apply

        async def once(batch: Any) -> Any:
            next(stops)  # the process ends at the second commit
            return await apply(batch)

        with monkeypatch.context() as patch:
            patch.setattr(store, "apply", once)
            with pytest.raises(Exception, match="StopIteration"):
                memory.consolidate_sync(POLICY, dry_run=False)
        rest = memory.consolidate_sync(POLICY, dry_run=False)

        assert len(memory.list_sync(metadata={THEME_KEY: True}).items) == 3
        assert len(rest.themes) == 2


class TestTakingBack:
    """What somebody takes back supersedes it."""

    def test_what_was_taken_back_is_superseded_with_a_reason_and_leaves_the_packet(self, memory: Memory):
        first, second = told(memory, ["I avoid gluten.", "I no longer avoid gluten."])
        done = memory.consolidate_sync(dry_run=False)
        known = memory.get_sync(first)

        assert [(one.id, one.by) for one in done.overruled] == [(first, second)]
        assert known is not None
        assert known.status is Status.SUPERSEDED
        event = memory.history_sync(first)[-1]
        assert (event.act, event.by, event.reason) == (Act.SUPERSEDE, second, done.overruled[0].reason)
        given = [item.entity.id for item in memory.packet_sync("bread").constraints]
        assert given == [second]

    def test_an_undone_decision_is_not_made_again(self, memory: Memory):
        first, _ = told(memory, ["I avoid gluten.", "I no longer avoid gluten."])
        done = memory.consolidate_sync(dry_run=False)
        memory.undo_sync(done.seqs[0])
        again = memory.consolidate_sync(dry_run=False)
        known = memory.get_sync(first)

        assert again.overruled == ()
        assert known is not None
        assert known.status is Status.ACTIVE

    def test_nobody_takes_back_what_another_said_and_nothing_before_it_was_said(self, memory: Memory):
        told(memory, ["I avoid gluten."], user="ada")
        told(memory, ["I no longer avoid gluten."], user="bob")
        told(memory, ["I no longer avoid lactose.", "I avoid lactose."], user="cy")

        assert memory.consolidate_sync().overruled == ()

    def test_a_model_takes_nothing_back(self, memory: Memory):
        told(memory, ["I avoid gluten."])
        memory.remember_sync("I no longer avoid gluten.", role="assistant")

        assert memory.consolidate_sync().overruled == ()


class TestStrengthening:
    """What is used counts for more."""

    def test_what_recall_returned_often_gets_more_important_once(self, memory: Memory):
        [id] = told(memory, ["The heron stood in the reeds."])
        for _ in range(7):
            memory.recall_sync("heron")
        memory.remember_sync("Counts are written with the next change.")
        [one] = memory.consolidate_sync(dry_run=False).strengthened

        assert (one.id, one.before, one.after) == (id, 0.5, 0.74)
        assert memory.consolidate_sync(dry_run=False).strengthened == ()


class TestWithAModel:
    """A model words a theme, and is believed as far as its sources go."""

    @pytest.mark.parametrize(
        ("answered", "path"),
        [
            ("Roses were planted in the old garden; the frost killed three.", "llm"),
            ("Roses bloom in the gardens of Versailles since 1682.", "llm refused"),
        ],
    )
    def test_its_words_are_taken_where_the_sources_hold_them(
        self, tmp_path: Path, clock: MovedClock, answered: str, path: str
    ):
        with opened(tmp_path / "memory.db", clock) as plain:
            told(plain)
            world = replace(world_of(plain), llm=CallableProvider(lambda _: {"summary": answered}))
            memory = Memory.over(world, plain.scope)
            [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes

            assert theme.path == path
            assert (theme.content == answered) is (path == "llm")

    def test_what_is_erased_while_themes_are_made_is_in_none_of_them(self, tmp_path: Path, clock: MovedClock):
        with opened(tmp_path / "memory.db", clock) as plain:
            ids = told(plain)
            left = [ids[2]]

            def erase(_: Any) -> Any:
                while left:
                    plain.erase_sync(ids=[left.pop()])
                return {"summary": "Roses were planted in the old garden."}

            memory = Memory.over(replace(world_of(plain), llm=CallableProvider(erase)), plain.scope)
            done = memory.consolidate_sync(POLICY, dry_run=False)

            assert [set(theme.sources) for theme in done.themes] == [{*ids} - {ids[2]}]
            [theme] = memory.list_sync(metadata={THEME_KEY: True}).items
            assert theme.id == done.themes[0].id
            assert "frost" not in theme.content
            assert {edge.target for edge in memory.relations_sync(theme.id)} == {*ids} - {ids[2]}
            assert memory.consolidate_sync(POLICY, dry_run=False).considered == 0

    def test_of_too_few_that_are_left_no_theme_is_made(self, tmp_path: Path, clock: MovedClock):
        with opened(tmp_path / "memory.db", clock) as plain:
            left = told(plain)

            def erase(_: Any) -> Any:
                plain.erase_sync(ids=left)
                return {"summary": "Roses were planted in the old garden."}

            memory = Memory.over(replace(world_of(plain), llm=CallableProvider(erase)), plain.scope)
            done = memory.consolidate_sync(POLICY, dry_run=False)

            assert (done.themes, done.seqs, memory.count_sync()) == ((), (), 0)

    def test_a_model_that_fails_leaves_the_sources_own_sentences(self, tmp_path: Path, clock: MovedClock):
        def fail(_: Any) -> Any:
            raise OSError("no model today")

        with opened(tmp_path / "memory.db", clock) as plain:
            told(plain)
            memory = Memory.over(replace(world_of(plain), llm=CallableProvider(fail)), plain.scope)
            [theme] = memory.consolidate_sync(POLICY, dry_run=False).themes

            assert theme.path == "llm failed"
            assert "roses" in theme.content


class TestReconsolidating:
    """What an exchange does to what was retrieved for it."""

    def test_a_fact_that_supersedes_and_a_statement_taken_back_are_told(self, memory: Memory):
        old = told(memory, ["I live in Lisbon.", "I avoid gluten."])
        new = [
            memory.remember_sync(text, role="user").id
            for text in ("I moved to Porto last week.", "I no longer avoid gluten.")
        ]
        done = memory.reconsolidate_sync(new, old)

        assert set(done.superseded) == set(old)
        assert done.is_applied
        known = memory.get_sync(old[1])
        assert known is not None
        assert known.status is Status.SUPERSEDED
        memory.undo_sync(done.seq)
        again = memory.get_sync(old[1])
        assert again is not None
        assert again.status is Status.ACTIVE

    def test_what_is_said_again_is_reinforced(self, memory: Memory):
        [old] = told(memory, ["The heron stood in the reeds."], confidence=0.5)
        new = memory.remember_sync("the heron stood in the reeds", role="user", session="later").id
        done = memory.reconsolidate_sync([new], [old])
        known = memory.get_sync(old)

        assert done.reinforced == (old,)
        assert known is not None
        assert (known.confidence, known.importance) == (0.6, 0.54)

    def test_an_exchange_that_says_nothing_of_it_changes_nothing(self, memory: Memory):
        old = told(memory)
        new = memory.remember_sync("What time is it?", role="user").id
        before = state(memory)
        done = memory.reconsolidate_sync([new], old)

        assert (done.is_applied, done.seq) == (False, 0)
        assert state(memory) == before

    def test_reinforcing_never_passes_its_bounds(self, memory: Memory):
        [id] = told(memory, ["The heron stood in the reeds."], importance=0.95)
        for _ in range(5):
            memory.reinforce_sync([id])
        known = memory.get_sync(id)

        assert known is not None
        assert (known.importance, known.confidence) == (0.95, 1.0)

    def test_what_is_not_there_is_not_found(self, memory: Memory):
        with pytest.raises(NotFound):
            memory.reinforce_sync(["none"])
        with pytest.raises(NotFound):
            memory.reconsolidate_sync(["none"])
        assert memory.reinforce_sync([]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"closeness_min": 1.5},
        {"closeness_min": float("nan")},
        {"span": timedelta(0)},
        {"span": 3},
        {"rest": timedelta(days=-1)},
        {"episodes_min": 1},
        {"episodes_max": 2},
        {"episodes_max": True},
        {"strengthen_count": -1},
        {"importance_max": 2},
        {"resolve": "yes"},
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_used_is_refused(memory: Memory, wrong: dict[str, Any]):
    with pytest.raises(Invalid):
        memory.consolidate_sync(ConsolidationPolicy(**wrong))


def test_the_store_is_sound_after_sleep_and_undoing(memory: Memory):
    told(memory, [*ROSES, "I avoid gluten.", "I no longer avoid gluten."])
    done = memory.consolidate_sync(POLICY, dry_run=False)
    for seq in reversed(done.seqs):
        memory.undo_sync(seq)
    wrong = [one for one in memory.check_sync() if one.severity is not Severity.OK and one.part != "disk"]

    assert wrong == []
    assert memory.verify_sync().findings == ()
