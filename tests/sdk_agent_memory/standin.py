"""A memory server in one dict, for the client's tests: it keeps what it is given and finds it by shared words.

The real server takes its place where `live_server_url` names one. It knows no more than the protocol needs: no models,
no summaries of its own, no background work. `is_old` leaves out what older servers do not have.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
SCOPES = ("session_id", "namespace", "user_id")
EDITABLE = {"text", "topics", "entities", "memory_type", *SCOPES, "event_date", "pinned", "metadata"}


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: its method, its path in parts, its query and its body."""

    method: str
    path: Sequence[str]
    query: Mapping[str, Sequence[str]]
    body: Any
    headers: Mapping[str, str]

    def one(self, name: str) -> str | None:
        return self.query.get(name, [None])[0]

    @property
    def owner(self) -> tuple[str | None, str | None]:
        return self.one("namespace"), self.one("user_id")


@dataclass(slots=True)
class Kept:
    """What the server holds, and what it was asked."""

    is_old: bool = False
    key: str | None = None
    sessions: dict[tuple[str | None, str | None, str], Json] = field(default_factory=dict[Any, Json])
    memories: dict[str, Json] = field(default_factory=dict[str, Json])
    views: dict[str, Json] = field(default_factory=dict[str, Json])
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])
    asked: list[Asked] = field(default_factory=list[Asked])
    lock: threading.Lock = field(default_factory=threading.Lock)


def answer(kept: Kept, asked: Asked) -> Any:
    """Return what the server says."""
    kept.asked.append(asked)
    if asked.path == ["v1", "health"]:
        return {"now": 1}
    if kept.key and asked.headers.get("authorization") != f"Bearer {kept.key}":
        raise Refused(401, "Invalid token")
    match asked.path[:1], asked.path[1:]:
        case ["v1"], ["working-memory", *rest]:
            return _working(kept, asked, [one for one in rest if one])
        case ["v1"], ["long-term-memory", *rest]:
            return _long_term(kept, asked, [one for one in rest if one])
        case ["v1"], ["memory", "prompt"]:
            return _prompt(kept, asked.body)
        case ["v1"], ["summary-views", *rest]:
            return _views(kept, asked, rest)
        case ["v1"], ["tasks", task] if task in kept.tasks:
            return kept.tasks[task]
        case _:
            raise Refused(404, "Not Found")


def _working(kept: Kept, asked: Asked, rest: Sequence[str]) -> Any:
    match asked.method, rest:
        case "GET", []:
            namespace, user_id = asked.owner
            found = [key[2] for key in kept.sessions if namespace in {None, key[0]} and user_id in {None, key[1]}]
            start, size = int(asked.one("offset") or 0), int(asked.one("limit") or 20)
            return {"sessions": found[start : start + size], "total": len(found)}
        case "GET", [session_id]:
            return _session(kept, (*asked.owner, session_id))
        case "PUT", [session_id]:
            key = (asked.body.get("namespace"), asked.body.get("user_id"), session_id)
            kept.sessions[key] = {**asked.body, "session_id": session_id}
            return kept.sessions[key]
        case "DELETE", [session_id]:
            kept.sessions.pop((*asked.owner, session_id), None)
            return {"status": "ok"}
        case "PATCH", [session_id] if not kept.is_old:
            return _changed(_opened(kept, asked, session_id), asked.body)
        case "POST", [session_id, "messages"] if not kept.is_old:
            session = _opened(kept, asked, session_id)
            known = {one["id"] for one in session["messages"]}
            session["messages"] += [one for one in asked.body["messages"] if one["id"] not in known]
            return session
        case _, [_]:
            raise Refused(405, "Method Not Allowed")
        case _:
            raise Refused(404, "Not Found")


def _session(kept: Kept, key: tuple[str | None, str | None, str]) -> Json:
    if key not in kept.sessions:
        raise Refused(404, f"Session {key[2]} not found")
    return kept.sessions[key]


def _opened(kept: Kept, asked: Asked, session_id: str) -> Json:
    namespace, user_id = asked.owner
    new: Json = {"session_id": session_id, "namespace": namespace, "user_id": user_id, "messages": [], "memories": []}
    return kept.sessions.setdefault((namespace, user_id, session_id), new)


def _changed(session: Json, body: Json) -> Json:
    rest = dict(body)
    strategy, replaces = rest.pop("merge_strategy", "merge"), rest.pop("replace_memories", False)
    if "memories" in rest:
        session["memories"] = ([] if replaces else session["memories"]) + rest.pop("memories")
    if "data" in rest:
        data: Json = rest.pop("data")
        before: Json = session.get("data") or {}
        session["data"] = (
            data if strategy == "replace" else _deep(before, data) if strategy != "merge" else before | data
        )
    session.update(rest)
    return session


def _deep(before: Json, update: Json) -> Json:
    both = {
        key: _deep(before[key], update[key]) for key in before.keys() & update.keys() if isinstance(before[key], dict)
    }
    return {**before, **update, **both}


def _long_term(kept: Kept, asked: Asked, rest: Sequence[str]) -> Any:  # noqa: PLR0911 - one for each route
    match asked.method, rest:
        case "POST", []:
            for one in asked.body["memories"]:
                kept.memories[one["id"]] = one
            return {"status": "ok"}
        case "POST", ["search"]:
            return _search(kept, asked.body)
        case "POST", ["forget"]:
            return _forget(kept, asked)
        case "POST", ["compact"]:
            return {"status": f"ok, {len(kept.memories)} memories remaining after compaction"}
        case "DELETE", []:
            gone = [kept.memories.pop(one) for one in asked.query.get("memory_ids", []) if one in kept.memories]
            return {"status": f"ok, deleted {len(gone)} memories"}
        case _, [memory_id] if memory_id not in kept.memories:
            raise Refused(404, f"Memory with ID {memory_id} not found")
        case "GET", [memory_id]:
            return kept.memories[memory_id]
        case "PATCH", [memory_id]:
            kept.memories[memory_id] |= {name: value for name, value in asked.body.items() if name in EDITABLE}
            return kept.memories[memory_id]
        case _:
            raise Refused(405, "Method Not Allowed")


def _forget(kept: Kept, asked: Asked) -> Json:
    policy = asked.body["policy"]
    dry_run = asked.one("dry_run") != "false"
    scanned = [one for one in kept.memories.values() if asked.one("user_id") in {None, one.get("user_id")}]
    pinned = set(asked.body.get("pinned_ids", []))
    gone = [one["id"] for one in scanned[policy["budget"] :] if one["id"] not in pinned]
    if not dry_run:
        for memory_id in gone:
            del kept.memories[memory_id]
    return {"scanned": len(scanned), "deleted": len(gone), "deleted_ids": gone, "dry_run": dry_run}


def _search(kept: Kept, body: Json) -> Json:
    fitting = [one for one in kept.memories.values() if all(_fits(one, name, body.get(name)) for name in FIELDS)]
    near = sorted(((_distance(body.get("text", ""), one["text"]), one) for one in fitting), key=lambda pair: pair[0])
    within = [(dist, one) for dist, one in near if dist <= body.get("distance_threshold", 2)]
    start, size = int(body.get("offset", 0)), int(body.get("limit", 10))
    page = [{**one, "dist": dist} for dist, one in within[start : start + size]]
    following = start + size if start + size < len(within) else None
    return {"memories": page, "total": len(within), "next_offset": following}


FIELDS = (*SCOPES, "topics", "entities", "memory_type", "created_at", "last_accessed", "event_date")
COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda has, wanted: wanted in has,
    "ne": lambda has, wanted: wanted not in has,
    "not_eq": lambda has, wanted: wanted not in has,
    "any": lambda has, wanted: bool(set(has) & set(wanted)),
    "in_": lambda has, wanted: bool(set(has) & set(wanted)),
    "all": lambda has, wanted: set(wanted) <= set(has),
    "none": lambda has, wanted: not set(has) & set(wanted),
    "not_in": lambda has, wanted: not set(has) & set(wanted),
    "startswith": lambda has, wanted: any(str(one).startswith(wanted) for one in has),
    "gt": lambda has, wanted: any(_time(one) > _time(wanted) for one in has),
    "gte": lambda has, wanted: any(_time(one) >= _time(wanted) for one in has),
    "lt": lambda has, wanted: any(_time(one) < _time(wanted) for one in has),
    "lte": lambda has, wanted: any(_time(one) <= _time(wanted) for one in has),
}


def _fits(memory: Json, name: str, operators: Json | None) -> bool:
    value = memory.get(name)
    has: list[Any] = [] if value is None else [value]
    if isinstance(value, list):
        has = cast("list[Any]", value)
    return all(COMPARED[operator](has, wanted) for operator, wanted in (operators or {}).items())


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _distance(query: str, text: str) -> float:
    asked, said = _words(query), _words(text)
    return round(1 - len(asked & said) / len(asked), 3) if asked else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _prompt(kept: Kept, body: Json) -> Json:
    messages: list[Json] = []
    found = None
    if given := body.get("session"):
        key = (given.get("namespace"), given.get("user_id"), given["session_id"])
        messages += [_said(one["role"], one["content"]) for one in kept.sessions.get(key, {}).get("messages", [])]
    if search := body.get("long_term_search"):
        found = _search(kept, {**search, "text": body["query"]})["memories"]
        messages.append(_said("system", "\n".join(f"- {one['text']} (ID: {one['id']})" for one in found)))
    return {"messages": [*messages, _said("user", body["query"])], "long_term_memories": found}


def _said(role: str, text: str) -> Json:
    return {"role": role, "content": {"type": "text", "text": text, "annotations": None, "_meta": None}}


def _views(kept: Kept, asked: Asked, rest: Sequence[str]) -> Any:  # noqa: PLR0911 - one for each route
    match asked.method, rest:
        case "GET", []:
            return list(kept.views.values())
        case "POST", []:
            view = {"id": f"view-{len(kept.views) + 1}", **asked.body}
            return kept.views.setdefault(view["id"], view)
        case "DELETE", [view_id]:
            kept.views.pop(view_id, None)
            return {"status": "ok"}
        case _, [view_id, *_] if view_id not in kept.views:
            raise Refused(404, f"View {view_id} not found")
        case "GET", [view_id]:
            return kept.views[view_id]
        case "POST", [view_id, "partitions", "run"]:
            return {"view_id": view_id, "group": asked.body["group"], "summary": "All of it.", "memory_count": 1}
        case "GET", [view_id, "partitions"]:
            return [{"view_id": view_id, "group": {"user_id": "ada"}, "summary": "All of it.", "memory_count": 1}]
        case "POST", [view_id, "run"]:
            task = {"id": "task-1", "type": "summary_view_full_run", "status": "success", "view_id": view_id}
            return kept.tasks.setdefault("task-1", task)
        case _:
            raise Refused(405, "Method Not Allowed")


class StandIn:
    """The server, as a context manager."""

    def __init__(self, *, is_old: bool = False, key: str | None = None) -> None:
        self.kept = Kept(is_old=is_old, key=key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.kept))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(kept: Kept) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def log_message(self, format: str, *args: Any) -> None:
            """Tests print nothing."""

        def _do(self) -> None:
            status, content = _exchange(kept, self.command, self.path, dict(self.headers), self._body())
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("content-length") or 0))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - what the server looks for

    return Handler


def _exchange(kept: Kept, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(target)
    asked = Asked(
        method=method,
        path=[unquote(one) for one in parts.path.split("/")[1:]],
        query=parse_qs(parts.query),
        body=json.loads(body) if body else None,
        headers={name.lower(): value for name, value in headers.items()},
    )
    try:
        with kept.lock:
            status, content = 200, json.dumps(answer(kept, asked))
    except Refused as refused:
        status, content = refused.status, json.dumps({"detail": refused.detail})
    return status, content.encode()
