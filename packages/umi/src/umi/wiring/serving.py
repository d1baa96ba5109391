"""What a server opens: one World for the process, and the Memory over all of it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from umi.engine.bound import behaviour_of
from umi.engine.memory import Memory
from umi.errors import Unsupported
from umi.wiring.world import compose

if TYPE_CHECKING:
    from umi.config import MemoryConfig
    from umi.ports.llm import LLM
    from umi.ports.tracer import Tracer
    from umi.ports.world import World


def served_llm(named: str, base_url: str | None) -> LLM:
    """Return the model of "anthropic:<model>" or "openai:<model>"; its key is in the vendor's own variable.

    Raises:
        Unsupported: the vendor's package is missing.

    """
    vendor, _, model = named.partition(":")
    if find_spec(vendor) is None:
        raise Unsupported(f"The model needs a package that is not installed: pip install 'umi-memory[{vendor}]'")
    from umi.providers.llm.anthropic import AnthropicProvider
    from umi.providers.llm.openai import OpenAIProvider

    make = AnthropicProvider if vendor == "anthropic" else OpenAIProvider
    return make(model=model, base_url=base_url) if model else make(base_url=base_url)


def open_served(
    place: str | None, *, config: MemoryConfig, llm: LLM | None = None, tracer: Tracer | None = None
) -> tuple[World, Memory]:
    """Open the store at a path or a URL, or in the platform's data folder.

    Raises:
        Invalid: a part is none.
        StorageError: the store cannot be reached, read or written.

    """
    world = compose(llm=llm, embedder=None, vector=None, storage=place, config=config, tracer=tracer)
    return world, Memory.over(world, behaviour=behaviour_of(config))
