"""Several processes over one store: what is written through one is read through the others, and done by one."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.server.processes import Process
from tests.server.stores import key_of, placed

from umi.server.auth.principal import Quota

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from _pytest.fixtures import SubRequest

SESSIONS = 12
SENT_MAX = 400
ASKING = 4
PER_MINUTE = 40


class Workers:
    """A server of two processes, and which of them answered what."""

    def __init__(self, server: Process, key: str, limited: str) -> None:
        self.server = server
        self.key = key
        self.limited = limited

    def ask(self, method: str, path: str, name: str = "", *, key: str = "", **more: Any) -> httpx.Response:
        """Ask over a connection of its own: any of the processes may take it."""
        named = {"X-Request-ID": name} if name else {}
        headers = {"Authorization": f"Bearer {key or self.key}", **named, **more.pop("headers", {})}
        with httpx.Client(base_url=self.server.client.base_url, trust_env=False, timeout=60) as client:
            return client.request(method, path, headers=headers, **more)

    def answered(self) -> Mapping[str, int]:
        """Return which process answered each request, by its id."""
        return {line["request_id"]: line["process"] for line in self.server.lines() if line["message"] == "request"}

    def spread(self, method: str, path: str, **more: Any) -> dict[int, httpx.Response]:
        """Ask the same until both processes have answered; return an answer of each."""
        seen: dict[int, httpx.Response] = {}
        for number in range(SENT_MAX):
            name = f"{method}-{path.strip('/').replace('/', '.')}-{number}"
            answer = self.ask(method, path, name, **more)
            self.server.wait_until(lambda name=name: name in self.answered(), "it is in the log")
            seen[self.answered()[name]] = answer
            if len(seen) == len(set(self.server.workers())):
                return seen
        raise AssertionError("one process answered all of it")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def workers(request: SubRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    folder = tmp_path_factory.mktemp("workers")
    with placed(request.param, folder) as store:
        keys = (key_of(store), key_of(store, Quota(requests_per_minute=PER_MINUTE)))
        with Process(store, folder / "log", "--workers", "2", "--log-level", "debug") as server:
            server.wait_until(lambda: len(server.workers()) == 2, "both serve")
            yield Workers(server, *keys)


def test_what_one_process_is_told_the_other_knows_and_what_waits_is_done_by_one_of_them(workers: Workers):
    for number in range(SESSIONS):
        session = {
            "user_id": "zoe",
            "messages": [{"role": "user", "content": f"I moved to Lisbon number {number}.", "id": "1"}],
            "memories": [{"id": f"m{number}", "text": f"Zoe likes tea number {number}"}],
        }
        workers.ask("PUT", f"/v1/working-memory/s{number}", f"put-{number}", json=session).raise_for_status()
    workers.server.wait_until(lambda: _promoted(workers) == SESSIONS, "everything is kept for long")

    told = {number: workers.answered()[f"put-{number}"] for number in range(SESSIONS)}
    for number, process in list(told.items())[:3]:
        answers = workers.spread("GET", f"/v1/working-memory/s{number}", params={"user_id": "zoe"})
        other = next(answer for answered, answer in answers.items() if answered != process)
        assert other.json()["messages"][0]["content"] == f"I moved to Lisbon number {number}."
        assert other.json()["memories"][0]["persisted_at"] is not None
    workers.server.wait_until(lambda: len(_done(workers)) == SESSIONS, "every job is in the log")
    assert set(_done(workers).values()) == {1}
    for number in range(SESSIONS):
        history = workers.ask("GET", f"/umi/v1/entities/m{number}").json()
        assert history["content"] == f"Zoe likes tea number {number}"


def _promoted(workers: Workers) -> int:
    answers = [
        workers.ask("GET", f"/v1/working-memory/s{number}", params={"user_id": "zoe"}).json()
        for number in range(SESSIONS)
    ]
    return sum(
        one["memories"][0]["persisted_at"] is not None and one["messages"][0]["discrete_memory_extracted"] == "t"
        for one in answers
    )


def _done(workers: Workers) -> Counter[str]:
    lines = workers.server.lines()
    return Counter(line["key"] for line in lines if line["message"] == "work behind an answer was done")


def test_a_key_that_one_process_has_answered_is_known_to_the_other(workers: Workers):
    before = _written(workers)
    body = {"memories": [{"id": "m", "text": "The harbour is blue"}]}
    answers = workers.spread("POST", "/v1/long-term-memory/", json=body, headers={"Idempotency-Key": "one"})

    assert {answer.status_code for answer in answers.values()} == {200}
    assert len({answer.content for answer in answers.values()}) == 1
    assert True in {"idempotency-replayed" in answer.headers for answer in answers.values()}
    assert _written(workers) == before + 1


def _written(workers: Workers) -> float:
    counts = workers.ask("GET", "/metrics").text
    [line] = [line for line in counts.splitlines() if line.startswith("umi_memories_written_total ")]
    return float(line.split()[1])


def test_both_together_let_no_more_through_in_a_minute_than_a_caller_may_ask(workers: Workers):
    def ask(_: int) -> int:
        return workers.ask("GET", "/umi/v1/stats", key=workers.limited).status_code

    with ThreadPoolExecutor(ASKING) as pool:
        counts = Counter(pool.map(ask, range(3 * PER_MINUTE)))

    assert set(counts) == {200, 429}
    assert PER_MINUTE // 2 <= counts[200] <= PER_MINUTE  # each lets its half through
