"""What of a Memory gives an answer all it stands on: what always holds, and what the question finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from umi.domain.options import RecallOptions
from umi.domain.query import Hits
from umi.domain.text import shown
from umi.domain.time import parse_time
from umi.engine import deepening, recalling
from umi.engine.asking import (
    Narrowing,
    check_callable,
    check_limit,
    check_min_score,
    check_query,
    filter_of,
)
from umi.engine.bound import Bound
from umi.engine.packing_standing import standing
from umi.errors import Invalid
from umi.limits import PACK_TOKENS_DEFAULT, PACK_TOKENS_MAX, RECALL_LIMIT_MAX
from umi.ports.blocking import blocking

if TYPE_CHECKING:
    from umi.domain.packet import Packet

PACKET_LIMIT_DEFAULT = 50


class Packing(Bound):
    """Putting together what an answer stands on."""

    async def packet(
        self,
        query: str,
        *,
        tokens: int = PACK_TOKENS_DEFAULT,
        limit: int = PACKET_LIMIT_DEFAULT,
        min_score: float | None = None,
        count_tokens: Callable[[str], int] | None = None,
        hits: Hits | None = None,
        now: datetime | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Packet:
        """Put together what an answer to a question stands on, within a number of tokens.

        Instructions, constraints and preferences come first, whether or not the question finds them; then up to `limit`
        memories that it does, with at least `min_score` where that is given. `session` and the filters narrow what is
        searched for; what always holds is given from all sessions of the same user, namespace and agent, as of the same
        moment. With `hits`, which `recall` found for the same question, it is made of those without another search. The
        packet's `llm_context` is all of it as text.

        Raises:
            Invalid: the query is empty, or another value cannot be used.
            QueryTooLongError: the query is too long.

        """
        from umi.pipeline.packet.assembling import assemble

        check_limit("tokens", tokens, PACK_TOKENS_MAX)
        check_callable("count_tokens", count_tokens)
        _check_hits(hits)
        config = self._behaviour.config
        outer = self._scope.narrow(user=user, namespace=namespace, agent=agent, session=None)
        question = recalling.Question(
            text=check_query(query),
            scope=outer.narrow(session=session),
            filter=filter_of(narrowing),
            limit=check_limit("limit", limit, RECALL_LIMIT_MAX),
            min_score=check_min_score(min_score),
            now=self._world.clock.now() if now is None else parse_time(now),
            as_of=None,
            semantic=config.semantic_search_enabled,
        )
        question = replace(question, as_of=question.filter.moment.as_of)
        world = self._world
        self._background.wake()
        with self._world.tracer.span("umi.packet") as span:
            if hits is None:
                hits = await deepening.recall(world, question, RecallOptions(), config, explain=False)
            always = await standing(world, replace(question, scope=outer), tokens=tokens)
            packet = await world.lane.run(lambda: assemble(hits, always, tokens=tokens, count_tokens=count_tokens))
            span.set("umi.hits.count", len(hits))
            span.set("umi.standing.count", len(always))
            span.set("umi.tokens.count", packet.tokens)
            return packet

    packet_sync = blocking(packet)


def _check_hits(hits: object) -> None:
    if hits is not None and not isinstance(hits, Hits):
        raise Invalid(f"hits are what recall found, not {shown(hits)}.")
