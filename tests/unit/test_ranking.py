"""What a score is: a share of what could be had, whatever is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from umi.domain.query import Candidate
from umi.pipeline.recall.ask import ask
from umi.pipeline.recall.believe import STALE, Believed
from umi.pipeline.recall.rank import CosineRange, rank
from umi.pipeline.recall.retrieve import Retrieved

ASKED = ask("Where does Ada live?", now=datetime(2026, 11, 21, tzinfo=UTC))
COSINES = CosineRange(0.0, 1.0)


def candidate(number: int, lexical: float, dense: float) -> Candidate:
    return Candidate(
        number=number, lexical=lexical, dense=dense, is_near=True, session=None, position=0, session_turns=1,
        speaker=None, role=None, event_at=0, length=40, is_question=False, importance=0.5,
    )  # fmt: skip


FOUND = Retrieved(candidates=[candidate(1, 4.0, 0.9), candidate(2, 3.0, 0.8), candidate(3, 2.0, 0.7)], ideal=8.0)


def test_a_question_for_a_fact_leaves_the_score_of_what_states_none():
    plain = {row.number: row.score for row in rank(FOUND, ASKED, limit=3, cosines=COSINES)}
    believed = replace(FOUND, believed=Believed(shares={3: 1.0}))
    asked = {row.number: row.score for row in rank(believed, ASKED, limit=3, cosines=COSINES)}

    assert (asked[1], asked[2]) == pytest.approx((plain[1], plain[2]))
    assert plain[3] < asked[3] == 1.0


def test_scores_above_one_are_one_in_the_order_of_their_sums_and_parts_add_up_to_each():
    believed = replace(FOUND, believed=Believed(shares={2: 0.9, 3: 1.0, 1: STALE}))
    ranked = rank(believed, ASKED, limit=3, cosines=COSINES)

    assert [row.number for row in ranked] == [2, 3, 1]
    assert [row.score for row in ranked][:2] == [1.0, 1.0]
    assert ranked[2].score < 0.1
    assert [sum(part for _, part in row.why.parts) for row in ranked] == pytest.approx([row.score for row in ranked])
