"""What is sent and what comes back, as pydantic models. Fields that a newer server adds are kept, not dropped."""

from agent_memory_client.models.answer import (
    AckResponse,
    CreatedMemories,
    ForgetPolicy,
    ForgetResponse,
    HealthCheckResponse,
    SessionListResponse,
)
from agent_memory_client.models.model_names import ModelNameLiteral
from agent_memory_client.models.prompt import MemoryPromptResponse
from agent_memory_client.models.recency import RecencyConfig
from agent_memory_client.models.record import (
    ClientMemoryRecord,
    ExtractedMemoryRecord,
    MemoryRecord,
    MemoryRecordResult,
    MemoryRecordResults,
    MemoryTypeEnum,
)
from agent_memory_client.models.session import (
    JSONTypes,
    MemoryMessage,
    MemoryStrategyConfig,
    WorkingMemory,
    WorkingMemoryResponse,
)
from agent_memory_client.models.summary_view import (
    CreateSummaryViewRequest,
    SummaryView,
    SummaryViewPartitionResult,
    SummaryViewSource,
    Task,
    TaskStatus,
)

__all__ = [
    "AckResponse",
    "ClientMemoryRecord",
    "CreateSummaryViewRequest",
    "CreatedMemories",
    "ExtractedMemoryRecord",
    "ForgetPolicy",
    "ForgetResponse",
    "HealthCheckResponse",
    "JSONTypes",
    "MemoryMessage",
    "MemoryPromptResponse",
    "MemoryRecord",
    "MemoryRecordResult",
    "MemoryRecordResults",
    "MemoryStrategyConfig",
    "MemoryTypeEnum",
    "ModelNameLiteral",
    "RecencyConfig",
    "SessionListResponse",
    "SummaryView",
    "SummaryViewPartitionResult",
    "SummaryViewSource",
    "Task",
    "TaskStatus",
    "WorkingMemory",
    "WorkingMemoryResponse",
]
