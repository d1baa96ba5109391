"""What a server holds for a test, asked for without the client that is tested."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.served import Tenant

Json = dict[str, Any]
PAGE = 100


def _quoted(identifier: str) -> str:
    return {".": "%2E", "..": "%2E%2E"}.get(identifier) or quote(identifier, safe="")


class Server:
    """The real server, as one tenant sees it."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.url = tenant.url
        self.key = tenant.key

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The method and the path of each request."""
        return self._tenant.asked

    def memories(self) -> dict[str, Json]:
        """Return all long-term memories by their ids."""
        found: dict[str, Json] = {}
        offset: int | None = 0
        while offset is not None:
            page = self._tenant.post("/v1/long-term-memory/search", {"text": "", "limit": PAGE, "offset": offset})
            found |= {one["id"]: one for one in page["memories"]}
            offset = page["next_offset"]
        return found

    def sessions(self, **scope: str) -> list[Json]:
        """Return all sessions, or those of a user or a namespace."""
        ids = self._tenant.get("/v1/working-memory/", limit=PAGE, **scope)["sessions"]
        return [self._tenant.get(f"/v1/working-memory/{_quoted(one)}", **scope) for one in ids]
