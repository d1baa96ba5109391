"""Every error Umi raises, in one tree.

    MemoryError
    ├── Invalid                     the caller gave something that cannot be used (also a ValueError)
    │   ├── EmptyTextError
    │   ├── EmptyQueryError
    │   ├── InvalidTextError
    │   ├── InvalidImportanceError
    │   ├── InvalidLimitError
    │   ├── InvalidTimeError
    │   ├── InvalidScopeError
    │   └── InvalidFormatError
    ├── LimitExceeded               a named limit was passed (also a ValueError)
    │   ├── TextTooLongError
    │   └── QueryTooLongError
    ├── NotFound                    nothing has this id in this scope (also a LookupError)
    ├── Conflict                    the operation does not fit what is stored
    │   └── ModelMismatchError
    ├── Unsupported                 this store or build cannot do it
    ├── Unavailable                 it may work when tried again
    │   ├── StorageError
    │   │   ├── StorageFullError
    │   │   ├── StorageReadOnlyError
    │   │   └── StorageBusyError
    │   ├── EmbeddingError
    │   └── ClosedError
    └── Corrupt                     what is stored cannot be trusted; never swallowed
        ├── StoreDamagedError
        └── StoreTooNewError

A class's docstring is its default message.
"""

from __future__ import annotations


class MemoryError(Exception):
    """Umi could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class Invalid(MemoryError, ValueError):
    """The input cannot be used as given."""


class EmptyTextError(Invalid):
    """The text is empty. Give at least one character that is not white space."""


class EmptyQueryError(Invalid):
    """The query is empty. Ask with at least one character that is not white space."""


class InvalidTextError(Invalid):
    """The text is not valid Unicode text."""


class InvalidImportanceError(Invalid):
    """Importance and confidence are numbers from 0.0 to 1.0."""


class InvalidLimitError(Invalid):
    """A limit is a whole number of at least 1."""


class InvalidTimeError(Invalid):
    """A time is a datetime or an ISO 8601 string."""


class InvalidScopeError(Invalid):
    """A scope part is a non-empty string within its limit."""


class InvalidFormatError(Invalid):
    """The file is not in a format Umi can import."""


class LimitExceeded(MemoryError, ValueError):
    """A limit was passed."""


class TextTooLongError(LimitExceeded):
    """The text is longer than an entity may be."""


class QueryTooLongError(LimitExceeded):
    """The query is longer than a query may be."""


class NotFound(MemoryError, LookupError):
    """Nothing has this id in this scope."""


class Conflict(MemoryError):
    """The operation does not fit what is stored."""


class ModelMismatchError(Conflict):
    """The store holds vectors of this model with other dimensions. Give the embedder a name of its own."""


class Unsupported(MemoryError):
    """This store or build of Umi cannot do that."""


class Unavailable(MemoryError):
    """It did not work now and may work when tried again."""


class StorageError(Unavailable):
    """The store could not be read or written. Nothing that was acknowledged is lost."""


class StorageFullError(StorageError):
    """The disk is full. Free some space and try again; nothing that was acknowledged is lost."""


class StorageReadOnlyError(StorageError):
    """The store cannot be written: the file or its folder is read-only."""


class StorageBusyError(StorageError):
    """Another process holds the store's write lock for too long. Try again."""


class EmbeddingError(Unavailable):
    """The embedding model could not be loaded or run."""


class ClosedError(Unavailable):
    """This memory is closed. Open it again with Memory.open()."""


class Corrupt(MemoryError):
    """What is stored cannot be trusted."""


class StoreDamagedError(Corrupt):
    """The file is damaged or not an Umi store. It was not written to; restore a backup."""


class StoreTooNewError(Corrupt):
    """The store was written by a newer Umi. It was not written to; upgrade Umi to open it."""
