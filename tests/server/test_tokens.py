"""JWT bearer tokens: whose they are is believed only when the issuer signed them, for us, and in their time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from tests.server.conftest import Server, Serving, bearer

from umi.domain.bounds import Grant
from umi.errors import Invalid, Unavailable
from umi.limits import ACTOR_BYTES_MAX, JWT_BYTES_MAX
from umi.server.auth.principal import Principal
from umi.server.settings import read_settings
from umi.testing.store.making import NOON, SteppingClock

ISSUER, AUDIENCE = "https://issuer.example/", "umi"
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def jwk(id: str, key: Any, **more: Any) -> dict[str, Any]:
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": id, "use": "sig", **more}


class Issuer:
    """Publishes keys on a loopback port, and counts who asks for them."""

    def __init__(self) -> None:
        self.keys = [jwk("rsa", RSA), jwk("ec", EC)]
        self.status = 200
        self.asked = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                content = json.dumps({"keys": issuer.keys}).encode()
                self.send_response(issuer.status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/keys"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class Gate:
    """A server that takes the issuer's tokens, by a clock that stands where the test puts it."""

    def __init__(self, server: Server, clock: SteppingClock) -> None:
        self.server = server
        self.clock = clock
        tokens: Any = server.services.gate._tokens  # pyright: ignore[reportPrivateUsage]
        self.check: Callable[[str], Any] = tokens.check
        tokens._clock = tokens._keys._clock = clock


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def settings(issuer: Issuer) -> dict[str, Any]:
    return {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE, "jwt_jwks_url": issuer.url}


@pytest.fixture
async def gate(serving: Serving, settings: dict[str, Any]) -> Gate:
    return Gate(await serving(**settings), SteppingClock(NOON))


def claims(**more: Any) -> dict[str, Any]:
    """Return claims that are good at noon; None takes one away."""
    now = NOON.timestamp()
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "zoe",
        "exp": now + 300,
        "iat": now,
        "tenant": "t",
        "scope": "read write openid",
        **more,
    }
    return {name: value for name, value in said.items() if value is not None}


def signed(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa", **more: Any) -> str:
    return jwt.encode(claims(**more), key, algorithm, headers={} if kid is None else {"kid": kid})


async def test_a_good_token_is_whose_it_says(gate: Gate):
    principal = await gate.check(signed(namespaces=["a", "b"]))

    assert principal == Principal(
        id="jwt:zoe",
        tenant="t",
        user="zoe",
        namespaces=frozenset({"a", "b"}),
        grants=frozenset({Grant.READ, Grant.WRITE}),
    )
    assert (await gate.check(signed(EC, "ES256", "ec"))).user == "zoe"
    assert (await gate.check(signed(aud=["other", AUDIENCE]))).user == "zoe"


async def test_a_token_is_taken_over_http_and_stands_behind_its_fence(serving: Serving, settings: dict[str, Any]):
    server = await serving(**settings)
    now = server.services.world.clock.now().timestamp()
    zoe, max_ = (signed(sub=sub, exp=now + 300, iat=now) for sub in ("zoe", "max"))

    id = (await server.remember(zoe, "The key is under the mat")).json()["id"]

    assert (await server.client.get(f"/umi/v1/entities/{id}", headers=bearer(zoe))).status_code == 200
    assert (await server.client.get(f"/umi/v1/entities/{id}", headers=bearer(max_))).status_code == 404
    assert (await server.remember(zoe, "No", user="max")).status_code == 403
    refused = await server.client.get("/umi/v1/stats", headers=bearer(zoe[:-4]))
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="umi"')


def unsigned() -> str:
    return jwt.encode(claims(), None, "none", headers={"kid": "rsa"})  # pyright: ignore[reportArgumentType]


def by_the_public_key(form: Encoding | None) -> str:
    """Return a token under HS256 whose secret is the issuer's public key, as PEM or DER or as published."""
    kind = PublicFormat.SubjectPublicKeyInfo
    secret = (
        json.dumps(jwk("rsa", RSA)).encode()
        if form is None
        else RSA.public_key().public_bytes(encoding=form, format=kind)
    )
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims()]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    mac = hmac.new(secret, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def tampered() -> str:
    head, _, mac = signed().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(tenant="T")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{mac}"


BAD: dict[str, Callable[[], str]] = {
    "no signature": unsigned,
    "the algorithm none in other letters": lambda: unsigned().replace(
        unsigned().split(".")[0],
        base64.urlsafe_b64encode(b'{"alg":"nOnE","kid":"rsa"}').rstrip(b"=").decode(),
    ),
    "a shared secret that is the public key (PEM)": lambda: by_the_public_key(Encoding.PEM),
    "a shared secret that is the public key (DER)": lambda: by_the_public_key(Encoding.DER),
    "a shared secret that is the published key": lambda: by_the_public_key(None),
    "another's key": lambda: signed(OTHER),
    "another algorithm of the same key": lambda: signed(RSA, "RS512"),
    "PSS, which was not asked for": lambda: signed(RSA, "PS256"),
    "the other family's key": lambda: signed(EC, "ES256", "rsa"),
    "no key id": lambda: signed(kid=None),
    "an unknown key id": lambda: signed(kid="unknown"),
    "changed claims": tampered,
    "another issuer": lambda: signed(iss=ISSUER + "x"),
    "no issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="UMI"),
    "no audience": lambda: signed(aud=None),
    "no subject": lambda: signed(sub=None),
    "an empty user": lambda: signed(sub=""),
    "a subject that would break a log line": lambda: signed(sub="zoe\nadmin"),
    "a subject that is too long": lambda: signed(sub="z" * ACTOR_BYTES_MAX),
    "no tenant": lambda: signed(tenant=None),
    "an empty tenant": lambda: signed(tenant=""),
    "a tenant that is a number": lambda: signed(tenant=7),
    "a tenant that is a list": lambda: signed(tenant=["t"]),
    "no namespace of all": lambda: signed(namespaces=[]),
    "a namespace that is a number": lambda: signed(namespaces=[7]),
    "expired": lambda: signed(exp=NOON.timestamp() - 31),
    "no expiry": lambda: signed(exp=None),
    "an expiry that is true": lambda: signed(exp=True),
    "not yet": lambda: signed(nbf=NOON.timestamp() + 31),
    "a critical header that is not known": lambda: jwt.encode(
        claims(), RSA, "RS256", headers={"kid": "rsa", "crit": ["x"], "x": 1}
    ),
    "too large": lambda: signed(padding="x" * JWT_BYTES_MAX),
    "one part": lambda: "abc",
    "empty parts": lambda: "..",
    "no base64": lambda: "ä.b.c",
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
async def test_a_token_is_not_believed_with(gate: Gate, make: Callable[[], str]):
    assert await gate.check(make()) is None


async def test_a_token_without_scopes_grants_nothing(gate: Gate):
    assert (await gate.check(signed(scope=None))).grants == frozenset()
    assert (await gate.check(signed(scope="READ admins write:all"))).grants == frozenset()


async def test_the_clocks_may_differ_a_little(gate: Gate):
    now = NOON.timestamp()

    assert await gate.check(signed(exp=now - 29)) is not None
    assert await gate.check(signed(nbf=now + 29)) is not None


async def test_the_keys_are_fetched_once_and_again_after_their_time(gate: Gate, issuer: Issuer):
    for _ in range(5):
        assert await gate.check(signed()) is not None
    assert issuer.asked == 1

    gate.clock.time = NOON + timedelta(seconds=299)
    assert await gate.check(signed()) is not None
    assert issuer.asked == 1

    gate.clock.time = NOON + timedelta(seconds=301)
    assert await gate.check(signed()) is not None
    assert issuer.asked == 2


async def test_a_key_that_is_rotated_in_is_found_and_one_that_was_taken_back_is_lost(gate: Gate, issuer: Issuer):
    assert await gate.check(signed()) is not None
    issuer.keys = [jwk("new", OTHER)]
    gate.clock.time += timedelta(seconds=15)

    assert await gate.check(signed(OTHER, kid="new")) is not None
    assert await gate.check(signed()) is None
    assert issuer.asked == 2


async def test_made_up_key_ids_are_no_flood_of_requests_to_the_issuer(gate: Gate, issuer: Issuer):
    for number in range(50):
        assert await gate.check(signed(kid=f"made up {number}")) is None

    assert issuer.asked == 1


async def test_an_issuer_that_is_away_does_no_harm_until_its_keys_are_old(gate: Gate, issuer: Issuer):
    assert await gate.check(signed()) is not None
    issuer.status = 500
    gate.clock.time = NOON + timedelta(seconds=200)
    assert await gate.check(signed()) is not None

    gate.clock.time = NOON + timedelta(seconds=310)
    with pytest.raises(Unavailable):
        await gate.check(signed(exp=NOON.timestamp() + 900))

    issuer.status = 200
    gate.clock.time += timedelta(seconds=15)
    assert await gate.check(signed(exp=NOON.timestamp() + 900)) is not None


async def test_keys_that_are_none_are_passed_over(gate: Gate, issuer: Issuer):
    broken: Any = ["x", {"kty": "RSA", "kid": "rsa"}, {"kty": "oct", "kid": "rsa", "k": "c2VjcmV0"}]
    issuer.keys = [*broken, jwk("for encryption", OTHER, use="enc"), jwk("ec", EC)]

    assert await gate.check(signed(EC, "ES256", "ec")) is not None
    assert await gate.check(signed()) is None
    assert await gate.check(signed(OTHER, kid="for encryption")) is None


async def test_the_claims_have_the_names_that_are_set(serving: Serving, settings: dict[str, Any]):
    named = {"jwt_tenant_claim": "org", "jwt_user_claim": None, "jwt_scopes_claim": "perms"}
    gate = Gate(await serving(**settings, **named), SteppingClock(NOON))

    principal = await gate.check(signed(tenant=None, org="acme", perms=["admin"]))

    assert (principal.tenant, principal.user, principal.grants) == ("acme", None, frozenset({Grant.ADMIN}))


def test_keys_are_fetched_where_nobody_can_change_them_on_the_way():
    with pytest.raises(Invalid, match="https"):
        read_settings({"jwt_issuer": "i", "jwt_audience": "a", "jwt_jwks_url": "http://issuer.example/keys"})
    with pytest.raises(Invalid, match="together"):
        read_settings({"jwt_issuer": "i"})
