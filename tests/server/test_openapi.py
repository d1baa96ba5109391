"""Whatever the OpenAPI document allows, and much that it does not, is answered as the document says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as openapi_checks

from umi.server.app import create_app
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY: Any = schemathesis
SAID: Any = openapi_checks
CHECKS = [
    LIBRARY.checks.not_a_server_error,
    SAID.status_code_conformance,
    SAID.content_type_conformance,
    SAID.response_schema_conformance,
]
EXAMPLES = 10
URL_CHARACTERS_MAX = 65_000  # llhttp takes 65,535, with what stands before the path
UNHEEDED: Any = list(HealthCheck)

CONFIGURED: Any = SchemathesisConfig
CONFIG = CONFIGURED.from_dict({"generation": {"mode": "all"}})
DOCUMENT: Any = create_app(ServerSettings.model_validate({"auth": False})).openapi()
SCHEMA: Any = LIBRARY.openapi.from_dict(DOCUMENT, config=CONFIG)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a loopback port, open to all."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    said = ServerSettings.model_validate({"auth": False, "store": str(folder / "memory.db")})
    config = uvicorn.Config(create_app(said), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(1_200):
        if server.started:
            break
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=60)


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=UNHEEDED)
def test_no_answer_is_a_failure_or_undeclared(case: Any, url: str):
    answer = case.call(base_url=url)
    if len(answer.request.url) > URL_CHARACTERS_MAX:  # the HTTP parser refuses it, before there is an app to ask
        assert answer.status_code == HTTPStatus.BAD_REQUEST
    else:
        case.validate_response(answer, checks=CHECKS)


def test_every_route_is_in_the_document():
    assert {"/umi/v1/remember", "/umi/v1/recall", "/umi/v1/erase", "/healthz", "/readyz"} <= set(DOCUMENT["paths"])
