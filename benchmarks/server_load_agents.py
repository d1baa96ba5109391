"""The agents that load the server: a locustfile, run by `server_load.py` in a process of its own.

Each agent has a conversation of its own. Of ten calls it makes six searches among all memories, two memory
prompts, a `PUT` of its session with two more messages, and one new memory. From an answer to its next call it waits
LOAD_PAUSE_SECONDS, half as long to one and a half times, or not at all. What was acknowledged is written down at once,
to be looked for after a kill.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import Any

import gevent
from locust import FastHttpUser, between, constant, events, task
from locust.exception import StopUser

NAMESPACE = "load"
MESSAGES_MAX = 20

_PAUSE = float(os.environ["LOAD_PAUSE_SECONDS"])
_WORDS = json.loads(Path(os.environ["LOAD_WORDS"]).read_text(encoding="utf-8"))
_OUT = Path(os.environ["LOAD_OUT"])
_KEY = os.environ["LOAD_KEY"]
_RUN = os.environ["LOAD_RUN"]
_WARM_SECONDS = float(os.environ["LOAD_WARM_SECONDS"])
_SECONDS = float(os.environ["LOAD_SECONDS"])
_ACKNOWLEDGED = Path(os.environ["LOAD_ACKNOWLEDGED"])

_began = perf_counter()
_times: defaultdict[str, list[float]] = defaultdict(list)
_failures: defaultdict[str, int] = defaultdict(int)
_sent: defaultdict[str, int] = defaultdict(int)
_numbers = itertools.count()
_texts = itertools.cycle(_WORDS["texts"])


class Agent(FastHttpUser):
    wait_time = between(0.5 * _PAUSE, 1.5 * _PAUSE) if _PAUSE else constant(0)
    default_headers = {"Authorization": f"Bearer {_KEY}"}  # noqa: RUF012 - the framework's own form
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        self.number = next(_numbers)
        self.chance = random.Random(f"{_RUN} {self.number}")
        self.agent = f"{_RUN}-agent-{self.number}"
        self.talks = 0
        self.texts = 0
        self.messages: list[dict[str, str]] = []
        self.begin_talk()

    def begin_talk(self) -> None:
        self.talks += 1
        self.session = f"{self.agent}-talk-{self.talks}"
        self.messages = []

    @task(6)
    def search(self) -> None:
        asked = {"text": self.question(), "namespace": {"eq": NAMESPACE}, "limit": 10}
        self.send("POST", "/v1/long-term-memory/search", "search", asked)

    @task(2)
    def prompt(self) -> None:
        session = {"session_id": self.session, "namespace": NAMESPACE}
        found = {"namespace": {"eq": NAMESPACE}, "limit": 5}
        self.send(
            "POST",
            "/v1/memory/prompt",
            "prompt",
            {"query": self.question(), "session": session, "long_term_search": found},
        )

    @task(1)
    def put_session(self) -> None:
        if len(self.messages) == MESSAGES_MAX:
            self.begin_talk()
        for role in ("user", "assistant"):
            number = len(self.messages)
            said = {"id": f"{self.session}-{number}", "role": role, "content": self.text()}
            self.messages.append({**said, "created_at": f"2026-11-21T10:{number:02}:00Z"})
        given = {"messages": self.messages, "namespace": NAMESPACE}
        path = f"/v1/working-memory/{self.session}"
        if self.send("PUT", path, "put session", given):
            _write_down(id=self.session, said=[one["content"] for one in self.messages])

    @task(1)
    def create(self) -> None:
        text = self.text()
        id = f"{self.agent}-memory-{self.texts}"
        record = {"id": id, "text": text, "namespace": NAMESPACE}
        if self.send("POST", "/v1/long-term-memory/", "create", {"memories": [record]}):
            _write_down(id=id, text=text)

    def send(self, method: str, path: str, name: str, body: dict[str, Any]) -> bool:
        with self.client.request(method, path, name=name, json=body, catch_response=True) as answer:
            if not answer.status_code:  # the server is gone
                raise StopUser
            return answer.status_code == 200

    def question(self) -> str:
        return self.chance.choice(_WORDS["questions"])

    def text(self) -> str:
        self.texts += 1
        return f"{next(_texts)} ({_RUN} {self.number}.{self.texts})"


def _write_down(**told: object) -> None:
    with _ACKNOWLEDGED.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


@events.request.add_listener
def _note(name: str, response_time: float, exception: object = None, response: Any = None, **_: object) -> None:
    _sent[name] += 1
    if perf_counter() - _began < _WARM_SECONDS:
        return
    status = getattr(response, "status_code", 0)
    if exception is None and status == 200:
        _times[name].append(response_time)
    else:
        _failures[f"{name} {status}"] += 1


@events.test_start.add_listener
def _begin(environment: Any, **_: object) -> None:
    """Count from now, not from when the generator began to load, and end by itself."""
    global _began  # noqa: PLW0603 - the framework calls functions
    _began = perf_counter()
    gevent.spawn_later(_WARM_SECONDS + _SECONDS, environment.runner.quit)


@events.test_stop.add_listener
def _end(**_: object) -> None:
    seconds = perf_counter() - _began - _WARM_SECONDS
    told = {"seconds": seconds, "times": _times, "failures": _failures, "sent": _sent}
    _OUT.write_text(json.dumps(told), encoding="utf-8")
