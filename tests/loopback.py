"""A server on the loopback that speaks the protocols of hosted models: messages, chat completions, and embeddings.

Tests, examples and benchmarks let the real SDKs ask it. What it answers is scripted: a queue of replies, or a function
of what is asked. Run by itself it prints its address and answers extraction requests by a few plain rules:
`python tests/loopback.py --latency-ms 200`.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

DIMENSIONS_DEFAULT = 1_536
_TEXT = re.compile(r"<(text-[0-9a-f]+)>\n(.*)\n</\1>", re.DOTALL)
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_LIVES = re.compile(r"\b([A-Z][a-z]+) (?:lives in|moved to|got replanted in) ([A-Z][a-z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came: its path, its headers by lower-case names, and its body."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """Everything the user's messages say."""
        messages = self.body.get("messages", [])
        return "\n".join(str(one["content"]) for one in messages if one["role"] == "user")

    @property
    def system(self) -> str:
        told = [str(one["content"]) for one in self.body.get("messages", []) if one["role"] == "system"]
        return "\n".join([*told, str(self.body.get("system", ""))])

    @property
    def form(self) -> str:
        """How JSON is asked for: schema, tool, object, or words."""
        if "output_config" in self.body:
            return "schema"
        if "tools" in self.body:
            return "tool"
        named = self.body.get("response_format", {}).get("type")
        return {"json_schema": "schema", "json_object": "object"}.get(named, "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: a text of the model, or with `raw` a whole body.

    `latency_ms` passes before it. Where `hangs_up` is set, the connection ends without one.
    """

    text: str = "ok"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    latency_ms: float = 0
    is_truncated: bool = False
    input_tokens: int = 10
    output_tokens: int = 5
    hangs_up: bool = False


Answering = Callable[[Asked], "Reply | str | Mapping[str, Any]"]


def refusal(status: int, message: str, **headers: str) -> Reply:
    """Return an answer that says no, in words that both protocols' SDKs read."""
    body = {"type": "error", "error": {"type": "error", "message": message, "code": None, "param": None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, raw=json.dumps(body).encode(), headers=named)


class Loopback:
    """The server, as a context manager. It counts how many requests it answers at once."""

    def __init__(self, answering: Answering | None = None, *, latency_ms: float = 0) -> None:
        self.answering: Answering = answering or (lambda _: Reply())
        self.latency_ms = latency_ms
        self.replies: list[Reply | str | Mapping[str, Any]] = []
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address for Anthropic's SDK."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """The address for OpenAI's SDK."""
        return f"{self.url}/v1"

    def script(self, *replies: Reply | str | Mapping[str, Any]) -> None:
        """Answer the next requests so, in order; then by the function again."""
        with self._lock:
            self.replies += replies

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def counted(self) -> Mapping[str, Any]:
        """Return how often each text was asked about, and how many requests were answered at once at most."""
        with self._lock:
            return {"texts": Counter(map(text_of, self.asked)), "most_at_once": self.most_at_once}

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            scripted = self.replies.pop(0) if self.replies else None
        try:
            found = self.answering(asked) if scripted is None else scripted
            reply = _reply(found)
            self._stopping.wait((reply.latency_ms or self.latency_ms) / 1000)
            return reply
        finally:
            with self._lock:
                self._at_once -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, loopback: Loopback) -> None:
        self.loopback = loopback
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - that is who made it

    def do_GET(self) -> None:
        """Tell a process that cannot look inside how often each text was asked about, and how many at once at most."""
        content = json.dumps(self.server.loopback.counted()).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(path=self.path, headers=headers, body=body)
        reply = self.server.loopback.answer(asked)
        if reply.hangs_up:
            self.close_connection = True
            return
        content = reply.raw if reply.raw is not None else json.dumps(_body(asked, reply)).encode()
        self.send_response(reply.status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""


def _reply(found: Reply | str | Mapping[str, Any]) -> Reply:
    if isinstance(found, Reply):
        return found
    return Reply(text=found if isinstance(found, str) else json.dumps(found))


def _body(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    if asked.path.endswith("/embeddings"):
        return embeddings(asked.body)
    return _message(asked, reply) if asked.path.endswith("/messages") else _chat(asked, reply)


def _message(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    is_tool = asked.form == "tool"
    text: dict[str, Any] = {"type": "text", "text": reply.text}
    if is_tool:
        name = asked.body["tools"][0]["name"]
        text = {"type": "tool_use", "id": "toolu_1", "name": name, "input": json.loads(reply.text)}
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": asked.body["model"], "content": [text],
        "stop_reason": "max_tokens" if reply.is_truncated else "tool_use" if is_tool else "end_turn",
        "stop_sequence": None, "usage": {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens},
    }  # fmt: skip


def _chat(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    choice = {
        "index": 0, "message": {"role": "assistant", "content": reply.text},
        "finish_reason": "length" if reply.is_truncated else "stop",
    }  # fmt: skip
    total = reply.input_tokens + reply.output_tokens
    usage = {
        "prompt_tokens": reply.input_tokens, "completion_tokens": reply.output_tokens, "total_tokens": total
    }  # fmt: skip
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked.body["model"],
        "choices": [choice], "usage": usage,
    }  # fmt: skip


def embeddings(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer by signed, hashed words: texts that share words lie near. The vectors are not of unit length."""
    texts: Sequence[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    size = int(body.get("dimensions", DIMENSIONS_DEFAULT))
    data = [
        {"object": "embedding", "index": index, "embedding": _coded(_vector(text, size), body.get("encoding_format"))}
        for index, text in enumerate(texts)
    ]
    data.reverse()  # the order is told by the index, and by nothing else
    return {
        "object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}
    }  # fmt: skip


def _vector(text: str, size: int) -> list[float]:
    vector = [0.0] * size
    vector[0] = 0.01
    for word in text.casefold().split():
        value = zlib.crc32(word.encode())
        vector[value % size] += 3.0 if value & 0x8000_0000 else -3.0
    return vector


def _coded(vector: list[float], format: str | None) -> list[float] | str:
    if format != "base64":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def text_of(asked: Asked) -> str:
    """Return the text that an extraction request is about."""
    found = _TEXT.search(asked.prompt)
    return asked.prompt if found is None else found[2]


def extracting(asked: Asked) -> Mapping[str, Any]:
    """Answer an extraction request by plain rules: capitalised words are people, "X moved to Y" is a fact."""
    text = text_of(asked)
    names = dict.fromkeys(match[0] for match in _NAME.finditer(text))
    entities = [
        {"name": name, "type": "person", "content": text[:200], "confidence": 0.9, "quote": name} for name in names
    ]
    facts = [
        {
            "subject": match[1], "slot": "lives_in", "value": match[2], "status": "current", "confidence": 0.9,
            "changed": "moved" in match[0], "quote": match[0],
        }
        for match in _LIVES.finditer(text)
    ]  # fmt: skip
    return {"entities": entities, "facts": facts, "relations": []}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=0)
    with Loopback(extracting, latency_ms=parser.parse_args().latency_ms) as server:
        print(server.url, flush=True)  # noqa: T201 - what it is run for
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
