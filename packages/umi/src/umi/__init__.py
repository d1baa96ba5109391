"""Umi: a memory for AI agents.

    from umi import Memory

    memory = Memory.open("memory.db")
    await memory.remember("I moved to Lisbon last Friday", speaker="Ada")
    for hit in await memory.recall("Where does Ada live?"):
        print(hit.score, hit.content)

General layout: `domain` holds the words as frozen values; `ports` what the engine needs from the world; `pipeline`
the two flows, remember and recall, stage by stage, and `engine` the Memory that runs them. `stores`, `vectors` and
`providers` are adapters of the ports, and `wiring` chooses among them. `cli` is the command `umi`,
and `testing` what a store of your own has to pass.

Importing this opens nothing, starts nothing, and loads each name when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umi.config import MemoryConfig as MemoryConfig
    from umi.domain.block import MemoryBlock as MemoryBlock
    from umi.domain.entity import Entity as Entity
    from umi.domain.entity import EntityType as EntityType
    from umi.domain.entity import MemoryType as MemoryType
    from umi.domain.entity import Status as Status
    from umi.domain.evolution import EvolutionRelation as EvolutionRelation
    from umi.domain.evolution import EvolutionType as EvolutionType
    from umi.domain.options import RecallOptions as RecallOptions
    from umi.domain.options import RememberOptions as RememberOptions
    from umi.domain.pack import Pack as Pack
    from umi.domain.query import Filter as Filter
    from umi.domain.query import Hit as Hit
    from umi.domain.query import Hits as Hits
    from umi.domain.receipt import Receipt as Receipt
    from umi.domain.receipt import Rejected as Rejected
    from umi.domain.receipt import RememberResult as RememberResult
    from umi.domain.scope import Scope as Scope
    from umi.domain.source_ref import SourceRef as SourceRef
    from umi.domain.turn import Role as Role
    from umi.domain.turn import Turn as Turn
    from umi.engine.builder import MemoryBuilder as MemoryBuilder
    from umi.engine.memory import Memory as Memory
    from umi.errors import EmbeddingError as EmbeddingError
    from umi.errors import EmptyQueryError as EmptyQueryError
    from umi.errors import EmptyTextError as EmptyTextError
    from umi.errors import InvalidImportanceError as InvalidImportanceError
    from umi.errors import InvalidLimitError as InvalidLimitError
    from umi.errors import MemoryError as MemoryError
    from umi.errors import ProviderError as ProviderError
    from umi.errors import StorageError as StorageError
    from umi.errors import TextTooLongError as TextTooLongError
    from umi.pipeline.enrich.extractor import EntityExtractor as EntityExtractor
    from umi.pipeline.enrich.tracker import EvolutionTracker as EvolutionTracker
    from umi.providers.embedding.openai import OpenAIEmbeddingProvider as OpenAIEmbeddingProvider
    from umi.providers.embedding.sim import SimEmbeddingProvider as SimEmbeddingProvider
    from umi.providers.llm.anthropic import AnthropicProvider as AnthropicProvider
    from umi.providers.llm.callable import CallableProvider as CallableProvider
    from umi.providers.llm.openai import OpenAIProvider as OpenAIProvider
    from umi.providers.llm.sim import SimLLMProvider as SimLLMProvider
    from umi.providers.rerank.callable import CallableReranker as CallableReranker
    from umi.stores.lance.backend import LanceStorageBackend as LanceStorageBackend
    from umi.stores.postgres.backend import PostgresStorageBackend as PostgresStorageBackend
    from umi.stores.sim import SimStorageBackend as SimStorageBackend
    from umi.stores.sqlite.backend import SqliteStorageBackend as SqliteStorageBackend
    from umi.tiers.archival import ArchivalMemory as ArchivalMemory
    from umi.tiers.core import CoreMemory as CoreMemory
    from umi.tiers.unified.config import UnifiedMemoryConfig as UnifiedMemoryConfig
    from umi.tiers.unified.memory import UnifiedMemory as UnifiedMemory
    from umi.tiers.working import WorkingMemory as WorkingMemory
    from umi.vectors.lance.backend import LanceVectorBackend as LanceVectorBackend
    from umi.vectors.postgres.backend import PostgresVectorBackend as PostgresVectorBackend
    from umi.vectors.sim import SimVectorBackend as SimVectorBackend

__version__ = "0.1.0"

_HOMES = {
    "AnthropicProvider": "umi.providers.llm.anthropic",
    "ArchivalMemory": "umi.tiers.archival",
    "CallableProvider": "umi.providers.llm.callable",
    "CallableReranker": "umi.providers.rerank.callable",
    "CoreMemory": "umi.tiers.core",
    "EmbeddingError": "umi.errors",
    "EmptyQueryError": "umi.errors",
    "EmptyTextError": "umi.errors",
    "Entity": "umi.domain.entity",
    "EntityExtractor": "umi.pipeline.enrich.extractor",
    "EntityType": "umi.domain.entity",
    "EvolutionRelation": "umi.domain.evolution",
    "EvolutionTracker": "umi.pipeline.enrich.tracker",
    "EvolutionType": "umi.domain.evolution",
    "Filter": "umi.domain.query",
    "Hit": "umi.domain.query",
    "Hits": "umi.domain.query",
    "InvalidImportanceError": "umi.errors",
    "InvalidLimitError": "umi.errors",
    "LanceStorageBackend": "umi.stores.lance.backend",
    "LanceVectorBackend": "umi.vectors.lance.backend",
    "Memory": "umi.engine.memory",
    "MemoryBlock": "umi.domain.block",
    "MemoryBuilder": "umi.engine.builder",
    "MemoryConfig": "umi.config",
    "MemoryError": "umi.errors",
    "MemoryType": "umi.domain.entity",
    "OpenAIEmbeddingProvider": "umi.providers.embedding.openai",
    "OpenAIProvider": "umi.providers.llm.openai",
    "Pack": "umi.domain.pack",
    "PostgresStorageBackend": "umi.stores.postgres.backend",
    "PostgresVectorBackend": "umi.vectors.postgres.backend",
    "ProviderError": "umi.errors",
    "RecallOptions": "umi.domain.options",
    "Receipt": "umi.domain.receipt",
    "Rejected": "umi.domain.receipt",
    "RememberOptions": "umi.domain.options",
    "RememberResult": "umi.domain.receipt",
    "Role": "umi.domain.turn",
    "Scope": "umi.domain.scope",
    "SimEmbeddingProvider": "umi.providers.embedding.sim",
    "SimLLMProvider": "umi.providers.llm.sim",
    "SimStorageBackend": "umi.stores.sim",
    "SimVectorBackend": "umi.vectors.sim",
    "SourceRef": "umi.domain.source_ref",
    "SqliteStorageBackend": "umi.stores.sqlite.backend",
    "Status": "umi.domain.entity",
    "StorageError": "umi.errors",
    "TextTooLongError": "umi.errors",
    "Turn": "umi.domain.turn",
    "UnifiedMemory": "umi.tiers.unified.memory",
    "UnifiedMemoryConfig": "umi.tiers.unified.config",
    "WorkingMemory": "umi.tiers.working",
}

__all__ = [
    "AnthropicProvider",
    "ArchivalMemory",
    "CallableProvider",
    "CallableReranker",
    "CoreMemory",
    "EmbeddingError",
    "EmptyQueryError",
    "EmptyTextError",
    "Entity",
    "EntityExtractor",
    "EntityType",
    "EvolutionRelation",
    "EvolutionTracker",
    "EvolutionType",
    "Filter",
    "Hit",
    "Hits",
    "InvalidImportanceError",
    "InvalidLimitError",
    "LanceStorageBackend",
    "LanceVectorBackend",
    "Memory",
    "MemoryBlock",
    "MemoryBuilder",
    "MemoryConfig",
    "MemoryError",
    "MemoryType",
    "OpenAIEmbeddingProvider",
    "OpenAIProvider",
    "Pack",
    "PostgresStorageBackend",
    "PostgresVectorBackend",
    "ProviderError",
    "RecallOptions",
    "Receipt",
    "Rejected",
    "RememberOptions",
    "RememberResult",
    "Role",
    "Scope",
    "SimEmbeddingProvider",
    "SimLLMProvider",
    "SimStorageBackend",
    "SimVectorBackend",
    "SourceRef",
    "SqliteStorageBackend",
    "Status",
    "StorageError",
    "TextTooLongError",
    "Turn",
    "UnifiedMemory",
    "UnifiedMemoryConfig",
    "WorkingMemory",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'umi' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
