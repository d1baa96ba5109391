"""What the environment says about the server and the defaults. The one place of the client that reads it."""

from __future__ import annotations

import os
from typing import Any

from agent_memory_client.exceptions import MemoryValidationError

VARIABLES = {
    "base_url": "MEMORY_SERVER_URL",
    "api_key": "MEMORY_API_KEY",
    "timeout": "MEMORY_TIMEOUT",
    "max_retries": "MEMORY_MAX_RETRIES",
    "default_user_id": "DEFAULT_USER_ID",
    "default_namespace": "DEFAULT_NAMESPACE",
}
_NUMBERS = {"timeout": float, "max_retries": int}


def settings() -> dict[str, Any]:
    """Return the settings that stand in the environment, by their names in `MemoryClientConfig`. Empty is not set."""
    given = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
    return {name: _read(name, text) for name, text in given.items() if text}


def _read(name: str, text: str) -> Any:
    if name not in _NUMBERS:
        return text
    try:
        return _NUMBERS[name](text)
    except ValueError:
        raise MemoryValidationError(f"{VARIABLES[name]} is no number: {text!r}") from None
