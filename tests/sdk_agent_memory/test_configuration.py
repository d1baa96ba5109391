"""Where the server is and who asks: by arguments, by a config, by the environment."""

from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError
from tests.sdk_agent_memory.scripted import URL, Wire

from agent_memory_client import (
    MemoryAPIClient,
    MemoryClient,
    MemoryClientConfig,
    MemoryValidationError,
    create_memory_client,
)

KEY, TOKEN = "key-of-ada-123", "token-of-ada-456"


def test_everything_can_be_given_by_name():
    client = MemoryAPIClient(
        base_url="http://localhost:8000/",
        api_key=KEY,
        bearer_token=TOKEN,
        timeout=12.5,
        max_retries=7,
        session_id="s",
        user_id="ada",
        namespace="n",
        http_client=httpx.AsyncClient(),
    )

    assert client.config.base_url == "http://localhost:8000"
    assert (client.config.timeout, client.config.max_retries) == (12.5, 7)
    assert (client.config.default_session_id, client.config.default_user_id) == ("s", "ada")
    assert client.config.default_namespace == "n"


def test_a_config_stands_for_all_settings():
    config = MemoryClientConfig(base_url="https://memory.example/api", timeout=3, default_namespace="n")

    assert MemoryClient(config).config is config
    with pytest.raises(MemoryValidationError, match="not both"):
        MemoryClient(config, api_key=KEY)


@pytest.mark.parametrize("unknown", ["api_keys", "default_namespaces", "retries"])
def test_what_is_unknown_is_refused(unknown: str):
    with pytest.raises(TypeError):
        MemoryAPIClient(**{"base_url": URL, unknown: "x"})  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValidationError):
        MemoryClientConfig.model_validate({"base_url": URL, unknown: "x"})


def test_the_environment_is_asked_for_what_is_absent(monkeypatch: pytest.MonkeyPatch):
    given = {
        "MEMORY_SERVER_URL": "http://elsewhere:1",
        "MEMORY_API_KEY": KEY,
        "MEMORY_TIMEOUT": "4.5",
        "MEMORY_MAX_RETRIES": "9",
        "DEFAULT_USER_ID": "ada",
        "DEFAULT_NAMESPACE": "production",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    config = MemoryAPIClient(base_url=None, max_retries=1).config

    assert config.base_url == "http://elsewhere:1"
    assert config.secrets == (KEY,)
    assert (config.timeout, config.max_retries) == (4.5, 1)
    assert (config.default_user_id, config.default_namespace) == ("ada", "production")
    assert MemoryAPIClient(MemoryClientConfig(base_url=URL)).config.secrets == ()


def test_without_any_setting_the_server_is_here():
    assert MemoryAPIClient().config.base_url == "http://localhost:8000"


def test_a_number_that_is_none_names_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEMORY_TIMEOUT", "soon")

    with pytest.raises(MemoryValidationError, match="MEMORY_TIMEOUT"):
        MemoryClient()


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host",
        "http://",
        "http://ada:secret@host",
        "http://host?x=1",
        "http://host/#a",
        "http://host:99999",
    ],
)
def test_an_address_that_cannot_be_one_is_refused(url: str):
    with pytest.raises(MemoryValidationError, match="base_url") as caught:
        MemoryClient(base_url=url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bad", [{"timeout": 0}, {"timeout": -1}, {"max_retries": -1}, {"context_window_max": 0}])
def test_numbers_out_of_range_are_refused(bad: dict[str, int]):
    with pytest.raises(MemoryValidationError):
        MemoryClient(base_url=URL, **bad)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"api_key": KEY}, {"authorization": f"Bearer {KEY}"}),
        ({"bearer_token": TOKEN}, {"authorization": f"Bearer {TOKEN}"}),
        ({"api_key": KEY, "bearer_token": TOKEN}, {"authorization": f"Bearer {TOKEN}", "x-api-key": KEY}),
        ({"api_key": ""}, {}),
    ],
)
def test_who_asks_is_told_with_every_request(given: dict[str, str], sent: dict[str, str]):
    wire = Wire({"now": 1})

    wire.client(**given).health_check()

    headers = wire.requests[0].headers
    assert {name: headers[name] for name in ("authorization", "x-api-key") if name in headers} == sent
    assert headers["user-agent"] == "agent-memory-client/0.1.0"


def test_a_token_of_ones_own_is_not_sent_with_the_machines_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEMORY_API_KEY", KEY)
    wire = Wire({"now": 1})

    wire.client(bearer_token=TOKEN).health_check()

    assert KEY not in str(wire.requests[0].headers.raw)


@pytest.mark.parametrize("bad", ["two\nlines", "schlüssel", " padded", "a\x00b"])
def test_a_key_that_fits_no_header_is_refused_without_being_shown(bad: str):
    with pytest.raises(MemoryValidationError) as caught:
        MemoryClient(base_url=URL, api_key=bad)
    with pytest.raises(ValidationError) as refused:
        MemoryClientConfig.model_validate({"base_url": URL, "api_key": bad})

    assert bad not in str(caught.value)
    assert bad not in str(refused.value)


def test_no_secret_is_ever_shown():
    client = MemoryAPIClient(base_url=URL, api_key=KEY, bearer_token=TOKEN)

    shown = f"{client!r} {client.config!r} {client.config.model_dump()} {client.context!r}"

    assert KEY not in shown
    assert TOKEN not in shown


def test_the_path_of_the_address_stays():
    wire = Wire({"now": 1})

    wire.client(base_url="http://memory.test/deep/down/").health_check()

    assert wire.sent == [("GET", "/deep/down/v1/health")]


async def test_a_given_http_client_is_used_and_stays_open():
    wire = Wire({"now": 1})
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(wire.answer), timeout=77)

    async with MemoryAPIClient(base_url=URL, http_client=http_client) as client:
        await client.health_check()
        first = wire.requests[-1].extensions["timeout"]["read"]
    async with MemoryAPIClient(base_url=URL, http_client=http_client, timeout=5) as client:
        await client.health_check()

    assert not http_client.is_closed
    assert (first, wire.requests[-1].extensions["timeout"]["read"]) == (77, 5)
    await http_client.aclose()


async def test_a_client_made_with_a_check_has_a_server(live_server_url: str):
    client = await create_memory_client(live_server_url, default_namespace="n")

    assert client.config.default_namespace == "n"
    await client.close()


def test_a_redirect_is_not_followed():
    wire = Wire(httpx.Response(307, headers={"location": "http://elsewhere.test/"}))

    with pytest.raises(Exception, match="HTTP 307"):
        wire.client(api_key=KEY).health_check()

    assert len(wire.requests) == 1
