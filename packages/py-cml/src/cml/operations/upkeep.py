"""What operators let the server do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cml.context import Context
from cml.exceptions import ValidationError
from cml.exchange import ask, named, parameters
from cml.models.awaitable import Outcome
from cml.models.requests import (
    BulkActionRequest,
    ConfigUpdateRequest,
    DashboardConsolidateRequest,
    DashboardForgetRequest,
    DashboardReconsolidateRequest,
    ForgetAction,
)
from cml.operations.checking import checked, identifier
from cml.steps import Steps

_DASHBOARD = "dashboard"


def consolidate(context: Context, *, tenant_id: str | None = None, user_id: str | None = None) -> Steps[Outcome]:
    """Draw together what the memories of a tenant, or of one user of it, say again and again. Sources stay."""
    sent = checked(DashboardConsolidateRequest, tenant_id=tenant_id or context.tenant_id, user_id=user_id)
    return (yield from _done(context, "POST", _DASHBOARD, "consolidate", body=sent.wire()))


def run_forgetting(
    context: Context,
    *,
    tenant_id: str | None = None,
    user_id: str | None = None,
    dry_run: bool = True,
    max_memories: int = 5000,
) -> Steps[Outcome]:
    """Let fade what is worth little. A dry run, which is the default, only tells what would."""
    sent = checked(
        DashboardForgetRequest,
        tenant_id=tenant_id or context.tenant_id,
        user_id=user_id,
        dry_run=dry_run,
        max_memories=max_memories,
    )
    return (yield from _done(context, "POST", _DASHBOARD, "forget", body=sent.wire()))


def reconsolidate(context: Context, *, tenant_id: str | None = None, user_id: str | None = None) -> Steps[Outcome]:
    """Release what the server holds open for revision."""
    sent = checked(DashboardReconsolidateRequest, tenant_id=tenant_id or context.tenant_id, user_id=user_id)
    return (yield from _done(context, "POST", _DASHBOARD, "reconsolidate", body=sent.wire()))


def admin_consolidate(context: Context, user_id: str) -> Steps[Outcome]:
    """Consolidate what one user has."""
    return (yield from _done(context, "POST", "admin", "consolidate", named("user_id", user_id)))


def admin_forget(context: Context, user_id: str, *, dry_run: bool = True) -> Steps[Outcome]:
    """Let fade what is worth little of what one user has."""
    query = parameters(dry_run=dry_run)
    return Outcome(
        (
            yield from ask(
                context,
                "POST",
                "admin",
                "forget",
                named("user_id", user_id),
                query=query,
                writes=True,
                as_admin=True,
            )
        )
    )


def bulk_memory_action(context: Context, memory_ids: Sequence[UUID | str], action: ForgetAction) -> Steps[Outcome]:
    """Archive, silence or delete memories by their ids."""
    sent = checked(BulkActionRequest, memory_ids=[identifier(one) for one in memory_ids], action=action)
    return (yield from _done(context, "POST", _DASHBOARD, "memories", "bulk-action", body=sent.wire()))


def dashboard_invalidate_fact(context: Context, fact_id: str) -> Steps[Outcome]:
    """Say that a fact is over."""
    return (yield from _done(context, "POST", _DASHBOARD, "facts", named("fact_id", fact_id), "invalidate"))


def update_config(context: Context, updates: dict[str, Any]) -> Steps[Outcome]:
    """Set settings of the server anew, where it lets them be."""
    sent = checked(ConfigUpdateRequest, updates=updates)
    return (yield from _done(context, "PUT", _DASHBOARD, "config", body=sent.wire()))


def reset_database(context: Context, confirm: bool = False) -> Steps[Outcome]:
    """Erase everything for ever.

    Raises:
        ValidationError: `confirm` is not True.
    """
    if confirm is not True:
        raise ValidationError("This erases everything for ever: say confirm=True.")
    return (yield from _done(context, "POST", _DASHBOARD, "database", "reset", body={"confirm": True}))


def _done(context: Context, method: str, *path: str, body: dict[str, Any] | None = None) -> Steps[Outcome]:
    return Outcome((yield from ask(context, method, *path, body=body, writes=True, as_admin=True)))
