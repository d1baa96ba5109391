"""Summary views: summaries of memories, group by group, and the tasks that make them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SummaryViewSource(StrEnum):
    """What a view summarises."""

    LONG_TERM = "long_term"
    WORKING_MEMORY = "working_memory"


class CreateSummaryViewRequest(BaseModel):
    """A view to be made: which memories, grouped by which fields, of how many days back, summarised how."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    source: str = SummaryViewSource.LONG_TERM.value
    group_by: list[str]
    filters: dict[str, Any] | None = None
    time_window_days: int | None = Field(default=None, ge=1)
    continuous: bool | None = None
    prompt: str | None = None
    model_name: str | None = None


class SummaryView(BaseModel):
    """A view as the server has it."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str | None = None
    source: str
    group_by: list[str]
    filters: dict[str, Any] | None = None
    time_window_days: int | None = None
    continuous: bool | None = None
    prompt: str | None = None
    model_name: str | None = None


class SummaryViewPartitionResult(BaseModel):
    """The summary of one group. `empty_reason` says why there is none."""

    model_config = ConfigDict(extra="allow")

    view_id: str
    group: dict[str, str]
    summary: str
    memory_count: int
    computed_at: str | None = None
    empty: bool | None = None
    empty_reason: str | None = None


class TaskStatus(StrEnum):
    """How far a task is. `completed` is an older name of `success`."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    COMPLETED = "completed"
    FAILED = "failed"


class Task(BaseModel):
    """Work that the server does behind its answer."""

    model_config = ConfigDict(extra="allow")

    id: str
    type: str
    status: str
    view_id: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in {TaskStatus.SUCCESS, TaskStatus.COMPLETED, TaskStatus.FAILED}
