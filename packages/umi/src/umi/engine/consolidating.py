"""What of a Memory learns from what it holds: sleep, and what an exchange does to what was retrieved for it."""

from __future__ import annotations

from collections.abc import Sequence

from umi.domain.consolidation import ConsolidationPolicy, ConsolidationReport, Reconsolidation
from umi.engine.asking import check_flag, check_ids
from umi.engine.bound import Bound
from umi.engine.decaying import Decider
from umi.ports.blocking import blocking


class Consolidating(Bound):
    """Making themes of episodes, resolving what was taken back, and strengthening what is used."""

    async def consolidate(
        self, policy: ConsolidationPolicy | None = None, *, dry_run: bool = True
    ) -> ConsolidationReport:
        """Make themes of the episodes that belong together: a preview, unless `dry_run` is False.

        A theme is an entity of its own that derives from its sources; they stay as they are, and recall goes on finding
        them rather than it. What somebody took back is superseded, and what was used gets more important. Each decision
        says why, what was decided together is undone by one of `seqs`, and a second run finds nothing more to do. An
        LLM, if there is one, words the themes; what their sources do not say is not taken from it.

        Raises:
            Invalid: a value of the policy cannot be used.

        """
        from umi.engine.sleeping import consolidate
        from umi.pipeline.consolidate.policy import check_policy

        decider = Decider(world=self._world, scope=self._scope, actor=self._actor)
        with self._world.tracer.span("umi.consolidate") as span:
            report = await consolidate(decider, check_policy(policy), dry_run=check_flag("dry_run", dry_run))
            span.set("umi.episodes.count", report.considered)
            span.set("umi.themes.count", len(report.themes))
            return report

    async def reconsolidate(self, said: Sequence[str], retrieved: Sequence[str] = ()) -> Reconsolidation:
        """Tell what an exchange does to what was retrieved for it, by their ids, and record what is not recorded yet.

        Facts are compared when they are said; this tells what was decided then. What was taken back in other words is
        superseded, and what was retrieved and said again is reinforced: one group of changes, undone by `seq`.

        Raises:
            NotFound: nothing in this scope has one of the ids.

        """
        from umi.engine.reconsolidating import reconsolidate

        ids, found = check_ids("said", said), check_ids("retrieved", retrieved)
        return await reconsolidate(Decider(world=self._world, scope=self._scope, actor=self._actor), ids, found)

    async def reinforce(self, ids: Sequence[str]) -> int:
        """Make memories surer and more important, because they were of use or said again; return how many changed.

        Raises:
            NotFound: nothing in this scope has one of the ids.

        """
        from umi.engine.reconsolidating import reinforce

        decider = Decider(world=self._world, scope=self._scope, actor=self._actor)
        return await reinforce(decider, check_ids("ids", ids))

    consolidate_sync = blocking(consolidate)
    reconsolidate_sync = blocking(reconsolidate)
    reinforce_sync = blocking(reinforce)
