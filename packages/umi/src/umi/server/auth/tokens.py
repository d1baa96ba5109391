"""JWT bearer tokens (RFC 7519, RFC 8725): signed by the issuer with a private key, for us, and in their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from umi.domain.bounds import Bounds, Grant
from umi.errors import Invalid
from umi.limits import ACTOR_BYTES_MAX, JWT_BYTES_MAX
from umi.ports.world import Clock
from umi.server.auth.principal import Principal
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from umi.server.auth.issuer_keys import IssuerKeys

_REQUIRED: Final = ("exp", "iss", "aud", "sub")
_SUBJECT_BYTES_MAX: Final = ACTOR_BYTES_MAX - len("jwt:")
_FAMILIES: Final = {"RS256": "RSA", "ES256": "EC"}


class Tokens:
    """Checks tokens. Only asymmetric signatures are taken: else a public key could pass for a shared secret."""

    def __init__(self, settings: ServerSettings, keys: IssuerKeys, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock

    async def check(self, token: str) -> Principal | None:
        """Return whose token it is, or None if it is not good.

        Raises:
            Unavailable: the issuer's keys are not known, and it does not answer.

        """
        import jwt

        if len(token) > JWT_BYTES_MAX or not token.isascii():
            return None
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            return None
        algorithm, id = header.get("alg"), header.get("kid")
        if algorithm not in self._settings.jwt_algorithms or not isinstance(id, str):
            return None
        key = await self._keys.get(id)
        if key is None or key.key_type != _FAMILIES[algorithm]:
            return None
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._settings.jwt_audience,
                issuer=self._settings.jwt_issuer,
                leeway=self._settings.jwt_leeway_seconds,
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return None
        return self._principal(claims) if self._is_in_time(claims) else None

    def _is_in_time(self, claims: Mapping[str, Any]) -> bool:
        """Whether the token holds now, by our own clock."""
        now, leeway = (
            self._clock.now().timestamp(),
            timedelta(seconds=self._settings.jwt_leeway_seconds).total_seconds(),
        )
        exp, nbf = claims["exp"], claims.get("nbf", 0)
        are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (exp, nbf))
        return are_numbers and nbf - leeway <= now < exp + leeway

    def _principal(self, claims: Mapping[str, Any]) -> Principal | None:
        """Return whom the claims name; one that lacks what it must have, or has it in a strange form, names nobody."""
        settings = self._settings
        tenant = claims.get(settings.jwt_tenant_claim)
        user = None if settings.jwt_user_claim is None else claims.get(settings.jwt_user_claim)
        if not isinstance(tenant, str) or not (settings.jwt_user_claim is None or isinstance(user, str)):
            return None
        named = None if settings.jwt_namespaces_claim is None else claims.get(settings.jwt_namespaces_claim)
        namespaces = None if named is None else _words(named)
        granted = _words(claims.get(settings.jwt_scopes_claim, ()))
        if granted is None or (named is not None and not namespaces):
            return None
        grants = frozenset(Grant(word) for word in granted if word in set(Grant))
        if len(claims["sub"].encode("utf-8", "replace")) > _SUBJECT_BYTES_MAX or not claims["sub"].isprintable():
            return None  # it stands in the log as the actor
        bound = None if namespaces is None else frozenset(namespaces)
        try:
            Bounds(tenant=tenant, user=user, namespaces=bound, grants=grants)
        except Invalid:
            return None
        return Principal(id=f"jwt:{claims['sub']}", tenant=tenant, user=user, namespaces=bound, grants=grants)


def _words(claim: Any) -> Sequence[str] | None:
    """Return the words of a claim, which is a text of words (RFC 8693) or a list of texts; None if it is neither."""
    if isinstance(claim, str):
        return claim.split()
    words = cast("Sequence[object]", claim) if isinstance(claim, list | tuple) else None
    if words is None or not all(isinstance(word, str) for word in words):
        return None
    return cast("Sequence[str]", words)
