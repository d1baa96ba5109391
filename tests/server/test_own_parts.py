"""What doors keep one of for each process goes with the process's services."""

from __future__ import annotations

import gc
import weakref

from umi.server.doors.agent_memory.background import worker_of
from umi.server.services import Services
from umi.server.settings import ServerSettings

SETTINGS = ServerSettings.model_validate({"store": "never opened"})


def test_a_door_has_one_of_its_own_in_each_services():
    one, other = Services(SETTINGS), Services(SETTINGS)
    assert worker_of(one) is worker_of(one)
    assert worker_of(one) is not worker_of(other)


def test_services_that_nobody_holds_are_let_go_with_what_doors_kept_there():
    services = Services(SETTINGS)
    worker_of(services)
    held = weakref.ref(services)
    del services
    gc.collect()
    assert held() is None
