"""From what callers give to what is sent."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from cml.exceptions import ValidationError

M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], **given: Any) -> M:
    """Return what was given as a request. None counts as not given.

    Raises:
        ValidationError: it does not fit.
    """
    try:
        return model.model_validate({name: value for name, value in given.items() if value is not None})
    except PydanticError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ValidationError(f"This is no {model.__name__}: {problems}") from error


def listed(name: str, given: Any) -> list[Any]:
    """Return what was given as a list.

    Raises:
        ValidationError: it is none; a single text is none either.
    """
    match given:
        case [*several]:
            return several
        case _:
            raise ValidationError(f"{name} is a list, not {given!r}.")


def identifier(given: UUID | str) -> UUID:
    """Return the id of a memory.

    Raises:
        ValidationError: it is none.
    """
    try:
        return given if isinstance(given, UUID) else UUID(given)
    except (AttributeError, TypeError, ValueError):
        raise ValidationError(f"The id of a memory is a UUID, not {given!r}.") from None
