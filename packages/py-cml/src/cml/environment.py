"""What the environment says about the server. The one place of the client that reads it, and the file `.env`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dotenv import dotenv_values, find_dotenv

PREFIX = "CML_"


def settings(names: Mapping[str, object]) -> dict[str, str]:
    """Return those of these settings that stand in the environment, or else in the nearest file `.env`.

    `CML_BASE_URL` is `base_url`. Empty is not set. The file is looked for from the working directory upwards, and what
    stands in it is not put into the environment.
    """
    variables = {name: f"{PREFIX}{name.upper()}" for name in names}
    around = {**_of_file(), **{name: text for name, text in os.environ.items() if text}}
    return {name: around[variable] for name, variable in variables.items() if around.get(variable)}


def _of_file() -> dict[str, str]:
    path = find_dotenv(usecwd=True)
    return {name: text for name, text in dotenv_values(path).items() if text} if path else {}


def openai_model() -> str | None:
    """Return the model that the environment names for OpenAI's API, if it names one."""
    return os.environ.get("OPENAI_MODEL") or os.environ.get("LLM_INTERNAL__MODEL") or None
