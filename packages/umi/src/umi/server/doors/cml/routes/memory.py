"""The routes of memories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, assert_never

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, format_sse_event

from umi.server.doors.cml import (
    answering,
    changing,
    counting,
    erasing,
    forgetting,
    gating,
    packets,
    reading,
    turning,
    writing,
)
from umi.server.doors.cml.places import Reach
from umi.server.doors.cml.reading import Asked, Found
from umi.server.doors.cml.routes.reaching import Administering, Reading, Writing
from umi.server.doors.cml.wire.memory import (
    AllGone,
    BatchAnswer,
    BatchAsked,
    ForgetAnswer,
    ForgetAsked,
    ReadAnswer,
    ReadAsked,
    StatsAnswer,
    StreamEnd,
    TurnAnswer,
    TurnAsked,
    UpdateAnswer,
    UpdateAsked,
    WriteAnswer,
    WriteAsked,
)

router: Final = APIRouter(prefix="/memory")
Evaluating = Annotated[
    str | None, Header(alias="X-Eval-Mode", description="`true` to be told why it was stored or not.")
]
_YES: Final = frozenset({"true", "1", "yes"})
_STREAM: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/event-stream": {}}}}


@router.post("/write")
async def write(asked: WriteAsked, reach: Writing, evaluating: Evaluating = None) -> WriteAnswer:
    """Keep a text. When this answers it is on disk, and found."""
    return await kept(reach, asked, evaluating)


async def kept(reach: Reach, asked: WriteAsked, evaluating: str | None) -> WriteAnswer:
    """Keep a text and say what became of it."""
    is_evaluating = (evaluating or "").lower() in _YES
    judged = await gating.judged(reach, asked.content, asked.memory_type) if is_evaluating else None
    written = await writing.write(reach, asked)
    reach.caller.services.metrics.remembered(written.created)
    return answering.written(written, judged)


@router.post("/write_batch")
async def write_batch(asked: BatchAsked, reach: Writing) -> BatchAnswer:
    """Keep texts, in their order. One that cannot be kept loses none of the others, and is told of."""
    written = await writing.write_all(reach, asked.turns)
    created = sum(one.created for one in written)
    reach.caller.services.metrics.remembered(created)
    refused = sum(one.error is not None for one in written)
    return BatchAnswer(
        success=not refused,
        turns_processed=len(written) - refused,
        chunks_created=created,
        message=f"Stored {created} memory chunks" + (f"; {refused} turns were refused" if refused else ""),
        results=[answering.written(one) for one in written],
    )


@router.post("/read")
async def read(asked: ReadAsked, reach: Reading) -> ReadAnswer:
    """Find what answers a question: as a list, sorted into a packet, or with a text for a prompt."""
    return await found_packet(reach, asked)


async def found_packet(reach: Reach, asked: ReadAsked) -> ReadAnswer:
    """Find what answers a question, in the form that it asks for."""
    reach, question = _asked(reach, asked)
    match asked.response_format:
        case "list":
            packet = await packets.unsorted(reach, question)
        case "packet":
            packet = await packets.sort(reach, question)
        case "llm_context":
            packet = await packets.with_context(reach, question)
        case _:
            assert_never(asked.response_format)
    reach.caller.services.metrics.recalled(len(packet.found.hits))
    return await answering.read(reach, packet, with_text=asked.response_format == "llm_context")


@router.post("/read/stream", responses=_STREAM, response_class=StreamingResponse)
async def stream(asked: ReadAsked, reach: Reading) -> EventSourceResponse:
    """Find what answers a question, and send one memory after another as server-sent events, then `done`."""
    reach, question = _asked(reach, asked)
    found = await reading.read(reach, question)
    reach.caller.services.metrics.recalled(len(found.hits))
    return EventSourceResponse(
        _events(await answering.items(reach, found.hits), found), headers={"Cache-Control": "no-store"}
    )


@router.post("/turn")
async def turn(asked: TurnAsked, reach: Writing) -> TurnAnswer:
    """Say what memory knows for an answer, then keep what was said."""
    turned = await turning.turn(reach, asked)
    reach.caller.services.metrics.recalled(turned.retrieved)
    reach.caller.services.metrics.remembered(turned.stored)
    return TurnAnswer(
        memory_context=turned.context,
        memories_retrieved=turned.retrieved,
        memories_stored=turned.stored,
        reconsolidation_applied=turned.revised,
    )


@router.post("/update")
async def update(asked: UpdateAsked, reach: Writing) -> UpdateAnswer:
    """Change a memory, or say whether it is right."""
    entity = await changing.update(reach, asked)
    return UpdateAnswer(success=True, memory_id=asked.memory_id, version=entity.revision, message="Updated")


@router.post("/forget")
async def forget(asked: ForgetAsked, reach: Writing) -> ForgetAnswer:
    """Delete, archive or silence memories. Ids that are unknown are passed over."""
    gone = await forgetting.forget(reach, asked)
    verb = f"would be {forgetting.DONE[asked.action]}" if asked.dry_run else forgetting.DONE[asked.action]
    return ForgetAnswer(
        success=True, affected_count=len(gone), message=f"{len(gone)} memories {verb}", memory_ids=list(gone)
    )


@router.get("/stats")
async def stats(reach: Reading) -> StatsAnswer:
    """Count what the caller can reach."""
    return answering.stats(await counting.count(reach))


@router.delete("/all")
async def delete_all(reach: Administering) -> AllGone:
    """Erase everything that the caller can reach, for ever, with all that was derived from it."""
    erased = await erasing.erase_all(reach)
    return AllGone(affected_count=erased.count, proved=erased.proved)


def _asked(reach: Reach, asked: ReadAsked) -> tuple[Reach, Asked]:
    """Return where to look, and what for."""
    narrow = reach.narrowed(namespace=asked.namespace, agent=asked.agent_id, session=asked.session_id)
    question = Asked(
        query=asked.query,
        limit=asked.max_results,
        kinds=asked.memory_types,
        tags=asked.context_filter,
        since=asked.since,
        until=asked.until,
        timezone=asked.user_timezone,
    )
    return narrow, question


async def _events(shown: Any, found: Found) -> AsyncIterator[bytes]:
    for one in shown:
        yield format_sse_event(data_str=one.model_dump_json())
    end = StreamEnd(total_count=len(found.hits), elapsed_ms=found.elapsed_ms, retrieval_meta=answering.retrieval(found))
    yield format_sse_event(data_str=end.model_dump_json(), event="done")
