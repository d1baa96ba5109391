"""Every fault that can be injected: where it strikes, and what it does there.

A fault strikes only where it stands in this table: a model that is out of reach never fails a write. Each simulated
part asks for the faults of its own site, and gives each a meaning of its own. Time that passes is virtual.

    fault                          strikes            what it does
    storage_write_fail             storage.write      StorageError, before the change or after it: then it is kept
    storage_read_fail              storage.read       StorageError
    storage_delete_fail            storage.delete     StorageError, before the removal or after it: then it is gone
    storage_corruption             storage.read       StoreDamagedError: what was read cannot be trusted
    storage_disk_full              write delete file  StorageFullError, and nothing is changed
    storage_latency                storage.*          time passes; then it works
    db_connection_fail             storage.*          StorageError at once: the server is out of reach
    db_query_timeout               read write delete  time passes, then StorageError; nothing is changed
    db_deadlock                    write delete       time passes, then StorageBusyError; nothing is changed
    db_serialization_fail          write delete       StorageBusyError at once; nothing is changed
    db_pool_exhausted              storage.*          the longest wait for a connection, then StorageBusyError
    network_timeout                network.send       time passes, then NetworkError; the message may arrive or not
    network_connection_refused     network.send       NetworkError at once, and nothing is sent
    network_dns_fail               network.send       time passes, then NetworkError, and nothing is sent
    network_partial_write          network.send       NetworkError, and only the beginning of the message arrives
    network_reset                  network.send       NetworkError, and all that is under way between the two is lost
    network_loss                   network.send       the message is lost, and the sender is not told
    network_duplication            network.send       the message arrives twice, each time after a time of its own
    network_reordering             network.send       the message arrives after those that are sent next
    network_latency                network.send       the message takes up to two seconds longer
    network_partition              network.send       it is lost, and all between the two nodes for up to 30 seconds
    network_one_way_partition      network.send       the same, in this direction only
    llm_timeout                    llm.complete       time passes, then an error that says to try again
    llm_rate_limit                 llm.complete       an error that says to try again, and when
    llm_context_overflow           llm.complete       an error that trying again does not cure
    llm_invalid_response           llm.complete       an error: what came back is not what was asked for
    llm_service_unavailable        llm.complete       an error that says to try again
    embedding_timeout              embedding.embed    time passes, then EmbeddingError
    embedding_rate_limit           embedding.embed    EmbeddingError: too many requests
    embedding_context_overflow     embedding.embed    EmbeddingError: a text is too long for the model
    embedding_invalid_response     embedding.embed    EmbeddingError: what came back are no vectors
    embedding_service_unavailable  embedding.embed    EmbeddingError: the service is down
    vector_search_timeout          vector.search      time passes, then nothing is found
    vector_search_fail             vector.search      StorageError: the index cannot be searched
    vector_store_fail              vector.store       StorageError: the index cannot be changed or saved
    resource_oom                   embedding.embed    EmbeddingError: no memory left to run the model
    resource_file_limit            storage.file       StorageError: no file can be opened any more
    resource_cpu_throttle          all local work     time passes, ten times as much as under latency; then it works
    time_clock_skew                clock.now          from then on the clock reads early or late by up to a minute
    time_leap_second               clock.now          from then on the clock reads one second earlier
    disk_open_fail                 disk.open          a file cannot be opened: StorageError
    disk_read_fail                 disk.read          StorageError
    disk_read_short                disk.read          fewer bytes are read than are there, and no error; not survivable
    disk_bit_flip                  disk.read          one bit is read wrong, and no error; not survivable
    disk_write_fail                disk.write         a part is written, then StorageError
    disk_full                      disk.write         a part is written, then StorageFullError
    disk_sync_fail                 disk.sync          StorageError; what was to be made safe is so or not, and stays so
    disk_sync_slow                 disk.sync          time passes; then it works
    disk_sync_lost                 disk.sync          nothing is made safe, and no error; not survivable
    disk_writes_lost               disk.power         of what is not safe in a file nothing is left
    disk_writes_short              disk.power         the first changes are left, and of the next a part
    disk_writes_reordered          disk.power         any of the changes are left, later ones without earlier ones
    disk_writes_torn               disk.power         of each change any sectors of 512 bytes are left
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Site(StrEnum):
    """What a simulated part is asked to do: where faults can strike."""

    STORAGE_READ = "storage.read"
    STORAGE_WRITE = "storage.write"
    STORAGE_DELETE = "storage.delete"
    STORAGE_FILE = "storage.file"
    VECTOR_SEARCH = "vector.search"
    VECTOR_STORE = "vector.store"
    LLM_COMPLETE = "llm.complete"
    EMBEDDING_EMBED = "embedding.embed"
    NETWORK_SEND = "network.send"
    CLOCK_NOW = "clock.now"
    DISK_OPEN = "disk.open"
    DISK_READ = "disk.read"
    DISK_WRITE = "disk.write"
    DISK_SYNC = "disk.sync"
    DISK_POWER = "disk.power"


class FaultCategory(StrEnum):
    """What kind of part is to blame."""

    STORAGE = "storage"
    DATABASE = "database"
    NETWORK = "network"
    LLM = "llm"
    EMBEDDING = "embedding"
    VECTOR = "vector"
    RESOURCE = "resource"
    TIME = "time"
    DISK = "disk"


class FaultType(StrEnum):
    """The faults, by the names that statistics and reports give them. The module's docstring says what each does."""

    STORAGE_WRITE_FAIL = "storage_write_fail"
    STORAGE_READ_FAIL = "storage_read_fail"
    STORAGE_DELETE_FAIL = "storage_delete_fail"
    STORAGE_CORRUPTION = "storage_corruption"
    STORAGE_DISK_FULL = "storage_disk_full"
    STORAGE_LATENCY = "storage_latency"
    DB_CONNECTION_FAIL = "db_connection_fail"
    DB_QUERY_TIMEOUT = "db_query_timeout"
    DB_DEADLOCK = "db_deadlock"
    DB_SERIALIZATION_FAIL = "db_serialization_fail"
    DB_POOL_EXHAUSTED = "db_pool_exhausted"
    NETWORK_TIMEOUT = "network_timeout"
    NETWORK_CONNECTION_REFUSED = "network_connection_refused"
    NETWORK_DNS_FAIL = "network_dns_fail"
    NETWORK_PARTIAL_WRITE = "network_partial_write"
    NETWORK_RESET = "network_reset"
    NETWORK_LOSS = "network_loss"
    NETWORK_DUPLICATION = "network_duplication"
    NETWORK_REORDERING = "network_reordering"
    NETWORK_LATENCY = "network_latency"
    NETWORK_PARTITION = "network_partition"
    NETWORK_ONE_WAY_PARTITION = "network_one_way_partition"
    LLM_TIMEOUT = "llm_timeout"
    LLM_RATE_LIMIT = "llm_rate_limit"
    LLM_CONTEXT_OVERFLOW = "llm_context_overflow"
    LLM_INVALID_RESPONSE = "llm_invalid_response"
    LLM_SERVICE_UNAVAILABLE = "llm_service_unavailable"
    EMBEDDING_TIMEOUT = "embedding_timeout"
    EMBEDDING_RATE_LIMIT = "embedding_rate_limit"
    EMBEDDING_CONTEXT_OVERFLOW = "embedding_context_overflow"
    EMBEDDING_INVALID_RESPONSE = "embedding_invalid_response"
    EMBEDDING_SERVICE_UNAVAILABLE = "embedding_service_unavailable"
    VECTOR_SEARCH_TIMEOUT = "vector_search_timeout"
    VECTOR_SEARCH_FAIL = "vector_search_fail"
    VECTOR_STORE_FAIL = "vector_store_fail"
    RESOURCE_OOM = "resource_oom"
    RESOURCE_FILE_LIMIT = "resource_file_limit"
    RESOURCE_CPU_THROTTLE = "resource_cpu_throttle"
    TIME_CLOCK_SKEW = "time_clock_skew"
    TIME_LEAP_SECOND = "time_leap_second"
    DISK_OPEN_FAIL = "disk_open_fail"
    DISK_READ_FAIL = "disk_read_fail"
    DISK_READ_SHORT = "disk_read_short"
    DISK_BIT_FLIP = "disk_bit_flip"
    DISK_WRITE_FAIL = "disk_write_fail"
    DISK_FULL = "disk_full"
    DISK_SYNC_FAIL = "disk_sync_fail"
    DISK_SYNC_SLOW = "disk_sync_slow"
    DISK_SYNC_LOST = "disk_sync_lost"
    DISK_WRITES_LOST = "disk_writes_lost"
    DISK_WRITES_SHORT = "disk_writes_short"
    DISK_WRITES_REORDERED = "disk_writes_reordered"
    DISK_WRITES_TORN = "disk_writes_torn"

    @property
    def category(self) -> FaultCategory:
        """Which kind of part it is a fault of."""
        first = self.value.partition("_")[0]
        return FaultCategory.DATABASE if first == "db" else FaultCategory(first)

    @property
    def is_survivable(self) -> bool:
        """Whether a memory has to live through it. What a disk does wrong without an error can make it lose or err."""
        return self not in _NOT_SURVIVABLE

    @property
    def sites(self) -> frozenset[Site]:
        """Where it can strike."""
        return _SITES[self]


_CHANGING: Final = frozenset({Site.STORAGE_WRITE, Site.STORAGE_DELETE})
_ASKING: Final = _CHANGING | {Site.STORAGE_READ}
_STORAGE: Final = _ASKING | {Site.STORAGE_FILE}
_VECTOR: Final = frozenset({Site.VECTOR_SEARCH, Site.VECTOR_STORE})
_BY_CATEGORY: Final = {
    FaultCategory.NETWORK: frozenset({Site.NETWORK_SEND}),
    FaultCategory.LLM: frozenset({Site.LLM_COMPLETE}),
    FaultCategory.EMBEDDING: frozenset({Site.EMBEDDING_EMBED}),
    FaultCategory.TIME: frozenset({Site.CLOCK_NOW}),
    FaultCategory.DATABASE: _STORAGE,
}
_BY_TYPE: Final = {
    FaultType.STORAGE_WRITE_FAIL: frozenset({Site.STORAGE_WRITE}),
    FaultType.STORAGE_READ_FAIL: frozenset({Site.STORAGE_READ}),
    FaultType.STORAGE_DELETE_FAIL: frozenset({Site.STORAGE_DELETE}),
    FaultType.STORAGE_CORRUPTION: frozenset({Site.STORAGE_READ}),
    FaultType.STORAGE_DISK_FULL: _CHANGING | {Site.STORAGE_FILE},
    FaultType.STORAGE_LATENCY: _STORAGE,
    FaultType.DB_QUERY_TIMEOUT: _ASKING,
    FaultType.DB_DEADLOCK: _CHANGING,
    FaultType.DB_SERIALIZATION_FAIL: _CHANGING,
    FaultType.VECTOR_SEARCH_TIMEOUT: frozenset({Site.VECTOR_SEARCH}),
    FaultType.VECTOR_SEARCH_FAIL: frozenset({Site.VECTOR_SEARCH}),
    FaultType.VECTOR_STORE_FAIL: frozenset({Site.VECTOR_STORE}),
    FaultType.RESOURCE_OOM: frozenset({Site.EMBEDDING_EMBED}),
    FaultType.RESOURCE_FILE_LIMIT: frozenset({Site.STORAGE_FILE}),
    FaultType.RESOURCE_CPU_THROTTLE: _STORAGE | _VECTOR | {Site.EMBEDDING_EMBED},
    FaultType.DISK_OPEN_FAIL: frozenset({Site.DISK_OPEN}),
    FaultType.DISK_READ_FAIL: frozenset({Site.DISK_READ}),
    FaultType.DISK_READ_SHORT: frozenset({Site.DISK_READ}),
    FaultType.DISK_BIT_FLIP: frozenset({Site.DISK_READ}),
    FaultType.DISK_WRITE_FAIL: frozenset({Site.DISK_WRITE}),
    FaultType.DISK_FULL: frozenset({Site.DISK_WRITE}),
    FaultType.DISK_SYNC_FAIL: frozenset({Site.DISK_SYNC}),
    FaultType.DISK_SYNC_SLOW: frozenset({Site.DISK_SYNC}),
    FaultType.DISK_SYNC_LOST: frozenset({Site.DISK_SYNC}),
    FaultType.DISK_WRITES_LOST: frozenset({Site.DISK_POWER}),
    FaultType.DISK_WRITES_SHORT: frozenset({Site.DISK_POWER}),
    FaultType.DISK_WRITES_REORDERED: frozenset({Site.DISK_POWER}),
    FaultType.DISK_WRITES_TORN: frozenset({Site.DISK_POWER}),
}
_NOT_SURVIVABLE: Final = frozenset({FaultType.DISK_READ_SHORT, FaultType.DISK_BIT_FLIP, FaultType.DISK_SYNC_LOST})
_SITES: Final = {fault: _BY_TYPE.get(fault) or _BY_CATEGORY[fault.category] for fault in FaultType}
