"""What of a Memory searches by weights that the caller sets, and tells how often what is found was."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from umi.domain.query import Hits
from umi.domain.time import from_microseconds
from umi.engine import weighted
from umi.engine.asking import Narrowing, check_ids, check_limit, check_query, filter_of
from umi.engine.bound import Bound
from umi.errors import Invalid
from umi.limits import LIST_LIMIT_MAX, RECALL_LIMIT_DEFAULT, RECALL_LIMIT_MAX
from umi.ports.blocking import blocking


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often recall returned an entity, and when last; None if never."""

    count: int
    last: datetime | None


class Searching(Bound):
    """Searching by words, by meaning, or by both in given shares, without looking at what stands around."""

    async def search(
        self,
        query: str,
        *,
        words: float = 0.5,
        meaning: float = 0.5,
        limit: int = RECALL_LIMIT_DEFAULT,
        **narrowing: Unpack[Narrowing],
    ) -> Hits:
        """Find what fits a query by itself, best first; equal scores keep the order in which they were recorded.

        A score is the mean of how well the words fit and how well the meaning does, weighted by `words` and `meaning`,
        which are not negative and not both 0. Without `meaning` only what holds a word of the query is found, without
        `words` whatever lies nearest. The context of a session and what is believed count for nothing here: that is
        what `recall` is for.

        Raises:
            Invalid: the query is empty, or another value cannot be used.
            QueryTooLongError: the query is too long.

        """
        shares = weighted.Shares(words=_share("words", words), meaning=_share("meaning", meaning))
        if not words + meaning:
            raise Invalid("Of words and meaning, at least one has to count.")
        asked = weighted.Asked(
            text=check_query(query),
            scope=self._scope,
            filter=filter_of(narrowing),
            limit=check_limit("limit", limit, RECALL_LIMIT_MAX),
            shares=shares,
        )
        with self._world.tracer.span("umi.search"):
            return await weighted.search(self._world, asked)

    async def uses(self, ids: Sequence[str]) -> Mapping[str, Use]:
        """Return how often recall returned entities, as far as it was written down; what is not recalled is left out.

        Raises:
            Invalid: an id cannot be one.

        """
        asked = tuple(check_ids("ids", ids))
        if not asked:
            return {}
        found = await self._world.store.uses(self._scope, asked)
        return {id: _use(*use) for id, use in found.items()}

    async def newest(self, *, limit: int | None = None, **narrowing: Unpack[Narrowing]) -> Sequence[str]:
        """Return the ids of what recall may find, last recorded first: as many as there are, or up to a limit.

        Raises:
            Invalid: a keyword is unknown, or its value cannot be used.

        """
        filter, cursor, found = filter_of(narrowing), None, list[str]()
        most = sys.maxsize if limit is None else check_limit("limit", limit, sys.maxsize)
        while len(found) < most:
            wanted = min(LIST_LIMIT_MAX, most - len(found))
            page = await self._world.store.list(self._scope, filter, limit=wanted, cursor=cursor, newest=True)
            found += (entity.id for entity in page.items)
            cursor = page.next
            if cursor is None:
                break
        return found

    search_sync = blocking(search)
    uses_sync = blocking(uses)
    newest_sync = blocking(newest)


def _use(count: int, last: int | None) -> Use:
    return Use(count=count, last=None if last is None else from_microseconds(last))


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise Invalid(f"{name} is a number from 0 to 1.")
    return float(value)
