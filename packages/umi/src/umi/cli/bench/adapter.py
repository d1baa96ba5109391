"""The system under test of a retrieval benchmark, one JSON object a line in each direction.

    {"op": "index", "conversation": {"id", "sessions": [{"id", "date", "turns": [{"id", "text", …}]}]}} -> {"ok": true}
    {"op": "search", "query": "…", "k": 50, "now": "…"} -> {"ids": ["D1:3", …]}

`index` forgets the conversation before, unless conversations are pooled. What cannot be done is answered by
{"error": {"type", "message"}}, and the next line is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from umi import Memory, Rejected, Role, Turn
from umi.errors import Invalid
from umi.errors import MemoryError as UmiError

_ROLES = frozenset(Role)


class Pooling(StrEnum):
    """What becomes of the conversations indexed before."""

    NONE = "none"
    USERS = "users"
    ONE = "one"


class Adapter:
    """Answers requests from a temporary store, which is removed when it is closed."""

    def __init__(self, pooling: Pooling) -> None:
        self._pooling = pooling
        self._conversation = ""
        self._memory: Memory | None = None
        self._open = ExitStack()

    def close(self) -> None:
        self._open.close()

    def answer(self, line: str) -> dict[str, Any]:
        """Answer a request."""
        try:
            match json.loads(line):
                case {"op": "index", "conversation": conversation}:
                    return self._index(conversation)
                case {"op": "search", "query": query, "k": k, **rest}:
                    return {"ids": self._search(query, k, rest.get("now"))}
                case _:
                    raise Invalid('A request has an "op" of "index" or "search", and what belongs to it.')
        except (UmiError, json.JSONDecodeError, KeyError) as error:
            return {"error": {"type": type(error).__name__, "message": str(error)}}

    def _index(self, conversation: Mapping[str, Any]) -> dict[str, Any]:
        self._conversation = str(conversation["id"])
        memory = self._store()
        answers = memory.remember_many_sync(self._turns(conversation["sessions"]))
        rejected = sum(1 for answer in answers if isinstance(answer, Rejected))
        return {"ok": True, "rejected": rejected} if rejected else {"ok": True}

    def _search(self, query: str, k: int, now: str | None) -> list[str]:
        if self._memory is None:
            raise Invalid("Index a conversation first.")
        hits = self._memory.recall_sync(query, limit=k, now=now or None, user=self._user())
        return [self._turn_id(hit.entity.key or "") for hit in hits]

    def _store(self) -> Memory:
        """Return the store to index into: a new one for each conversation, or the one for all."""
        if self._memory is None or self._pooling is Pooling.NONE:
            self._open.close()
            folder = self._open.enter_context(TemporaryDirectory(prefix="umi-bench-", ignore_cleanup_errors=True))
            self._memory = self._open.enter_context(Memory.open(Path(folder) / "memory.db"))
        return self._memory

    def _turns(self, sessions: Iterable[Mapping[str, Any]]) -> Iterator[Turn]:
        for session in sessions:
            for turn in session["turns"]:
                yield Turn(
                    text=turn["text"],
                    speaker=turn.get("speaker") or None,
                    role=Role(turn["role"]) if turn.get("role") in _ROLES else None,
                    user=self._user(),
                    session=self._named(session["id"]),
                    event_time=turn.get("date") or session.get("date") or None,
                    key=self._named(turn["id"]),
                )

    def _user(self) -> str | None:
        return self._conversation if self._pooling is Pooling.USERS else None

    def _named(self, id: str) -> str:
        """Return an id that stays apart from the same one of another conversation in the same scope."""
        return f"{self._conversation}/{id}" if self._pooling is Pooling.ONE else str(id)

    def _turn_id(self, key: str) -> str:
        """Return the id a turn came with; one of another conversation keeps its prefix, and counts as wrong."""
        return key.removeprefix(f"{self._conversation}/") if self._pooling is Pooling.ONE else key
