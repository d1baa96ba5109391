"""Servers and clients over the simulated network: what clients see, and servers that die."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route
from tests.unit.dst.running import Runs, result_of

from umi.dst import DeterministicRng, FaultConfig, FaultInjector, FaultType, SimNetwork
from umi.dst.fault_types import FaultCategory
from umi.dst.loop import running_loop
from umi.dst.web.frames import Ask, framed, read
from umi.dst.web.server import SimServer
from umi.dst.web.transport import SimTransport
from umi.errors import ClosedError

NETWORK = [fault for fault in FaultType if fault.category is FaultCategory.NETWORK]


class Greeter:
    """An app, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.was_asked = asyncio.Event()
        self.lives: list[str] = []
        self.gone = 0

    def __call__(self) -> Starlette:
        routes = [
            Route("/greet", self._greet, methods=["POST"]),
            Route("/count", self._count),
            Route("/wait", self._wait),
            Route("/break", self._break),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        self.lives.append("begun")
        yield
        self.lives.append("ended")

    async def _greet(self, request: Request) -> JSONResponse:
        said = await request.json()
        self.asked.append(said["name"])
        self.was_asked.set()
        await asyncio.sleep(0.01)
        assert request.client is not None
        return JSONResponse({"hello": said["name"], "query": dict(request.query_params), "from": request.client.host})

    async def _count(self, request: Request) -> StreamingResponse:
        async def counting() -> AsyncGenerator[str]:
            for number in range(5):
                yield f"{number};"
                await asyncio.sleep(1)

        return StreamingResponse(counting(), headers={"x-path": request.url.path})

    async def _wait(self, request: Request) -> JSONResponse:
        while not await request.is_disconnected():  # noqa: ASYNC110 - as apps do
            await asyncio.sleep(1)
        self.gone += 1
        return JSONResponse({})

    async def _break(self, _: Request) -> JSONResponse:
        raise ValueError("of the app")


class Net:
    """A network with a server on it, and clients of it."""

    def __init__(self, *faults: FaultConfig, seed: int = 1, raises: bool = True) -> None:
        rng = DeterministicRng(seed)
        self.faults = FaultInjector(rng.fork("faults"))
        for fault in faults:
            self.faults.register(fault)
        self.network = SimNetwork(running_loop().clock, rng.fork("network"), self.faults)
        self.app = Greeter()
        self.server = SimServer(self.network, "umi", self.app, raises=raises)

    def client(self, name: str = "agent", **more: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=SimTransport(self.network, name), base_url="http://umi", **more)


def served(main: Callable[[Net], Awaitable[Any]], *faults: FaultConfig, seed: int = 1, raises: bool = True) -> Any:
    """Run a scenario with a server that has started."""

    async def scenario() -> Any:
        net = Net(*faults, seed=seed, raises=raises)
        with net.faults.calm():
            await net.server.start()
        return await main(net)

    return result_of(scenario, seed)


async def greet(client: httpx.AsyncClient, name: str = "Ada") -> Any:
    return (await client.post("/greet?q=a%20b", json={"name": name})).json()


async def outcome(net: Net) -> str:
    """Ask once; return what the client saw."""
    async with net.client() as client:
        try:
            return str(await greet(client))
        except httpx.TransportError as error:
            return type(error).__name__


def test_requests_and_answers_travel_over_the_network():
    async def main(net: Net) -> Any:
        async with net.client("left") as left, net.client("right") as right:
            answers = await asyncio.gather(*(greet(client, str(n)) for n, client in enumerate([left, right] * 3)))
            missing = await left.get("/nothing")
        return answers, missing.status_code

    answers, missing = served(main)

    expected = [{"hello": str(n), "query": {"q": "a b"}, "from": ("left", "right")[n % 2]} for n in range(6)]
    assert answers == expected
    assert missing == 404


def test_an_exchange_takes_the_time_of_its_messages():
    async def main() -> float:
        net = Net()
        net.network.with_latency(50)
        await net.server.start()
        began = running_loop().time()
        async with net.client() as client:
            await greet(client)
        return round(running_loop().time() - began, 3)

    assert result_of(main) == 0.11


def test_an_answer_in_parts_arrives_in_its_order_as_it_is_made():
    async def main(net: Net) -> Any:
        net.network.with_latency(1, 3_000)  # parts overtake each other
        async with net.client(timeout=60) as client, client.stream("GET", "/count") as response:
            assert response.headers["x-path"] == "/count"
            return [(text, running_loop().time()) async for text in response.aiter_text()]

    told = served(main)

    assert [text for text, _ in told] == ["0;", "1;", "2;", "3;", "4;"]
    assert told[-1][1] - told[0][1] >= 1


def test_a_client_that_goes_away_is_told_to_the_app():
    async def main(net: Net) -> int:
        async with net.client(timeout=3) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/wait")
            await asyncio.sleep(5)
        return net.app.gone

    assert served(main) == 1


def test_what_an_app_raises_fails_the_run_or_becomes_an_answer():
    async def main(net: Net) -> int:
        async with net.client() as client:
            return (await client.get("/break")).status_code

    with pytest.raises(ValueError, match="of the app"):
        served(main)
    assert served(main, raises=False) == 500


# What clients see of a network


def test_a_host_that_nobody_is_cannot_be_connected_to():
    async def main(net: Net) -> None:
        async with net.client() as client:
            with pytest.raises(httpx.ConnectError, match="nowhere"):
                await client.get("http://nowhere/")

    served(main)


def test_across_a_partition_a_client_waits_as_long_as_it_wants_to_connect():
    async def main(net: Net) -> float:
        net.network.partition_one_way("umi", "agent")
        began = running_loop().time()
        async with net.client(timeout=7) as client:
            with pytest.raises(httpx.ConnectTimeout):
                await greet(client)
        return round(running_loop().time() - began, 3)

    assert served(main) == 7


def test_a_partition_that_comes_between_loses_the_answer():
    async def main(net: Net) -> list[str]:
        async with net.client(timeout=7) as client:
            asking = asyncio.create_task(greet(client))
            await net.app.was_asked.wait()
            net.network.partition("agent", "umi")
            with pytest.raises(httpx.ReadTimeout):
                await asking
        return net.app.asked

    assert served(main) == ["Ada"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (FaultType.NETWORK_TIMEOUT, {"ReadTimeout"}),
        (FaultType.NETWORK_CONNECTION_REFUSED, {"ConnectError", "RemoteProtocolError"}),
        (FaultType.NETWORK_DNS_FAIL, {"ConnectError", "ReadTimeout"}),
        (FaultType.NETWORK_PARTIAL_WRITE, {"WriteError", "RemoteProtocolError"}),
        (FaultType.NETWORK_RESET, {"ReadError", "RemoteProtocolError"}),
        (FaultType.NETWORK_LOSS, {"ReadTimeout"}),
        (FaultType.NETWORK_DUPLICATION, set[str]()),
        (FaultType.NETWORK_REORDERING, set[str]()),
        (FaultType.NETWORK_LATENCY, set[str]()),
        (FaultType.NETWORK_PARTITION, {"ReadTimeout"}),
        (FaultType.NETWORK_ONE_WAY_PARTITION, {"ReadTimeout"}),
    ],
)
def test_every_fault_fires_and_is_seen_as_httpx_would_raise_it(fault: FaultType, seen: set[str]):
    fired = 0

    async def main(net: Net) -> str:
        nonlocal fired
        told = await outcome(net)
        fired += net.faults.total_injections()
        return told

    outcomes = Counter(served(main, FaultConfig(fault, 0.5), seed=seed) for seed in range(25))

    greeting = str({"hello": "Ada", "query": {"q": "a b"}, "from": "agent"})
    assert fired
    assert outcomes[greeting]
    assert set(outcomes) - {greeting} <= seen
    assert not seen or set(outcomes) - {greeting}


def test_no_fault_of_the_network_is_left_out_above():
    marks = test_every_fault_fires_and_is_seen_as_httpx_would_raise_it.pytestmark  # type: ignore[attr-defined]

    assert {fault for fault, _ in marks[0].args[1]} == set(NETWORK)


def test_a_request_that_is_duplicated_reaches_the_app_twice_and_is_answered_once():
    async def main(net: Net) -> tuple[str, list[str], int]:
        told = await outcome(net)
        await asyncio.sleep(1)
        return told, net.app.asked, max(net.server.copies.values())

    told, asked, copies = served(main, FaultConfig(FaultType.NETWORK_DUPLICATION, 1.0, operation_filter="agent>umi"))

    assert "hello" in told
    assert asked == ["Ada", "Ada"]
    assert copies == 2


# Servers that die


def test_a_server_that_was_killed_refuses_and_answers_again_after_its_start():
    async def main(net: Net) -> list[str]:
        seen: list[str] = []
        async with net.client() as client:
            net.server.kill()
            assert not net.server.is_running
            with pytest.raises(httpx.ConnectError, match="refused"):
                await greet(client)
            await net.server.start()
            seen.append(str(await greet(client)))
        return [*net.app.lives, str(len(seen))]

    assert served(main) == ["begun", "begun", "1"]


def test_what_a_killed_server_had_not_answered_is_lost_and_its_client_told():
    async def main(net: Net) -> list[str]:
        async with net.client() as client:
            asking = asyncio.create_task(greet(client))
            await net.app.was_asked.wait()
            net.server.kill()
            with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
                await asking
        return net.app.lives

    assert served(main) == ["begun"]


def test_of_a_machine_that_goes_down_nobody_is_told():
    async def main(net: Net) -> None:
        async with net.client() as client:
            asking = asyncio.create_task(greet(client))
            await net.app.was_asked.wait()
            net.server.kill(silently=True)
            with pytest.raises(httpx.ReadTimeout):
                await asking

    served(main)


def test_a_server_that_stops_closes_what_it_opened():
    async def main(net: Net) -> list[str]:
        await net.server.stop()
        with pytest.raises(ClosedError):
            await net.server.stop()
        return net.app.lives

    assert served(main) == ["begun", "ended"]


def test_what_keeps_an_app_from_starting_is_raised_by_its_start():
    @asynccontextmanager
    async def failing(_: Starlette) -> AsyncGenerator[None]:
        raise ValueError("no store")
        yield

    async def main() -> bool:
        server = SimServer(Net().network, "other", lambda: Starlette(lifespan=failing))
        with pytest.raises(ValueError, match="no store"):
            await server.start()
        return server.is_running

    assert not result_of(main)


def test_who_waits_for_the_start_of_a_server_that_is_killed_is_told():
    @asynccontextmanager
    async def slow(_: Starlette) -> AsyncGenerator[None]:
        await asyncio.sleep(60)
        yield

    async def main() -> None:
        server = SimServer(Net().network, "other", lambda: Starlette(lifespan=slow))
        starting = asyncio.create_task(server.start())
        await asyncio.sleep(1)
        server.kill()
        with pytest.raises(ClosedError, match="was killed"):
            await starting

    result_of(main)


def test_two_runs_of_one_seed_are_the_same_and_another_differs():
    async def main() -> list[str]:
        net = Net(*(FaultConfig(fault, 0.1) for fault in NETWORK), seed=5)
        with net.faults.calm():
            await net.server.start()
        told: list[str] = []
        async with net.client() as client:
            for name in "abcdefgh":
                try:
                    told.append(str(await greet(client, name)))
                except httpx.TransportError as error:
                    told.append(repr(error))
        return told

    first, again, other = Runs(1).run(main), Runs(1).run(main), Runs(2).run(main)

    assert first == again
    assert first.steps != other.steps


def test_a_frame_that_was_cut_short_is_none():
    ask = Ask(exchange=1, method="GET", scheme="http", host="umi", url="/", headers=[("a", "b")], body=b"body")
    whole = framed(ask)

    assert read(whole) == ask
    assert {read(whole[:length]) for length in range(len(whole))} == {None}
