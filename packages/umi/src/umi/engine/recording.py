"""What of a Memory keeps and fetches many at once, for those who keep conversations of their own over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from umi.domain.change import Add, Batch, Outcome, forget
from umi.domain.checking import check_line
from umi.domain.entity import Entity
from umi.domain.ids import uuid7
from umi.domain.receipt import Receipt
from umi.domain.relation import RelationKind
from umi.engine import remembering, revising
from umi.engine.asking import check_id, check_ids
from umi.engine.bound import Bound, Keeper
from umi.engine.deciding import RestsOn
from umi.errors import NotFound
from umi.limits import REASON_BYTES_MAX
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import embed, worded
from umi.ports.blocking import blocking
from umi.ports.store import IndexEntry, Store

if TYPE_CHECKING:
    from umi.engine.remembering import Said
    from umi.ports.world import World

_ID_RANDOM_BYTES = 10
_CHUNK_ENTITIES = 64
_EMBEDDED_TO: WeakKeyDictionary[Store, int] = WeakKeyDictionary()
"""The entry of each store's log up to which this process knows that everything is embedded."""


class Recording(Bound):
    """Keeping a conversation as it goes on, and fetching it."""

    async def record(self, turns: Iterable[Said]) -> Sequence[Receipt]:
        """Keep turns verbatim, all or none, and read nothing in them: no facts, no names, no vector.

        They are found by their words at once, and by meaning once `reindex` or a server has embedded them. It is for
        what comes often and must be quick; what is worth knowing of it is remembered by itself, with
        `remember_derived`.

        Raises:
            Invalid: a turn cannot be used.
            LimitExceeded: a value is too large.

        """
        keeper = self._keeper
        said = [remembering.turn_of(turn) for chunk in remembering.chunks(turns) for turn in chunk]
        now = keeper.world.clock.now()
        accepted = [accept(turn, scope=keeper.scope, now=now, said_at=keeper.now) for turn in said]
        if not accepted:
            return []
        adds = await keeper.world.lane.run(lambda: [_addition(keeper, one) for one in accepted])
        applied = await keeper.world.store.apply(Batch.of(adds, actor=keeper.actor))
        return [
            Receipt(
                id=one.id,
                created=one.outcome is Outcome.APPLIED,
                seq=one.seq,
                recorded_at=one.recorded_at,
                status=one.status,
            )
            for one in applied
        ]

    async def remember_derived(self, turn: Said, sources: Sequence[str]) -> Receipt:
        """Keep a text that is made of entities of this scope; it is erased with any of them.

        Raises:
            Invalid: the turn cannot be used.
            NotFound: a source is not in this scope.

        """
        keeper = self._keeper
        await self._check_sources(sources)
        accepted = accept(
            remembering.turn_of(turn), scope=keeper.scope, now=keeper.world.clock.now(), said_at=keeper.now
        )
        return await remembering.remember_accepted(keeper, accepted, _made_of(sources))

    async def revise_derived(
        self, id: str, text: str, sources: Sequence[str], *, revision: int | None = None, reason: str = ""
    ) -> bool:
        """Make the text of `remember_derived` anew, of further entities: it is erased with any of these, too.

        With a `revision`, only as long as it is of that one. False if nothing had to change.

        Raises:
            NotFound: nothing in this scope has this id, or a source is not in it.
            Conflict: it is of another revision.
            Invalid: the text cannot be used.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        await self._check_sources(sources)
        return await revising.revise(
            self._keeper, check_id(id), {"text": text}, reason, revision=revision, rests_on=_made_of(sources)
        )

    async def _check_sources(self, sources: Sequence[str]) -> None:
        if None in await self.get_many(sources):
            raise NotFound("Not everything that this is derived from is in this scope.")

    async def get_many(self, ids: Sequence[str]) -> Sequence[Entity | None]:
        """Return entities of this scope by their ids, whatever their status; None for what is not there."""
        asked = check_ids("ids", ids)
        return await self._world.store.get(self._scope, asked) if asked else []

    async def forget_many(self, ids: Sequence[str], *, reason: str = "") -> int:
        """Take entities out of recall in one commit; return how many were in it. `restore` undoes it one by one."""
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        changes = [forget(self._scope, id, reason) for id in dict.fromkeys(check_ids("ids", ids))]
        if not changes:
            return 0
        applied = await self._world.store.apply(Batch.of(changes, actor=self._actor))
        return sum(one.outcome is Outcome.APPLIED for one in applied)

    record_sync = blocking(record)
    remember_derived_sync = blocking(remember_derived)
    revise_derived_sync = blocking(revise_derived)
    get_many_sync = blocking(get_many)
    forget_many_sync = blocking(forget_many)


def _made_of(sources: Sequence[str]) -> RestsOn:
    return RestsOn(ids=tuple(dict.fromkeys(sources)), kind=RelationKind.DERIVE)


async def embed_recorded(world: World) -> int:
    """Embed what was kept without a vector, all over the store; return how many there were.

    The first time in a process everything is looked at, then what was changed since. A store whose vectors are of
    another model is left alone: that is for `reindex`.
    """
    done, store = 0, world.store
    if store.built_with != world.embedder.model:
        return done
    after, head = _EMBEDDED_TO.get(store, 0), (await store.anchor()).seq
    while entities := await store.unindexed(limit=_CHUNK_ENTITIES, after=after):
        items = await world.lane.run(lambda found=entities: [worded(entity) for entity in found])
        entries = [
            IndexEntry(tenant=one.entity.scope.tenant, id=one.entity.id, words=one.words, vector=one.vector)
            for one in await embed(items, world.embedder)
            if one.vector is not None
        ]
        await store.index(entries)
        done += len(entries)
    _EMBEDDED_TO[store] = head
    return done


def _addition(keeper: Keeper, accepted: Accepted) -> Add:
    from umi.pipeline.remember.note import verbatim

    now = keeper.world.clock.now()
    fresh = accepted.turn.id or uuid7(int(now.timestamp() * 1000), keeper.world.entropy.bytes(_ID_RANDOM_BYTES))
    entity = verbatim(accepted, id=fresh, now=now)
    words = worded(entity).words
    return Add(entity=entity, identity=accepted.identity, words=words, model=keeper.world.embedder.model, vector=None)
