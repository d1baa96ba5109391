"""What a run ends with: one table of exit codes, which the help and the documentation print."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from umi.errors import (
    Conflict,
    Corrupt,
    DeadlockError,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    Unavailable,
    Unsupported,
)
from umi.errors import (
    MemoryError as UmiError,
)


class Exit(IntEnum):
    """The exit codes of `umi`."""

    OK = 0
    NOTHING = 1
    USAGE = 2
    REFUSED = 3
    UNAVAILABLE = 4
    CORRUPT = 5
    BUG = 70
    INTERRUPTED = 130


EXIT_MEANINGS: Final = {
    Exit.OK: "it worked",
    Exit.NOTHING: "nothing was found, or a check found something that is not right",
    Exit.USAGE: "the command cannot be used as it was given (Invalid, LimitExceeded)",
    Exit.REFUSED: "it does not fit what is there (NotFound, Conflict, Forbidden, Unsupported, DeadlockError)",
    Exit.UNAVAILABLE: "the disk or the model failed; it may work when tried again (Unavailable)",
    Exit.CORRUPT: "the store cannot be trusted; it was not written to (Corrupt)",
    Exit.BUG: "a bug in Umi; --debug shows where",
    Exit.INTERRUPTED: "interrupted; what was acknowledged is kept",
}


def exit_of(error: UmiError) -> Exit:
    """Return the exit code that stands for an error of Umi."""
    match error:
        case Invalid() | LimitExceeded():
            return Exit.USAGE
        case NotFound() | Conflict() | Forbidden() | Unsupported() | DeadlockError():
            return Exit.REFUSED
        case Unavailable():
            return Exit.UNAVAILABLE
        case Corrupt():
            return Exit.CORRUPT
        case _:
            return Exit.BUG
