"""How much it counts that a memory is new."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

_SENT_AS_IS = ("recency_boost", "server_side_recency")


class RecencyConfig(BaseModel):
    """Weights from 0 to 1 and half-lives in days for ranking by age; what is not given is the server's choice."""

    model_config = ConfigDict(extra="forbid")

    recency_boost: bool | None = None
    semantic_weight: float | None = None
    recency_weight: float | None = None
    freshness_weight: float | None = None
    novelty_weight: float | None = None
    half_life_last_access_days: float | None = None
    half_life_created_days: float | None = None
    server_side_recency: bool | None = None

    def wire(self) -> dict[str, Any]:
        """Return what was given, by its names in a search request."""
        given = self.model_dump(exclude_none=True)
        return {name if name in _SENT_AS_IS else f"recency_{name}": value for name, value in given.items()}
