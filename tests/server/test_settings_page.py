"""The page of the settings is as the class is."""

from __future__ import annotations

import importlib.util

import pytest
from tests.architecture.repository import ROOT

from umi.errors import Invalid, NotFound
from umi.server.settings import ServerSettings, read_settings

PAGE = ROOT / "docs" / "reference" / "server-settings.md"


def test_the_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("server_settings", ROOT / "tools" / "server_settings.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = PAGE.read_text(encoding="utf-8")

    assert written == tool.page(written), "Run `python tools/server_settings.py`."


def test_every_setting_says_what_it_is_for():
    assert [name for name, field in ServerSettings.model_fields.items() if not field.description] == []


def test_a_store_may_hold_a_password_and_does_not_show_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMI_STORE", "postgresql://umi:hunter2@db/umi")

    settings = read_settings({})

    assert settings.store is not None
    assert settings.store.get_secret_value().startswith("postgresql://umi:hunter2@")
    assert "hunter2" not in repr(settings) + str(settings.model_dump())


def test_several_values_are_separated_by_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMI_SERVER_CORS_ORIGINS", "https://one.example, https://two.example")

    assert read_settings({}).cors_origins == ("https://one.example", "https://two.example")


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(NotFound):
        read_settings({}, ROOT / "no such file.toml")
    with pytest.raises(Invalid, match="TOML"):
        read_settings({}, PAGE)
