"""`umi keys`: made, listed and revoked at the shell; a key is shown once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.unit.cli.conftest import Umi

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = re.compile(r"umi_[a-z2-7]{16}_[A-Za-z0-9_-]{43}")


def test_a_key_is_shown_once(umi: Umi, store: Path):
    made = umi("keys", "create", "--name", "for the agent", "--tenant", "acme", "--user", "zoe", "--days", "30")

    assert made.exit_code == 0
    [shown] = SHOWN.findall(made.stdout)
    secret = shown.split("_", 2)[2]
    listed = umi("keys", "list", "--tenant", "acme")
    assert "for the agent" in listed.stdout
    assert shown.split("_")[1] in listed.stdout
    assert secret not in listed.stdout + umi("keys", "list", "--all", "--json").stdout
    assert secret.encode() not in store.read_bytes()


def test_a_key_tells_what_it_is_good_for(umi: Umi):
    made = umi(
        "--json", "keys", "create", "--tenant", "acme", "--grant", "read", "--in", "b", "--in", "a",
        "--requests-per-minute", "60", "--writes-per-day", "0",
    )  # fmt: skip

    told = json.loads(made.stdout)
    assert SHOWN.fullmatch(told.pop("key"))
    [listed] = [json.loads(line) for line in umi("--json", "keys", "list", "--tenant", "acme").stdout.splitlines()]
    assert listed == told
    assert (told["grants"], told["namespaces"], told["state"]) == (["read"], ["a", "b"], "active")
    assert (told["requests_per_minute"], told["writes_per_day"], told["expires_at"]) == (60, 0, None)


def test_a_key_is_revoked_for_ever(umi: Umi):
    id = json.loads(umi("--json", "keys", "create").stdout)["id"]

    first = umi("--json", "keys", "revoke", id)
    again = umi("--json", "keys", "revoke", id)

    assert json.loads(first.stdout)["state"] == json.loads(again.stdout)["state"] == "revoked"
    assert json.loads(first.stdout)["revoked_at"] == json.loads(again.stdout)["revoked_at"]
    assert json.loads(umi("--json", "keys", "list").stdout)["state"] == "revoked"


def test_keys_of_other_tenants_are_not_listed(umi: Umi):
    umi("keys", "create", "--tenant", "one")
    umi("keys", "create", "--tenant", "two")

    tenants = [
        json.loads(line)["tenant"] for line in umi("--json", "keys", "list", "--tenant", "one").stdout.splitlines()
    ]
    every = [json.loads(line)["tenant"] for line in umi("--json", "keys", "list", "--all").stdout.splitlines()]

    assert (tenants, every) == (["one"], ["one", "two"])


def test_what_is_not_there_is_said(umi: Umi, store: Path):
    assert umi("keys", "list").exit_code == 3
    assert not store.exists()
    umi("keys", "create")
    nobody = umi("keys", "revoke", "nobody")
    assert "nobody" in nobody.stderr
    assert nobody.exit_code == 3
    assert umi("keys", "list", "--tenant", "other").exit_code == 1
