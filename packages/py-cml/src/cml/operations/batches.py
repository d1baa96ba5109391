"""Many texts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cml.answers import read as parsed
from cml.context import Context
from cml.exceptions import ValidationError
from cml.exchange import ask
from cml.models.awaitable import Results
from cml.models.requests import WriteRequest
from cml.models.responses import WriteResponse
from cml.operations.checking import checked, listed
from cml.operations.memories import health, write
from cml.steps import Steps, Together

_TURNS_MAX: Final = 500


def batch_write(
    context: Context,
    items: Sequence[Mapping[str, Any]],
    *,
    session_id: str | None = None,
    namespace: str | None = None,
) -> Steps[Results[WriteResponse]]:
    """Keep several texts, and return what became of each, in their order.

    An item is a dict of what `write` takes: `content`, and `timestamp`, `context_tags` and so on. `session_id` and
    `namespace` are those of the items that name none themselves. One that the server refuses has `success` False and
    the reason as its `message`; the others are kept all the same. A server that tells of each text what became of it
    gets them in requests of 500; any other gets a request for each, several at once, so that nothing is lost.

    Raises:
        ValidationError: an item is no text to write; then none was sent.
    """
    around = {
        "session_id": context.session_id if session_id is None else session_id,
        "namespace": context.namespace if namespace is None else namespace,
    }
    sent = [checked(WriteRequest, **{**around, **_given(item)}) for item in listed("items", items)]
    if (yield from _tells_of_each(context)):
        return (yield from _in_batches(context, sent))
    return Results[WriteResponse]((yield from _one_by_one(context, sent)))


def _given(item: Any) -> dict[str, Any]:
    match item:
        case {**given}:
            return {str(name): value for name, value in given.items() if value is not None}
        case _:
            raise ValidationError(f"An item is a dict with content, not {item!r}.")


def _tells_of_each(context: Context) -> Steps[bool]:
    """Tell whether the server answers for each text of a batch: those that tell what they stand on do."""
    if context.known.tells_of_each is None:
        found = yield from health(context)
        context.known.tells_of_each = found.version is not None and "store" in found.components
    return context.known.tells_of_each


def _in_batches(context: Context, sent: Sequence[WriteRequest]) -> Steps[Results[WriteResponse]]:
    results = Results[WriteResponse]()
    for start in range(0, len(sent), _TURNS_MAX):
        part = sent[start : start + _TURNS_MAX]
        body = {"turns": [one.wire() for one in part]}
        try:
            content = yield from ask(context, "POST", "memory", "write_batch", body=body, writes=True)
        except ValidationError:
            results += yield from _one_by_one(context, part)  # one of them is wrong: the server says which
        else:
            results += [parsed(WriteResponse, one) for one in content["results"]]
    return results


def _one_by_one(context: Context, sent: Sequence[WriteRequest]) -> Steps[list[WriteResponse]]:
    found = yield Together(several=[_alone(context, one) for one in sent])
    assert isinstance(found, list)
    return found


def _alone(context: Context, one: WriteRequest) -> Steps[WriteResponse]:
    try:
        return (yield from write(context, **{name: getattr(one, name) for name in WriteRequest.model_fields}))
    except ValidationError as error:
        return WriteResponse(success=False, message=error.message)
