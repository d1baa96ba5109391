"""A light client for memory servers that speak the Agent Memory protocol.

`MemoryAPIClient` is for async code, `MemoryClient` for blocking code; both have the same methods. The layout:

    client · blocking           the two clients, made of the same rules
    operations · calling        the rules: what each call sends, and the tools of language models
    exchange · answers          retries, and what the server's answers mean
    models · filters            what is sent and what comes back
    integrations                tools for LangChain (extra `langchain`)
"""

from agent_memory_client.blocking import MemoryClient
from agent_memory_client.calling.schema import ToolSchema, ToolSchemaCollection
from agent_memory_client.client import MemoryAPIClient, create_memory_client
from agent_memory_client.config import MemoryClientConfig
from agent_memory_client.exceptions import (
    MemoryAuthenticationError,
    MemoryClientError,
    MemoryConnectionError,
    MemoryError,
    MemoryNotFoundError,
    MemoryPermissionError,
    MemoryRateLimitError,
    MemoryRequestError,
    MemoryServerError,
    MemoryTimeoutError,
    MemoryValidationError,
)
from agent_memory_client.models import (
    CreateSummaryViewRequest,
    ForgetPolicy,
    ForgetResponse,
    ModelNameLiteral,
    SummaryView,
    SummaryViewPartitionResult,
    Task,
)
from agent_memory_client.version import __version__

__all__ = [
    "CreateSummaryViewRequest",
    "ForgetPolicy",
    "ForgetResponse",
    "MemoryAPIClient",
    "MemoryAuthenticationError",
    "MemoryClient",
    "MemoryClientConfig",
    "MemoryClientError",
    "MemoryConnectionError",
    "MemoryError",
    "MemoryNotFoundError",
    "MemoryPermissionError",
    "MemoryRateLimitError",
    "MemoryRequestError",
    "MemoryServerError",
    "MemoryTimeoutError",
    "MemoryValidationError",
    "ModelNameLiteral",
    "SummaryView",
    "SummaryViewPartitionResult",
    "Task",
    "ToolSchema",
    "ToolSchemaCollection",
    "__version__",
    "create_memory_client",
]
