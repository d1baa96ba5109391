"""A simulated disk for a test, the real store on it, and what a store must still hold after a storm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import apsw

from umi.domain.erasure import Erase
from umi.dst import DeterministicRng, FaultConfig, FaultInjector, FaultType, SimClock
from umi.dst.disk import DiskStats, SimDisk
from umi.errors import StorageError
from umi.ports.vector_index import IndexKind
from umi.stores.sqlite.database import Database, opened
from umi.stores.sqlite.store import SqliteStore
from umi.testing.store.making import (
    DIMENSIONS,
    MODEL,
    SOLE,
    SteppingClock,
    add,
    apply,
    broken,
    forget,
    listed,
    restore,
    words_of,
)
from umi.vectors.choice import EXACT

T = TypeVar("T")

NAME = "memory.db"
BOOTS = 3
CHANGES_MAX = (40, 400, 1_500)
OPERATIONS = 14


class Inline:
    """A lane that works at once."""

    def run(self, work: Callable[[], T]) -> Awaitable[T]:
        async def done() -> T:
            return work()

        return done()

    def close(self) -> None:
        pass


def exact_kind(_: int) -> IndexKind:
    return EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A disk, and the parts that are drawn from the same seed."""

    disk: SimDisk
    rng: DeterministicRng
    faults: FaultInjector
    clock: SimClock

    @property
    def path(self) -> Path:
        return self.disk.folder / NAME

    def connected(self) -> Any:
        """A connection to the file, without a store. Any, because the driver's types are incomplete."""
        return apsw.Connection(str(self.path), vfs=self.disk.vfs)

    def store(self, name: str = "store", *, vfs: str | None = None, pages: int | None = None) -> SqliteStore:
        """Open the store; its log is folded back after so many pages, if that is said."""

        def database(path: Path) -> Database:
            made = opened(path, vfs or self.disk.vfs)
            if pages is not None:
                made.connection.wal_autocheckpoint(pages)
            return made

        return SqliteStore(
            self.path,
            model=MODEL,
            dimensions=DIMENSIONS,
            clock=SteppingClock(),
            entropy=self.rng.fork(name),
            words_of=words_of,
            index_kind=exact_kind,
            write_lane=Inline(),
            read_lane=Inline(),
            side_lane=Inline(),
            open_database=database,
        )


@contextmanager
def place(seed: int = 1, *faults: FaultConfig | FaultType, **asked: Any) -> Generator[Place]:
    """Open a disk with faults: those without a probability always strike."""
    rng, clock = DeterministicRng(seed), SimClock.at_ms(1_000_000)
    injector = FaultInjector(rng.fork("faults"))
    for fault in faults:
        injector.register(fault if isinstance(fault, FaultConfig) else FaultConfig(fault, 1.0))
    with SimDisk(rng.fork("disk"), injector, clock=clock, **asked) as disk:
        yield Place(disk=disk, rng=rng.fork("test"), faults=injector, clock=clock)


@dataclass(slots=True)
class Model:
    """What was acknowledged: `living` and `gone` ids. Of what failed, nothing is known but that it is whole."""

    living: set[str] = field(default_factory=set[str])
    gone: set[str] = field(default_factory=set[str])
    erased: set[str] = field(default_factory=set[str])
    unsure: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    made: int = 0

    def new(self, count: int) -> list[str]:
        self.made += count
        return [f"e{number}" for number in range(self.made - count, self.made)]

    def is_unsure(self, *ids: str) -> None:
        for known in (self.living, self.gone):
            known.difference_update(ids)
        self.unsure.append(frozenset(ids))

    def faults(self, held: list[str]) -> list[str]:
        """Return what the ids that a store holds say against it."""
        found = set(held)
        doubtful = set[str]().union(*self.unsure)
        torn = [sorted(batch) for batch in self.unsure if len(batch & found) not in (0, len(batch))]
        return [
            *(f"lost {id}" for id in sorted(self.living - found)),
            *(f"back {id}" for id in sorted((self.gone | self.erased) & found)),
            *(f"from nowhere {id}" for id in sorted(found - self.living - self.gone - self.erased - doubtful)),
            *(f"torn {ids}" for ids in torn),
            *(["doubled"] if len(found) != len(held) else []),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How a store came through the losses of power."""

    faults: list[str]
    acknowledged: int
    failed: int
    stats: DiskStats
    struck: dict[str, int]
    digests: list[str]


async def storm(seed: int, *faults: FaultConfig) -> Storm:
    """Work on a store whose machine loses power at random moments; look at it after each time it is back."""
    found: list[str] = []
    digests: list[str] = []
    with place(seed, *faults) as here:
        model, failed = Model(), 0
        for boot in range(BOOTS):
            failed += await _work(here, model, boot)
            digests.append(here.disk.digest())
            here.disk.restart()
            with here.faults.calm():
                found += await _look(here, model, boot, is_last=boot == BOOTS - 1)
        return Storm(
            faults=found,
            acknowledged=len(model.living) + len(model.gone) + len(model.erased),
            failed=failed,
            stats=here.disk.stats,
            struck=dict(here.faults.injection_stats()),
            digests=digests,
        )


async def _work(here: Place, model: Model, boot: int) -> int:
    """Open, change until the power is gone; return how many operations failed while there was power."""
    rng, failed, store = here.rng.fork(f"work {boot}"), 0, None
    here.disk.lose_power_after(rng.next_int(0, rng.choose(CHANGES_MAX)))
    try:
        store = here.store(f"store {boot}", pages=rng.choose((None, 10, 50)))
    except StorageError:
        failed += here.disk.is_on
    for _ in range(OPERATIONS if store is not None else 0):
        assert store is not None
        if not here.disk.is_on:
            break
        failed += not await _operate(store, model, rng) and here.disk.is_on
    here.disk.lose_power()
    if store is not None:
        await store.close()
    return failed


async def _operate(store: SqliteStore, model: Model, rng: DeterministicRng) -> bool:
    """Make one change, and note what is known of it; return whether it was acknowledged."""
    what = rng.next_int(0, 9)
    pool = sorted(model.gone if what == 7 else model.living)
    if what <= 5 or not pool:
        ids = model.new(rng.choose((1, 1, 1, 4)))
        changes = [add(f"text of {id} {'padding ' * rng.next_int(0, 300)}", id=id) for id in ids]
        return await _try(model, ids, lambda: apply(store, *changes), model.living)
    id = rng.choose(pool)
    match what:
        case 6:
            return await _try(model, [id], lambda: apply(store, forget(id)), model.gone)
        case 7:
            return await _try(model, [id], lambda: apply(store, restore(id)), model.living)
        case _:
            erasing = lambda: store.erase(Erase(scope=SOLE, ids=(id,)), check=False)  # noqa: E731 - as the others
            return await _try(model, [id], erasing, model.erased)


async def _try(model: Model, ids: list[str], work: Callable[[], Awaitable[object]], then: set[str]) -> bool:
    try:
        await work()
    except StorageError:
        model.is_unsure(*ids)
        return False
    for known in (model.living, model.gone):
        known.difference_update(ids)
    then.update(ids)
    return True


async def _look(here: Place, model: Model, boot: int, *, is_last: bool) -> list[str]:
    store = here.store(f"look {boot}")
    found = model.faults(await listed(store))
    if is_last or found:
        found += await broken(store) + [str(finding) for finding in (await store.verify([])).findings]
    await store.close()
    return found
