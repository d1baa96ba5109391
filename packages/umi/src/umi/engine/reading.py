"""What of a Memory finds: by a question, by an id, or one after another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Unpack

from umi.domain.entity import Entity
from umi.domain.options import RecallOptions
from umi.domain.pack import Pack
from umi.domain.query import Hits
from umi.domain.time import parse_time
from umi.domain.worth import Worth
from umi.engine import deepening, recalling
from umi.engine.asking import (
    Narrowing,
    check_after,
    check_callable,
    check_flag,
    check_id,
    check_limit,
    check_min_score,
    check_options,
    check_query,
    filter_of,
    filter_within,
    moment_of,
)
from umi.engine.bound import Bound
from umi.limits import (
    LIST_LIMIT_DEFAULT,
    LIST_LIMIT_MAX,
    PACK_TOKENS_DEFAULT,
    PACK_TOKENS_MAX,
    RECALL_LIMIT_MAX,
)
from umi.pipeline.recall.pack import pack
from umi.ports.blocking import blocking
from umi.ports.store import Page


class Reading(Bound):
    """Finding what a Memory holds."""

    async def recall(
        self,
        query: str,
        options: RecallOptions | None = None,
        *,
        limit: int | None = None,
        min_score: float | None = None,
        explain: bool = False,
        now: datetime | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Hits:
        """Find what answers a question, best first.

        `now` is when it is asked, for questions such as "What did I do last week?". With `explain` the answer also
        says how the question was read and how long each stage took. See `Narrowing` for the filters, and
        `RecallOptions` for what `options` may say. What could not be done is left out, and the answer's `path` tells.

        Raises:
            Invalid: the query is empty, or another value cannot be used.
            QueryTooLongError: the query is too long.

        """
        config = self._behaviour.config
        options = check_options("options", options, RecallOptions) or RecallOptions()
        filter = filter_within(filter_of(narrowing), options.period)
        wanted = config.recall_limit if options.limit is None else options.limit
        question = recalling.Question(
            text=check_query(query),
            scope=self._scope.narrow(user=user, namespace=namespace, agent=agent, session=session),
            filter=filter,
            limit=check_limit("limit", wanted if limit is None else limit, RECALL_LIMIT_MAX),
            min_score=check_min_score(min_score),
            now=self._world.clock.now() if now is None else parse_time(now),
            as_of=filter.moment.as_of,
            semantic=config.semantic_search_enabled if options.use_vector_search is None else options.use_vector_search,
        )
        self._background.wake()
        explain = check_flag("explain", explain)
        with self._world.tracer.span("umi.recall") as span:
            hits = await deepening.recall(self._world, question, options, config, explain=explain)
            span.set("umi.limit", question.limit)
            span.set("umi.hits.count", len(hits.items))
            span.set("umi.path", hits.path)
            return hits

    async def pack(
        self,
        query: str,
        *,
        tokens: int = PACK_TOKENS_DEFAULT,
        limit: int = 50,
        count_tokens: Callable[[str], int] | None = None,
        now: datetime | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Pack:
        """Recall, and render what fits into a number of tokens as dated, cited lines for a prompt, in time order."""
        check_limit("tokens", tokens, PACK_TOKENS_MAX)
        check_callable("count_tokens", count_tokens)
        hits = await self.recall(
            query,
            limit=limit,
            now=now,
            user=user,
            namespace=namespace,
            agent=agent,
            session=session,
            **narrowing,
        )
        return pack(hits, tokens=tokens, count_tokens=count_tokens)

    async def get(
        self, id: str, *, as_of: datetime | str | None = None, valid_at: datetime | str | None = None
    ) -> Entity | None:
        """Return an entity of this scope by its id, whatever its status, or None.

        With `as_of`: as it was known to be then. With `valid_at`: None if it did not hold then.
        """
        [entity] = await self._world.store.get(self._scope, [check_id(id)], moment_of(as_of, valid_at))
        return entity

    async def list(
        self,
        *,
        limit: int = LIST_LIMIT_DEFAULT,
        cursor: str | None = None,
        newest: bool = False,
        **narrowing: Unpack[Narrowing],
    ) -> Page:
        """Return entities in the order they were recorded, with `newest` the last one first.

        Pass a page's `next` as `cursor` to go on in the same order.
        """
        check_limit("limit", limit, LIST_LIMIT_MAX)
        filter = filter_of(narrowing)
        return await self._world.store.list(self._scope, filter, limit=limit, cursor=cursor, newest=newest)

    async def entities(self, **narrowing: Unpack[Narrowing]) -> AsyncIterator[Entity]:
        """Iterate over all entities of this scope in the order they were recorded."""
        cursor: str | None = None
        while True:
            page = await self.list(limit=1_000, cursor=cursor, **narrowing)
            for entity in page.items:
                yield entity
            cursor = page.next
            if cursor is None:
                return

    async def count(self, **narrowing: Unpack[Narrowing]) -> int:
        """Count the entities that recall may find."""
        return await self._world.store.count(self._scope, filter_of(narrowing))

    async def worth(self, *, limit: int = LIST_LIMIT_DEFAULT, after: int = 0) -> Sequence[Worth]:
        """Return what the entities of this scope are worth, in the order of their numbers, behind one of them."""
        check_limit("limit", limit, LIST_LIMIT_MAX)
        return await self._world.store.worth(self._scope, limit=limit, after=check_after(after))

    worth_sync = blocking(worth)
    recall_sync = blocking(recall)
    pack_sync = blocking(pack)
    get_sync = blocking(get)
    list_sync = blocking(list)
    count_sync = blocking(count)
