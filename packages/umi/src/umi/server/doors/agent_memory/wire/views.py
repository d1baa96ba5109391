"""What travels about summary views and the tasks that compute them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from umi.server.doors.agent_memory.wire.forms import Answer, Form


class ViewAsked(Form):
    """A view to make."""

    name: str | None = None
    source: Literal["long_term", "working_memory"]
    group_by: list[str] = Field(default_factory=list[str])
    filters: dict[str, Any] | None = None
    time_window_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    continuous: bool | None = None
    prompt: Annotated[str, Field(max_length=10_000)] | None = None
    model_name: str | None = None


class ViewShown(Answer):
    """A view."""

    id: str
    name: str | None
    source: str
    group_by: list[str]
    filters: Mapping[str, str | list[str]]
    time_window_days: int | None
    continuous: bool
    prompt: str | None
    model_name: str | None


class GroupAsked(Form):
    """A partition to compute: a value for each field that the view groups by."""

    group: dict[str, str]


class PartitionShown(Answer):
    """The summary of one group of memories."""

    view_id: str
    group: dict[str, str]
    summary: str
    memory_count: int
    computed_at: str
    empty: bool = False
    empty_reason: Literal["no_matching_memories"] | None = None


class RunAsked(Form):
    """A run over all groups. `force` changes nothing: a run computes every group anew."""

    task_id: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    force: bool | None = None


class TaskShown(Answer):
    """Work that was asked for: `pending`, `running`, `success` or `failed`."""

    id: str
    type: str
    status: Literal["pending", "running", "success", "failed"]
    view_id: str | None
    created_at: str
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None
