"""The routes of operators that do something, and that look at the server."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from umi.server.doors.cml import erasing, jobs, upkeep, watching
from umi.server.doors.cml.errors import bad_request
from umi.server.doors.cml.places import Reach
from umi.server.doors.cml.routes.dashboard import Tenant
from umi.server.doors.cml.routes.reaching import Administering
from umi.server.doors.cml.tenancy import check_tenant
from umi.server.doors.cml.upkeep import Consolidation, Fading
from umi.server.doors.cml.wire.dashboard import Done
from umi.server.doors.cml.wire.forms import Part
from umi.server.doors.cml.wire.operations import (
    AdminConsolidated,
    AdminFaded,
    Components,
    Config,
    ConfigAsked,
    Consolidated,
    Faded,
    ForgettingAsked,
    JobShown,
    JobsShown,
    Labile,
    Limits,
    Preview,
    Previewed,
    Reconsolidated,
    Requests,
    ResetAsked,
    UpkeepAsked,
)

router: Final = APIRouter()


@router.post("/dashboard/consolidate")
async def consolidate(asked: UpkeepAsked, reach: Administering) -> Consolidated:
    """Consolidate what the caller, or one user of it, has."""
    narrowed = _of(reach, asked)
    done = await upkeep.consolidate(narrowed)
    return _consolidated(narrowed, done)


@router.post("/dashboard/forget")
async def forget(asked: ForgettingAsked, reach: Administering) -> Faded:
    """Let fade what is worth little. A dry run, which is the default, only tells what would."""
    narrowed = _of(reach, asked)
    return _faded(narrowed, await upkeep.fade(narrowed, dry_run=asked.dry_run), dry_run=asked.dry_run)


@router.post("/dashboard/forgetting/preview")
async def preview(asked: ForgettingAsked, reach: Administering) -> Preview:
    """Tell of each memory that would fade what would become of it, and why."""
    narrowed = _of(reach, asked)
    told = await upkeep.preview(narrowed)
    decisions = told.decisions[: asked.max_memories]
    names = [decision.id for decision in decisions]
    entities = [one for memory in narrowed.memories() for one in await memory.get_many(names) if one is not None]
    ids = await reach.ids.of_all(entities)
    texts = {entity.id: entity.content for entity in entities}
    items = [
        Previewed(
            id=ids[one.id],
            text=texts[one.id],
            action=one.action,
            score=one.score,
            threshold=one.threshold,
            parts=dict(one.parts),
            reason=one.reason,
        )
        for one in decisions
        if one.id in ids
    ]
    actions = [one.action.value for one in told.decisions]
    return Preview(
        items=items,
        summary={action: actions.count(action) for action in sorted(set(actions))},
        scanned=told.scanned,
        protected=told.protected,
        resting=told.resting,
    )


@router.post("/dashboard/reconsolidate")
async def reconsolidate(asked: UpkeepAsked, reach: Administering) -> Reconsolidated:
    """Release what is held open for revision: nothing ever is."""
    narrowed = _of(reach, asked)
    job = await upkeep.reconsolidate(narrowed)
    return Reconsolidated(job_id=UUID(job), tenant_id=reach.tenant, user_id=narrowed.place.user, sessions_released=0)


@router.post("/admin/consolidate/{user_id}")
async def consolidate_user(user_id: Part, reach: Administering) -> AdminConsolidated:
    """Consolidate what one user has."""
    done = await upkeep.consolidate(reach.narrowed(user=user_id))
    return AdminConsolidated(
        user_id=user_id, episodes_sampled=done.episodes, clusters_formed=done.themes, gists_extracted=done.themes
    )


@router.post("/admin/forget/{user_id}")
async def forget_user(user_id: Part, reach: Administering, dry_run: bool = True) -> AdminFaded:
    """Let fade what is worth little of what one user has."""
    done = await upkeep.fade(reach.narrowed(user=user_id), dry_run=dry_run)
    return AdminFaded(user_id=user_id, dry_run=dry_run, memories_scanned=done.scanned, operations_applied=done.applied)


@router.get("/dashboard/jobs")
async def list_jobs(
    reach: Administering,
    tenant_id: Tenant = None,
    job_type: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobsShown:
    """List what operators let the server do, newest first."""
    check_tenant(reach, tenant_id)
    found = await jobs.all_of(reach, job_type)
    return JobsShown(items=[_job(reach, one) for one in found[:limit]], total=len(found))


@router.get("/dashboard/components")
async def components(reach: Administering) -> Components:
    """Look at the parts that the server stands on."""
    return Components(components=list(await watching.components(reach.caller.services)))


@router.get("/dashboard/ratelimits")
async def ratelimits(reach: Administering) -> Limits:
    """Tell how much of its requests a minute the caller has used up."""
    return await watching.limits(reach)


@router.get("/dashboard/request-stats")
async def request_stats(reach: Administering, hours: Annotated[int, Query(ge=1, le=48)] = 24) -> Requests:
    """Tell how many requests this process answered, hour by hour."""
    return watching.requests(reach.caller.services, reach.tenant, hours)


@router.get("/dashboard/config")
async def config(reach: Administering) -> Config:
    """Tell how the server is set."""
    return Config(sections=[watching.settings(reach.caller.services.settings)])


@router.put("/dashboard/config")
async def configure(asked: ConfigAsked, reach: Administering) -> Done:
    """Refuse to set anything: settings are given when the server starts."""
    del reach
    if asked.updates:
        raise bad_request("Settings are given when the server starts, and none can be changed while it runs.")
    return Done(success=True, message="Nothing was to be changed.")


@router.get("/dashboard/labile")
async def labile(reach: Administering, tenant_id: Tenant = None) -> Labile:
    """Tell what is held open for revision: nothing ever is."""
    check_tenant(reach, tenant_id)
    return Labile(tenants=[])


@router.post("/dashboard/database/reset")
async def reset(asked: ResetAsked, reach: Administering) -> Done:
    """Erase everything that the caller can reach, for ever. What is another tenant's stays."""
    del asked
    erased = await erasing.erase_all(reach)
    return Done(success=True, message=f"{erased.count} memories were erased for ever.")


def _of(reach: Reach, asked: UpkeepAsked) -> Reach:
    check_tenant(reach, asked.tenant_id)
    return reach.narrowed(user=asked.user_id)


def _consolidated(reach: Reach, done: Consolidation) -> Consolidated:
    return Consolidated(
        job_id=UUID(done.job),
        tenant_id=reach.tenant,
        user_id=reach.place.user,
        episodes_sampled=done.episodes,
        clusters_formed=done.themes,
        gists_extracted=done.themes,
        gists_processed=done.themes,
        facts_created=done.themes,
        facts_updated=done.resolved,
        facts_extracted=done.themes,
        episodes_marked=done.clustered,
        migrations_completed=done.themes,
        conflicts_resolved=done.resolved,
        strengthened=done.strengthened,
        errors=[],
        elapsed_seconds=done.seconds,
    )


def _faded(reach: Reach, done: Fading, *, dry_run: bool) -> Faded:
    return Faded(
        job_id=UUID(done.job),
        tenant_id=reach.tenant,
        user_id=reach.place.user,
        dry_run=dry_run,
        memories_scanned=done.scanned,
        memories_scored=done.scored,
        total_scored=done.scored,
        operations_planned=done.planned,
        operations_applied=done.applied,
        actions=dict(done.actions),
        deleted=done.actions["delete"],
        decayed=done.actions["decay"],
        silenced=done.actions["silence"],
        compressed=done.actions["compress"],
        duplicates_found=done.duplicates,
        duplicates_resolved=done.resolved,
        elapsed_seconds=done.seconds,
        errors=[],
    )


def _job(reach: Reach, one: jobs.Job) -> JobShown:
    ended = one.completed_at
    return JobShown(
        id=UUID(one.id),
        job_type=one.kind,
        tenant_id=reach.tenant,
        user_id=one.user,
        dry_run=one.dry_run,
        status=one.status,  # pyright: ignore[reportArgumentType] - it is checked there
        result=None if one.result is None else dict(one.result),
        error=one.error,
        started_at=one.started_at,
        completed_at=ended,
        duration_seconds=None if ended is None else (ended - one.started_at) / timedelta(seconds=1),
    )
