"""The promises of the simulation, looked at where nothing is simulated: real processes on a real file, and kill -9.

    endure(1, processes=3, kills=8).check()

The same agents do the same things, and the same checkers look in the end. They stay in the process that calls
`endure`; each engine runs in a process of its own, and whoever calls one that is killed gets no answer. What a store is
asked and what it answers is told through a pipe, before it is done and once it is done, so that SIGKILL takes nothing
of it along. It needs a system that has SIGKILL and forks, so no Windows; and who calls it from a script does so under
`if __name__ == "__main__"`, as `multiprocessing` asks.
"""

from __future__ import annotations

from umi.testing.real_kills.enduring import Endured, endure

__all__ = ["Endured", "endure"]
