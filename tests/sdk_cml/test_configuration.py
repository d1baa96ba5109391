"""Settings: what is given counts before the config, that before the environment, that before `.env`, then defaults."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from tests.sdk_cml.scripted import NOTHING, Wire

from cml import CMLConfig, CognitiveMemoryLayer, ValidationError, configure_logging

SECRET = "sk-secret-of-the-test"


def test_what_is_nearer_counts_before_what_is_farther(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("CML_TIMEOUT=1\nCML_MAX_RETRIES=1\nCML_TENANT_ID=one\nCML_RETRY_DELAY=1\n")
    monkeypatch.setenv("CML_MAX_RETRIES", "2")
    monkeypatch.setenv("CML_TENANT_ID", "two")
    monkeypatch.setenv("CML_RETRY_DELAY", "2")
    config = CMLConfig(tenant_id="three", retry_delay=3)

    with CognitiveMemoryLayer(config=config, retry_delay=4) as client:
        found = client.config

    assert (found.max_retry_delay, found.timeout, found.max_retries) == (60.0, 1.0, 2)
    assert (found.tenant_id, found.retry_delay) == ("three", 4.0)
    assert "CML_TIMEOUT" not in os.environ


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("CML_API_KEY", "k", "api_key", "k"),
        ("CML_BASE_URL", "https://memory.test/", "base_url", "https://memory.test"),
        ("CML_TENANT_ID", "t", "tenant_id", "t"),
        ("CML_TIMEOUT", "2.5", "timeout", 2.5),
        ("CML_MAX_RETRIES", "0", "max_retries", 0),
        ("CML_RETRY_DELAY", "0.5", "retry_delay", 0.5),
        ("CML_MAX_RETRY_DELAY", "9", "max_retry_delay", 9.0),
        ("CML_ADMIN_API_KEY", "a", "admin_api_key", "a"),
        ("CML_VERIFY_SSL", "no", "verify_ssl", False),
        ("CML_USER_ID", "ada", "user_id", "ada"),
    ],
)
def test_every_variable_works(variable: str, text: str, name: str, value: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(variable, text)

    with CognitiveMemoryLayer() as client:
        assert getattr(client.config, name) == value


def test_every_setting_has_a_variable_that_is_tested():
    marks: Any = test_every_variable_works
    tested = {row[2] for mark in marks.pytestmark if mark.name == "parametrize" for row in mark.args[1]}

    assert tested == set(CMLConfig.model_fields)


@pytest.mark.parametrize(
    "bad",
    [
        {"base_url": "memory.test"},
        {"base_url": "http://ada:pw@memory.test"},
        {"base_url": "http://memory.test?x=1"},
        {"timeout": 0},
        {"max_retries": -1},
        {"retry_delay": -1},
        {"api_key": "two words\n"},
        {"tenant_id": "ключ"},
        {"colour": "red"},
    ],
)
def test_a_setting_that_cannot_be_one_is_refused(bad: dict[str, Any]):
    with pytest.raises(ValidationError):
        CMLConfig(**bad)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CML_ADMIN_API_KEY", SECRET)
    config = CMLConfig(api_key=SECRET)

    with CognitiveMemoryLayer(config=config) as client:
        shown = f"{config!r} {config} {client!r} {client.context!r}"
    with pytest.raises(ValidationError) as refused:
        CMLConfig(api_key=f"{SECRET}\n")

    assert SECRET not in shown
    assert SECRET not in str(refused.value)


def test_an_admins_key_is_for_what_only_admins_may():
    wire = Wire(NOTHING, {"tenants": []}, {"affected_count": 3})
    client = wire.client(api_key="k", admin_api_key="a", tenant_id="t", user_id="ada")

    client.read("x")
    client.list_tenants()
    assert client.delete_all(confirm=True) == 3

    assert [one.headers["x-api-key"] for one in wire.requests] == ["k", "a", "a"]
    assert {one.headers["x-tenant-id"] for one in wire.requests} == {"t"}
    assert {one.headers["x-user-id"] for one in wire.requests} == {"ada"}
    assert wire.headers["user-agent"].startswith("py-cml/")


def test_another_tenant_can_be_turned_to():
    wire = Wire(NOTHING)
    client = wire.client(tenant_id="one")
    part = client.with_namespace("n")

    client.set_tenant("two")
    part.read("x")

    assert (client.tenant_id, part.tenant_id, wire.headers["x-tenant-id"]) == ("two", "two", "two")


def test_the_log_goes_where_it_is_sent_and_tells_no_text_and_no_key(caplog: pytest.LogCaptureFixture):
    kept = logging.getLogger("cml").handlers[:]
    try:
        configure_logging("debug", caplog.handler)
        Wire().client(api_key=SECRET).write("a text of the caller's")
    finally:
        configure_logging("WARNING")
        logging.getLogger("cml").handlers = kept
        logging.getLogger("cml").propagate = True

    records = [vars(one) for one in caplog.records if one.name == "cml"]
    assert [one["msg"] for one in records] == ["asking", "answered"]
    assert SECRET not in str(records)
    assert "a text of the caller's" not in str(records)
