"""The routes of long-term memory."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query

from umi.server.callers import Reader, Writer
from umi.server.doors.agent_memory import forgetting, long_term, searching
from umi.server.doors.agent_memory.errors import bad_request, not_found, unkept
from umi.server.doors.agent_memory.places import LONG_TERM, located
from umi.server.doors.agent_memory.routes.paths import both
from umi.server.doors.agent_memory.translate import shown
from umi.server.doors.agent_memory.wire.forms import Ack
from umi.server.doors.agent_memory.wire.records import (
    RECORDS_COUNT_MAX,
    CreateAsked,
    PatchAsked,
    RecordsFound,
    RecordShown,
)
from umi.server.doors.agent_memory.wire.search import ForgetAsked, Forgotten, SearchAsked

router: Final = APIRouter()
Part = Annotated[str | None, Query()]


@both(router, "POST", "/long-term-memory/search")
async def search(asked: SearchAsked, caller: Reader, optimize_query: bool = False) -> RecordsFound:
    """Search by a text, by filters, or by both."""
    found = await searching.search(caller, asked, optimize=optimize_query)
    caller.services.metrics.recalled(len(found.memories))
    return found


@both(router, "POST", "/long-term-memory/forget")
async def forget(
    asked: ForgetAsked,
    caller: Writer,
    namespace: Part = None,
    user_id: Part = None,
    session_id: Part = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
    dry_run: bool = True,
) -> Forgotten:
    """Forget what a policy says. A dry run, which is the default, only tells what it would be."""
    memory = caller.memory(user=user_id, namespace=namespace, session=session_id)
    return await forgetting.forget(memory, asked, limit=limit, dry_run=dry_run)


@both(router, "POST", "/long-term-memory/compact")
async def compact(caller: Writer, namespace: Part = None, user_id: Part = None) -> Ack:
    """Merge what says the same. Each merge is recorded, and can be undone."""
    memory = caller.memory(user=user_id, namespace=namespace)
    await memory.duplicates(dry_run=False, **LONG_TERM)
    return Ack(status=f"ok, {await memory.count(**LONG_TERM)} memories remaining after compaction")


@both(router, "POST", "/long-term-memory")
async def create(asked: CreateAsked, caller: Writer) -> Ack:
    """Keep memories. When this answers they are on disk, and found.

    Where some cannot be kept, the others are, and the answer says which and why.
    """
    kept = await long_term.keep(caller, asked.memories, deduplicate=asked.deduplicate)
    caller.services.metrics.remembered(sum(one.created for one in kept))
    if any(one.error is not None for one in kept):
        raise unkept([(index, one.error) for index, one in enumerate(kept) if one.error is not None])
    return Ack(status="ok")


@both(router, "DELETE", "/long-term-memory")
async def delete(
    caller: Writer,
    memory_ids: Annotated[list[str], Query(max_length=RECORDS_COUNT_MAX)] = [],  # noqa: B006
) -> Ack:
    """Take memories out by their ids."""
    return Ack(status=f"ok, deleted {await long_term.delete(caller, memory_ids)} memories")


@both(router, "GET", "/long-term-memory/{memory_id:path}")
async def get(memory_id: str, caller: Reader) -> RecordShown:
    """Look at one memory."""
    place = await located(caller, memory_id)
    if place is None:
        raise not_found(f"Memory with ID {memory_id} not found")
    memory, entity = place
    return shown(entity, (await memory.uses([entity.id])).get(entity.id))


@both(router, "PATCH", "/long-term-memory/{memory_id:path}")
async def patch(memory_id: str, asked: PatchAsked, caller: Writer) -> RecordShown:
    """Change fields of one memory. A field that is there with a null is cleared."""
    if not asked.model_fields_set:
        raise bad_request("No fields provided for update")
    entity = await long_term.patch(caller, memory_id, asked)
    memory = caller.memory(user=entity.scope.user, namespace=entity.scope.namespace)
    return shown(entity, (await memory.uses([entity.id])).get(entity.id))
