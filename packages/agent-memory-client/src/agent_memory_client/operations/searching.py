"""To search long-term memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypedDict, Unpack, cast

from agent_memory_client.answers import read
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.exchange import ask, parameters
from agent_memory_client.filters import Given, joined, wire_filter
from agent_memory_client.models.recency import RecencyConfig
from agent_memory_client.models.record import MemoryRecordResult, MemoryRecordResults
from agent_memory_client.operations.given import checked
from agent_memory_client.steps import Page, Paging, Steps

SearchMode: TypeAlias = Literal["semantic", "keyword", "hybrid"]
_DISTANCE_DECIMALS = 12  # 1 - 0.7 is 0.3, not 0.30000000000000004


class SearchOptions(TypedDict, total=False):
    """What a search may be told beside its text.

    Each filter takes a model of `agent_memory_client.filters`, a dict of its operators, a string or a datetime
    (equal to it), or a list (any of it). `created_after` and `created_before` are bounds of `created_at`, inclusive.
    `min_relevance_score` is from 0 to 1, and `1 - distance_threshold`; both are for semantic search.
    """

    created_at: Given | None
    last_accessed: Given | None
    user_id: Given | None
    distance_threshold: float | None
    memory_type: Given | None
    recency: RecencyConfig | Mapping[str, Any] | None
    event_date: Given | None
    created_after: datetime | str | None
    created_before: datetime | str | None
    min_relevance_score: float | None
    search_mode: SearchMode | None
    hybrid_alpha: float | None
    text_scorer: str | None
    extraction_strategy: Given | None


def search_long_term_memory(
    context: Context,
    text: str = "",
    session_id: Given | None = None,
    namespace: Given | None = None,
    topics: Given | None = None,
    entities: Given | None = None,
    *,
    limit: int = 10,
    offset: int = 0,
    optimize_query: bool = False,
    **options: Unpack[SearchOptions],
) -> Steps[MemoryRecordResults]:
    """Return the memories that are nearest to a text, best first; without a text, those that fit the filters.

    All filters hold together. The client's own user and namespace hold unless others are given. `optimize_query` lets
    a model of the server's word the text anew. See `SearchOptions` for the rest.

    Raises:
        MemoryValidationError: a filter or an option cannot be used.
    """
    body = search_request(
        context,
        text,
        {"session_id": session_id, "namespace": namespace, "topics": topics, "entities": entities},
        limit=limit,
        offset=offset,
        **options,
    )
    query = parameters(optimize_query=optimize_query)
    return read(
        MemoryRecordResults, (yield from ask(context, "POST", "long-term-memory", "search", query=query, body=body))
    )


def search_all_long_term_memories(
    context: Context,
    text: str = "",
    session_id: Given | None = None,
    namespace: Given | None = None,
    topics: Given | None = None,
    entities: Given | None = None,
    *,
    batch_size: int = 50,
    optimize_query: bool = False,
    **options: Unpack[SearchOptions],
) -> Paging[MemoryRecordResult]:
    """Go through all memories that a search finds, reading `batch_size` at a time; each comes once."""
    seen: set[str] = set()
    offset: int | None = 0
    while offset is not None:
        search = search_long_term_memory(
            context,
            text,
            session_id,
            namespace,
            topics,
            entities,
            limit=batch_size,
            offset=offset,
            optimize_query=optimize_query,
            **options,
        )
        page = yield _page(search, batch_size, offset, seen)
        seen.update(one.id for one in page.items)
        offset = page.next_offset


def search_request(
    context: Context,
    text: str,
    filters: Mapping[str, Given | None],
    *,
    limit: int = 10,
    offset: int = 0,
    recency: RecencyConfig | Mapping[str, Any] | None = None,
    distance_threshold: float | None = None,
    min_relevance_score: float | None = None,
    created_after: datetime | str | None = None,
    created_before: datetime | str | None = None,
    search_mode: SearchMode | None = None,
    hybrid_alpha: float | None = None,
    text_scorer: str | None = None,
    user_id: Given | None = None,
    memory_type: Given | None = None,
    extraction_strategy: Given | None = None,
    created_at: Given | None = None,
    last_accessed: Given | None = None,
    event_date: Given | None = None,
) -> dict[str, Any]:
    """Return the body of a search.

    Raises:
        MemoryValidationError: a filter or an option cannot be used.
        TypeError: there is no such option.
    """
    narrowed: dict[str, Given | None] = {
        **filters,
        "user_id": context.user_id if user_id is None else user_id,
        "memory_type": memory_type,
        "extraction_strategy": extraction_strategy,
        "created_at": joined("created_at", created_at, gte=created_after, lte=created_before),
        "last_accessed": last_accessed,
        "event_date": event_date,
    }
    if narrowed.get("namespace") is None:
        narrowed["namespace"] = context.namespace
    body: dict[str, Any] = {
        "text": text,
        "search_mode": search_mode,
        "hybrid_alpha": hybrid_alpha,
        "text_scorer": text_scorer,
        "distance_threshold": _distance(distance_threshold, min_relevance_score, search_mode),
        "limit": limit,
        "offset": offset,
        **{name: None if value is None else wire_filter(name, value) for name, value in narrowed.items()},
        **({} if recency is None else checked(RecencyConfig, recency).wire()),
    }
    return {name: value for name, value in body.items() if value is not None}


def nested_search(context: Context, query: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the search inside a prompt, from a dict in the words of a call or of the protocol.

    Raises:
        MemoryValidationError: a filter or an option cannot be used.
    """
    rest = dict(given)
    text = rest.pop("text", None) or query
    filters = {name: rest.pop(name) for name in _FILTERS_BY_POSITION & rest.keys()}
    weights = {name: rest.pop(name) for name in list(rest) if name.startswith(("recency_", "server_side_"))}
    try:
        return search_request(context, text, filters, **cast(Any, rest)) | weights
    except TypeError as error:
        raise MemoryValidationError(f"long_term_search: {error}") from error


_FILTERS_BY_POSITION = frozenset({"session_id", "namespace", "topics", "entities"})
FILTERS = _FILTERS_BY_POSITION | frozenset(
    {
        "created_at",
        "event_date",
        "extraction_strategy",
        "last_accessed",
        "memory_type",
        "user_id",
    }
)


def _distance(threshold: float | None, relevance: float | None, mode: SearchMode | None) -> float | None:
    if threshold is None and relevance is None:
        return None
    if threshold is not None and relevance is not None:
        raise MemoryValidationError("min_relevance_score and distance_threshold say the same: give one of them.")
    if mode not in {None, "semantic"}:
        raise MemoryValidationError(f"A distance is for semantic search; {mode} search has none to compare with.")
    distance = threshold if relevance is None else round(1 - relevance, _DISTANCE_DECIMALS)
    if distance is None or distance < 0:
        raise MemoryValidationError("min_relevance_score is from 0 to 1, and distance_threshold at least 0.")
    return distance


def _page(
    search: Steps[MemoryRecordResults], limit: int, offset: int, seen: set[str]
) -> Steps[Page[MemoryRecordResult]]:
    found = yield from search
    following = found.next_offset
    if following is None and len(found.memories) >= limit and found.total >= offset + limit:
        following = offset + limit  # some servers never say where the next page starts
    new = {one.id: one for one in found.memories if one.id not in seen}
    return Page(items=list(new.values()), next_offset=following if found.memories else None)
