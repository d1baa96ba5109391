"""The public keys of whoever issues tokens: fetched once, kept for a while, and fetched again when a key is unknown."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from umi.errors import Unavailable
from umi.ports.world import Clock

if TYPE_CHECKING:
    import httpx
    import jwt

_log = logging.getLogger("umi.server")

_REFETCHED_EVERY: Final = timedelta(seconds=10)  # a stranger's made-up key ids must not become requests to the issuer
_TIMEOUT_SECONDS: Final = 5.0
_BYTES_MAX: Final = 1_000_000


class IssuerKeys:
    """The keys at a URL (a JWK set), by their ids.

    An issuer that cannot be reached does no harm as long as its keys are known; `seconds` after its last answer
    they are believed no longer.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Clock, *, seconds: float) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._lifetime = timedelta(seconds=seconds)
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def get(self, id: str) -> jwt.PyJWK | None:
        """Return a key, or None if the issuer has none of this id.

        Raises:
            Unavailable: the issuer's keys are not known, and it does not answer.

        """
        if not self._is_fresh() or id not in self._keys:
            async with self._lock:
                if not self._is_fresh() or id not in self._keys:
                    await self._refetch()
        if not self._is_fresh():
            raise Unavailable("The keys of the tokens' issuer could not be fetched. Try again.")
        return self._keys.get(id)

    def _is_fresh(self) -> bool:
        return self._fetched_at is not None and self._clock.now() - self._fetched_at < self._lifetime

    async def _refetch(self) -> None:
        now = self._clock.now()
        if self._tried_at is not None and now - self._tried_at < _REFETCHED_EVERY:
            return
        self._tried_at = now
        try:
            self._keys = await self._fetch()
        except (OSError, ValueError) as error:
            _log.warning("the issuer's keys were not fetched", extra={"error": type(error).__name__})
        else:
            self._fetched_at = now

    async def _fetch(self) -> Mapping[str, jwt.PyJWK]:
        import httpx

        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                answer = await self._client.get(self._url)
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        if answer.status_code != HTTPStatus.OK or len(answer.content) > _BYTES_MAX:
            raise ValueError(f"the issuer answered {answer.status_code}")
        return dict(_usable(json.loads(answer.content)))


def _usable(document: Any) -> Iterator[tuple[str, jwt.PyJWK]]:
    """Return the keys of a set by their ids, without those for encryption, or of kinds that we do not take."""
    import jwt

    listed = cast("dict[str, Any]", document).get("keys") if isinstance(document, dict) else None
    for each in cast("list[Any]", listed) if isinstance(listed, list) else ():
        key = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str):
            try:
                yield key["kid"], jwt.PyJWK(key)
            except jwt.PyJWTError as error:
                _log.warning("a key of the issuer cannot be used", extra={"error": type(error).__name__})
