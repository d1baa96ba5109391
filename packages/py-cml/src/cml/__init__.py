"""A client, blocking and async, for memory servers that speak the CognitiveMemoryLayer protocol.

`CognitiveMemoryLayer` is for blocking code, `AsyncCognitiveMemoryLayer` for async code; both have the same methods. The
embedded classes have the engine inside and need no server (extra `embedded`). The layout:

    client · async_client       the two clients, made of the same rules
    operations                  the rules: what each call sends, and what it makes of the answer
    exchange · answers          retries, and what the server's answers mean
    models                      what is sent and what comes back
    embedded                    the engine in the process
    integrations · porting      a chat with memory; files of memories
"""

from typing import TYPE_CHECKING, Any

from cml.async_client import AsyncCognitiveMemoryLayer
from cml.async_parts import AsyncNamespacedClient, AsyncSessionScope
from cml.client import CognitiveMemoryLayer
from cml.config import CMLConfig
from cml.exceptions import (
    AuthenticationError,
    AuthorizationError,
    CMLConnectionError,
    CMLError,
    CMLTimeoutError,
    ConnectionError,
    NotFoundError,
    RateLimitError,
    ServerError,
    TimeoutError,
    ValidationError,
)
from cml.integrations.openai import AsyncCMLOpenAIHelper, CMLOpenAIHelper
from cml.logs import configure_logging
from cml.models.responses import HealthResponse
from cml.parts import NamespacedClient, SessionScope
from cml.porting import export_memories, export_memories_async, import_memories, import_memories_async
from cml.provider import MemoryProvider
from cml.version import __version__

if TYPE_CHECKING:
    from cml.embedded import (
        BlockingEmbeddedCognitiveMemoryLayer,
        EmbeddedCognitiveMemoryLayer,
        EmbeddedConfig,
    )

__all__ = [
    "AsyncCMLOpenAIHelper",
    "AsyncCognitiveMemoryLayer",
    "AsyncNamespacedClient",
    "AsyncSessionScope",
    "AuthenticationError",
    "AuthorizationError",
    "BlockingEmbeddedCognitiveMemoryLayer",
    "CMLConfig",
    "CMLConnectionError",
    "CMLError",
    "CMLOpenAIHelper",
    "CMLTimeoutError",
    "CognitiveMemoryLayer",
    "ConnectionError",
    "EmbeddedCognitiveMemoryLayer",
    "EmbeddedConfig",
    "HealthResponse",
    "MemoryProvider",
    "NamespacedClient",
    "NotFoundError",
    "RateLimitError",
    "ServerError",
    "SessionScope",
    "TimeoutError",
    "ValidationError",
    "__version__",
    "configure_logging",
    "export_memories",
    "export_memories_async",
    "import_memories",
    "import_memories_async",
]
_EMBEDDED = {"BlockingEmbeddedCognitiveMemoryLayer", "EmbeddedCognitiveMemoryLayer", "EmbeddedConfig"}


def __getattr__(name: str) -> Any:
    """Load the embedded classes when they are asked for."""
    if name in _EMBEDDED:
        import cml.embedded

        return getattr(cml.embedded, name)
    raise AttributeError(f"module 'cml' has no attribute {name!r}")
