"""The routes of summary views and of the tasks that compute them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Path, Query

from umi.server.callers import Caller, Reader, Writer
from umi.server.doors.agent_memory import background, viewing
from umi.server.doors.agent_memory.routes.paths import both
from umi.server.doors.agent_memory.views import Views
from umi.server.doors.agent_memory.wire.forms import Ack
from umi.server.doors.agent_memory.wire.views import (
    GroupAsked,
    PartitionShown,
    RunAsked,
    TaskShown,
    ViewAsked,
    ViewShown,
)

Id = Annotated[str, Path(min_length=1)]
Text = Annotated[str | None, Query()]

router: Final = APIRouter()


@both(router, "POST", "/summary-views", response_model=ViewShown)
async def create(asked: ViewAsked, caller: Writer) -> ViewShown:
    """Make a summary view. One that is `continuous` is computed anew every hour."""
    views = _views(caller)
    shown = await views.create(asked)
    if shown.continuous:
        job = viewing.job_of(viewing.REFRESH, views, await views.get(shown.id), "")
        await background.worker_of(caller.services).ask(job)
    return shown


@both(router, "GET", "/summary-views", response_model=list[ViewShown])
async def listed(caller: Reader) -> list[ViewShown]:
    """List the summary views that the caller can reach."""
    return list(await _views(caller).all())


@both(router, "POST", "/summary-views/{view_id:path}/partitions/run", response_model=PartitionShown)
async def run_partition(view_id: Id, asked: GroupAsked, caller: Writer) -> PartitionShown:
    """Compute one group of a view, now."""
    views = _views(caller)
    return await viewing.partition(views, await views.get(view_id), asked.group)


@both(router, "GET", "/summary-views/{view_id:path}/partitions", response_model=list[PartitionShown])
async def partitions(
    view_id: Id,
    caller: Reader,
    user_id: Text = None,
    namespace: Text = None,
    session_id: Text = None,
    memory_type: Text = None,
) -> list[PartitionShown]:
    """List what was computed for a view."""
    views = _views(caller)
    view = await views.get(view_id)
    asked = {"user_id": user_id, "namespace": namespace, "session_id": session_id, "memory_type": memory_type}
    wanted = {name: value for name, value in asked.items() if value is not None}
    return list(await views.partitions(view.shown.id, wanted))


@both(router, "POST", "/summary-views/{view_id:path}/run", response_model=TaskShown)
async def run(view_id: Id, caller: Writer, asked: Annotated[RunAsked | None, Body()] = None) -> TaskShown:
    """Compute every group of a view behind the answer. The task tells how far that is."""
    views = _views(caller)
    view = await views.get(view_id)
    task = await views.begin(view, None if asked is None else asked.task_id)
    if task.status == "pending":
        await background.worker_of(caller.services).ask(viewing.job_of(viewing.RUN, views, view, task.id))
    return task


@both(router, "GET", "/summary-views/{view_id:path}", response_model=ViewShown)
async def get(view_id: Id, caller: Reader) -> ViewShown:
    """Return a summary view."""
    return (await _views(caller).get(view_id)).shown


@both(router, "DELETE", "/summary-views/{view_id:path}", response_model=Ack)
async def delete(view_id: Id, caller: Writer) -> Ack:
    """Take a summary view away, if there is one, with all that was computed for it."""
    await _views(caller).delete(view_id)
    return Ack(status="ok")


@both(router, "GET", "/tasks/{task_id:path}", response_model=TaskShown)
async def task(task_id: Id, caller: Reader) -> TaskShown:
    """Return how a task stands. It can be asked about for seven days."""
    return await _views(caller).task(task_id)


def _views(caller: Caller) -> Views:
    return Views(caller.services, caller.principal)
