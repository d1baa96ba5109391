"""A simulated disk on which the real SQLite store runs: it loses power, tears writes, fills up and fails.

    from umi.dst.disk import SimDisk

SQLite opens its files through a VFS of ours, over the one it would use anyway. The files are real, so that a store can
look at their sizes; locks and shared memory are the machine's own. What the VFS adds is the memory of what is safe: the
contents at their last synchronisation, and every change since. A power loss puts what is left in the place of every
file, as new files: whoever had the old ones open, and their locks, is alone with them, and each call of his fails.

What is assumed of a disk is what SQLite assumes, and no more:

- What was synchronised is safe. What was not may survive wholly, in part, or not at all, file by file, in any order,
  down to single sectors of 512 bytes; what is appended may end at any byte. A write harms no byte beside its own, and
  what was never written reads as zeros.
- A name is safe once its folder was synchronised. SQLite does that with the first synchronisation of a log or journal,
  and where it says so when it deletes; until then new names may be lost, and deleted ones come back.
- After a synchronisation that failed, what it was for is safe or is not, and no later one makes it so.

The faults, at the sites `disk.*` of `umi.dst.fault_types`, with why a store has to survive them: one that cannot be
opened, read, written or synchronised tells so, and what was not acknowledged may be refused; a full disk and a slow one
are days like others. What a disk does wrong without telling is not survivable: such faults are for checkers that expect
the worst, and strike only where they are asked for by name. Synchronisations that only claim to have happened lose what
was acknowledged. For bits that flip and reads that end early SQLite has no checksums but those of its log, where they
cut off what follows. In the file itself, of 250 single flips 184 changed nothing; `check` or `verify` saw all others,
but 14 of these had changed an answer by then (a store of 150 entities in 400 kB).

Not simulated is what does not go through SQLite: saved vector indexes (see `is_derived` of `SimDisk`), the naming of a
finished backup, sealed copies and their keyrings, the spool of an import, and Lance's tables.
"""

from __future__ import annotations

from umi.dst.disk.disk import DiskStats, SimDisk
from umi.dst.disk.losses import Loss

__all__ = ["DiskStats", "Loss", "SimDisk"]
