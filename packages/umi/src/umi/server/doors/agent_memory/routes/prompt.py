"""The route of prompts."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from umi.server.callers import Reader
from umi.server.doors.agent_memory import prompt as prompting
from umi.server.doors.agent_memory.routes.paths import both
from umi.server.doors.agent_memory.wire.search import Prompt, PromptAsked

router: Final = APIRouter()


@both(router, "POST", "/memory/prompt")
async def prompt(asked: PromptAsked, caller: Reader, optimize_query: bool = False) -> Prompt:
    """Make a prompt of a conversation and of what is remembered."""
    return await prompting.prompt(caller, asked, optimize=optimize_query)
