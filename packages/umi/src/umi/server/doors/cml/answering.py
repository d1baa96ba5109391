"""What was found and done, as answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from umi.server.doors.cml.counting import BYTES_OF_MEGABYTE
from umi.server.doors.cml.kinds import State
from umi.server.doors.cml.showing import item
from umi.server.doors.cml.wire.memory import ReadAnswer, Retrieval, StatsAnswer, Sufficiency, WriteAnswer

if TYPE_CHECKING:
    from umi.domain.judgement import Judgement
    from umi.server.doors.cml.counting import Counts
    from umi.server.doors.cml.packets import Sorted
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.reading import Found, Scored
    from umi.server.doors.cml.wire.memory import Item
    from umi.server.doors.cml.writing import Written


def written(one: Written, judged: Judgement | None = None) -> WriteAnswer:
    """Return what became of a text; where it was judged for an evaluation, with the outcome and its reasons."""
    outcome: Mapping[str, Any] = {}
    if judged is not None:
        reason = "; ".join((one.message, *judged.reasons)) if one.created else one.message
        outcome = {"eval_outcome": "stored" if one.created else "skipped", "eval_reason": reason}
    return WriteAnswer(
        success=one.error is None,
        memory_id=one.id,
        chunks_created=int(one.created),
        message=one.message,
        **outcome,
    )


async def items(reach: Reach, found: Sequence[Scored]) -> list[Item]:
    """Return what was found, in its order."""
    ids = await reach.ids.of_all(one.entity for one in found)
    return [item(one.entity, ids[one.entity.id], relevance=one.score, why=one.why) for one in found]


def retrieval(found: Found) -> Retrieval:
    failed = list(found.failed)
    attempted = [*(step for step in found.path if not step.endswith("failed")), *failed]
    return Retrieval(
        sources_attempted=attempted,
        sources_completed=[step for step in attempted if step not in failed],
        sources_timed_out=[],
        sources_failed=failed,
        total_elapsed_ms=found.elapsed_ms,
        as_of=found.as_of,
    )


async def read(reach: Reach, packet: Sorted, *, with_text: bool) -> ReadAnswer:
    """Return what was found."""
    found = packet.found
    return ReadAnswer(
        query=found.query,
        memories=await items(reach, found.hits),
        llm_context=packet.text if with_text else None,
        retrieval_meta=retrieval(found),
        sufficiency=Sufficiency(
            evidence_strength=found.strength,
            supporting_memories=found.supporting,
            retrieved=len(found.hits),
            sufficient=found.is_sufficient,
        ),
        open_questions=list(packet.questions),
        warnings=[*packet.warnings, *(f"Not everything could be searched: {name} failed." for name in found.failed)],
        total_count=len(found.hits),
        elapsed_ms=found.elapsed_ms,
        **{name: await items(reach, part) for name, part in packet.buckets.items()},
    )


def stats(counts: Counts) -> StatsAnswer:
    return StatsAnswer(
        total_memories=counts.total,
        active_memories=counts.states[State.ACTIVE],
        silent_memories=counts.states[State.SILENT],
        archived_memories=counts.states[State.ARCHIVED],
        by_type={kind.value: number for kind, number in counts.kinds.items()},
        avg_confidence=counts.confidence,
        avg_importance=counts.importance,
        oldest_memory=counts.oldest,
        newest_memory=counts.newest,
        estimated_size_mb=counts.bytes / BYTES_OF_MEGABYTE,
    )
