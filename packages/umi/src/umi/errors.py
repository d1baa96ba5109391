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
    │   ├── InvalidFormatError
    │   └── TypeMismatchError
    ├── LimitExceeded               a named limit was passed (also a ValueError)
    │   ├── TextTooLongError
    │   ├── QueryTooLongError
    │   ├── PromptTooLongError
    │   ├── CoreMemoryFullError
    │   │   └── BlockTooLargeError
    │   ├── WorkingMemoryFullError
    │   ├── TooManyEntriesError
    │   ├── EntryTooLargeError
    │   ├── KeyTooLongError
    │   ├── TtlTooLongError
    │   └── CounterOverflowError
    ├── NotFound                    nothing has this id in this scope (also a LookupError)
    │   ├── BlockNotFoundError
    │   └── KeyNotFoundError
    ├── Conflict                    the operation does not fit what is stored
    │   └── ModelMismatchError
    ├── Forbidden                   the caller may not do this, or not here
    ├── Unsupported                 this store or build cannot do it
    │   └── ForkedError
    ├── Unavailable                 it may work when tried again
    │   ├── StorageError
    │   │   ├── StorageFullError
    │   │   ├── StorageReadOnlyError
    │   │   └── StorageBusyError
    │   ├── EmbeddingError
    │   ├── ProviderError           a language model gave no usable answer; `is_retryable` tells whether to ask again
    │   │   ├── ProviderTimeoutError
    │   │   ├── ProviderRateLimitError
    │   │   ├── ProviderConnectionError
    │   │   ├── ProviderResponseError
    │   │   ├── ProviderRequestError
    │   │   └── ProviderAuthenticationError
    │   ├── NetworkError
    │   └── ClosedError
    ├── Corrupt                     what is stored cannot be trusted; never swallowed
    │   ├── StoreDamagedError
    │   └── StoreTooNewError
    └── DeadlockError               a simulated program waits for itself

A class's docstring is its default message.
"""

from __future__ import annotations

from typing import ClassVar


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


class TypeMismatchError(Invalid):
    """The entry is no counter: its value is not a whole number in decimal digits."""


class LimitExceeded(MemoryError, ValueError):
    """A limit was passed."""


class TextTooLongError(LimitExceeded):
    """The text is longer than an entity may be."""


class QueryTooLongError(LimitExceeded):
    """The query is longer than a query may be."""


class PromptTooLongError(LimitExceeded):
    """The prompt is longer than a prompt may be."""


class CoreMemoryFullError(LimitExceeded):
    """The core memory is full. Shorten or remove a block, or give it more bytes."""


class BlockTooLargeError(CoreMemoryFullError):
    """The block is larger than the whole core memory. Shorten it, or give the core memory more bytes."""


class WorkingMemoryFullError(LimitExceeded):
    """The working memory is full. Delete entries, give them shorter lives, or give it more bytes."""


class TooManyEntriesError(LimitExceeded):
    """The working memory holds as many entries as it may. Delete some, or let it hold more."""


class EntryTooLargeError(LimitExceeded):
    """The value is larger than an entry of working memory may be."""


class KeyTooLongError(LimitExceeded):
    """The key is longer than a key of working memory may be."""


class TtlTooLongError(LimitExceeded):
    """The time to live is longer than an entry of working memory may live."""


class CounterOverflowError(LimitExceeded):
    """The counter would leave the range of 64-bit integers."""


class NotFound(MemoryError, LookupError):
    """Nothing has this id in this scope."""


class BlockNotFoundError(NotFound):
    """The core memory has no block of this type."""


class KeyNotFoundError(NotFound):
    """The working memory has no entry under this key, or it expired."""


class Conflict(MemoryError):
    """The operation does not fit what is stored."""


class ModelMismatchError(Conflict):
    """The store holds vectors of this model with other dimensions. Give the embedder a name of its own."""


class Forbidden(MemoryError):
    """The caller may not do this, or not here."""


class Unsupported(MemoryError):
    """This store or build of Umi cannot do that."""


class ForkedError(Unsupported):
    """This memory was opened before the process forked, and cannot be used on this side. Open it again in the child."""


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


class ProviderError(Unavailable):
    """The language model gave no usable answer."""

    is_retryable: ClassVar[bool] = False
    """Whether the same request may well succeed a little later, with nothing changed."""


class ProviderTimeoutError(ProviderError):
    """The language model did not answer in time. Try again, or give it more time with timeout_seconds."""

    is_retryable = True


class ProviderRateLimitError(ProviderError):
    """The language model's provider takes no more requests for now. Try again later."""

    is_retryable = True

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # how many seconds the provider asks to wait, if it told


class ProviderConnectionError(ProviderError):
    """The language model's provider could not be reached, or failed itself. Try again later."""

    is_retryable = True


class ProviderResponseError(ProviderError):
    """The language model answered something that cannot be used, also when its mistake was shown to it."""


class ProviderRequestError(ProviderError):
    """The language model's provider refused the request as it is, for its length or its model's name for example."""


class ProviderAuthenticationError(ProviderError):
    """The language model's provider did not accept the API key. Give another as api_key."""


class NetworkError(Unavailable):
    """The simulated network told the sender that its message was not delivered. It may have been; try again."""

    def __init__(self, message: str | None = None, *, fault: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault  # by the name it has in umi.dst.fault_types, if one was injected


class ClosedError(Unavailable):
    """This memory is closed. Open it again with Memory.open()."""


class Corrupt(MemoryError):
    """What is stored cannot be trusted."""


class StoreDamagedError(Corrupt):
    """The file is damaged or not an Umi store. It was not written to; restore a backup."""


class StoreTooNewError(Corrupt):
    """The store was written by a newer Umi. It was not written to; upgrade Umi to open it."""


class DeadlockError(MemoryError):
    """Everything in the simulated program waits, and nothing is left that could wake it."""
