"""Which faults are injected, where, and how they are counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from umi.dst import (
    DeterministicRng,
    FaultCategory,
    FaultConfig,
    FaultInjector,
    FaultInjectorBuilder,
    FaultType,
    Site,
    fault_types,
)
from umi.errors import Invalid, LimitExceeded

WRITE = "storage.write:apply"
USUAL: dict[str, Any] = {"fault_type": FaultType.STORAGE_WRITE_FAIL, "probability": 0.5}
LOCAL = {site.value for site in Site if site.value.split(".")[0] in {"storage", "vector", "embedding"}}
UPSTREAM = frozenset(
    """
    storage_write_fail storage_read_fail storage_delete_fail storage_corruption storage_disk_full
    storage_latency db_connection_fail db_query_timeout db_deadlock db_serialization_fail
    db_pool_exhausted network_timeout network_connection_refused network_dns_fail
    network_partial_write network_reset llm_timeout llm_rate_limit llm_context_overflow
    llm_invalid_response llm_service_unavailable embedding_timeout embedding_rate_limit
    embedding_context_overflow embedding_invalid_response embedding_service_unavailable
    vector_search_timeout vector_search_fail vector_store_fail resource_oom resource_file_limit
    resource_cpu_throttle time_clock_skew time_leap_second
    """.split()
)


def rng(seed: int = 1) -> DeterministicRng:
    return DeterministicRng(seed).fork("faults")


def injector(*configs: FaultConfig, seed: int = 1) -> FaultInjector:
    made = FaultInjector(rng(seed))
    for config in configs:
        made.register(config)
    return made


def test_the_34_faults_that_upstream_has_are_among_them():
    assert len(UPSTREAM) == 34
    assert {fault.value for fault in FaultType} >= UPSTREAM


def test_every_category_has_faults():
    assert {fault.category for fault in FaultType} == set(FaultCategory)


def test_every_fault_stands_in_the_table_with_where_it_strikes_and_what_it_does():
    rows = re.findall(r"^    (\w+) {2,}(\S.*?\S) {2,}(\S.+)$", fault_types.__doc__ or "", re.MULTILINE)[1:]

    assert [name for name, _, _ in rows] == [fault.value for fault in FaultType]
    assert {name: drawn(where) for name, where, _ in rows} == {
        fault.value: {site.value for site in fault.sites} for fault in FaultType
    }
    assert all(what for _, _, what in rows)


def drawn(where: str) -> set[str]:
    """Read the second column of the table."""
    if where == "all local work":
        return LOCAL
    found = set[str]()
    for word in where.split():
        if word == "storage.*":
            found |= {site.value for site in Site if site.value.startswith("storage.")}
        else:
            found.add(word if "." in word else f"storage.{word}")
    return found


def test_every_site_has_a_fault_and_every_fault_a_site():
    assert {site for fault in FaultType for site in fault.sites} == set(Site)


def test_a_fault_strikes_only_where_it_can():
    faults = injector(FaultConfig(FaultType.LLM_TIMEOUT, 1.0))

    assert faults.should_inject(WRITE) is None
    assert faults.should_inject("vector.search:retrieve") is None
    assert faults.should_inject("llm.complete:extraction") is FaultType.LLM_TIMEOUT
    assert faults.stats()[0].chances == 1  # the dice were not rolled for the others


@pytest.mark.parametrize("site", list(Site))
def test_of_all_faults_only_those_of_the_site_strike(site: Site):
    faults = FaultInjector.chaos(rng(), 0.2)
    struck = {faults.should_inject(f"{site}:x") for _ in range(1_000)} - {None}

    assert struck == {fault for fault in FaultType if site in fault.sites and fault.is_survivable}


def test_what_no_memory_can_survive_strikes_only_if_it_is_named():
    fatal = {fault for fault in FaultType if not fault.is_survivable}
    usual = FaultInjectorBuilder(rng()).with_chaos(1.0).with_faults_of(FaultCategory.DISK, 1.0).build()
    named = injector(*(FaultConfig(fault, 1.0) for fault in fatal))

    assert fatal == {FaultType.DISK_BIT_FLIP, FaultType.DISK_READ_SHORT, FaultType.DISK_SYNC_LOST}
    assert fatal & {stat.config.fault_type for stat in usual.stats()} == set()
    assert named.should_inject("disk.sync:wal") is FaultType.DISK_SYNC_LOST


def test_the_kinds_that_are_asked_for_narrow_it_further():
    faults = injector(FaultConfig(FaultType.STORAGE_DISK_FULL, 1.0), FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0))

    assert faults.should_inject(WRITE, {FaultType.STORAGE_WRITE_FAIL}) is FaultType.STORAGE_WRITE_FAIL
    assert faults.should_inject(WRITE) is FaultType.STORAGE_DISK_FULL


def test_a_filter_lets_only_operations_through_whose_name_holds_it():
    faults = injector(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0).with_filter("apply"))

    assert faults.should_inject("storage.write:index") is None
    assert faults.should_inject(WRITE) is FaultType.STORAGE_WRITE_FAIL


def test_a_maximum_is_counted_by_configuration_and_not_by_type():
    once = FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0).with_max_injections(1)
    faults = injector(once.with_filter("apply"), once.with_filter("index"))

    struck = [faults.should_inject(operation) for operation in (WRITE, WRITE, "storage.write:index") for _ in range(2)]

    assert [fault is not None for fault in struck] == [True, False, False, False, True, False]
    assert faults.injection_stats() == {"storage_write_fail": 2}
    assert [stat.injections for stat in faults.stats()] == [1, 1]


def test_the_same_seed_strikes_the_same():
    def run(seed: int) -> list[FaultType | None]:
        faults = injector(*FaultConfig.chaos(0.2), seed=seed)
        return [faults.should_inject(f"{site}:x") for _ in range(50) for site in Site]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_another_fault_shifts_nothing_for_those_there_were():
    def writes(*more: FaultConfig) -> list[FaultType | None]:
        faults = injector(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 0.3), *more)
        return [faults.should_inject(WRITE) for _ in range(100) if faults.should_inject("llm.complete:x") or True]

    assert writes() == writes(FaultConfig(FaultType.LLM_TIMEOUT, 0.5))


def test_the_probability_is_that_of_each_operation():
    faults = injector(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 0.3))
    struck = sum(faults.should_inject(WRITE) is not None for _ in range(10_000))

    assert 2_800 < struck < 3_200
    assert (faults.stats()[0].chances, faults.stats()[0].injections) == (10_000, struck)


def test_statistics_tell_what_never_fired():
    never = FaultConfig(FaultType.NETWORK_RESET, 1.0)
    faults = injector(never, FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0))
    faults.should_inject(WRITE)

    assert faults.never_fired() == (never,)
    assert faults.injection_stats() == {"network_reset": 0, "storage_write_fail": 1}
    assert faults.total_injections() == 1
    assert faults.operations == {WRITE: 1}


def test_statistics_can_start_anew_and_with_them_the_maximum():
    faults = injector(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0, max_injections=1))
    faults.should_inject(WRITE)
    faults.reset_stats()

    assert (faults.total_injections(), faults.operations) == (0, {})
    assert faults.should_inject(WRITE) is FaultType.STORAGE_WRITE_FAIL


def test_after_the_storm_nothing_strikes():
    faults = injector(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0))
    with faults.calm():
        assert faults.should_inject(WRITE) is None
    assert faults.should_inject(WRITE) is not None
    faults.heal()
    with faults.calm():
        pass
    assert faults.should_inject(WRITE) is None
    faults.storm()
    assert faults.should_inject(WRITE) is not None


def test_a_run_that_does_not_end_is_ended():
    faults = FaultInjector(rng(), steps_max=3)
    for _ in range(3):
        faults.should_inject(WRITE)

    with pytest.raises(LimitExceeded, match=re.escape(WRITE)):
        faults.should_inject(WRITE)
    assert faults.steps == 4


def test_a_builder_puts_the_usual_ones_together():
    faults = (
        FaultInjectorBuilder(rng())
        .with_fault(FaultConfig(FaultType.NETWORK_RESET, 0.5))
        .with_storage_faults(0.1)
        .with_db_faults(0.2)
        .with_llm_faults(0.3)
        .with_faults_of(FaultCategory.TIME, 0.4)
        .build()
    )

    assert [(stat.config.fault_type.value, stat.config.probability) for stat in faults.stats()] == [
        ("network_reset", 0.5),
        ("storage_write_fail", 0.1),
        ("storage_read_fail", 0.1),
        ("db_connection_fail", 0.2),
        ("db_query_timeout", 0.2),
        ("llm_timeout", 0.3),
        ("llm_rate_limit", 0.3),
        ("time_clock_skew", 0.4),
        ("time_leap_second", 0.4),
    ]
    everything = FaultInjectorBuilder(rng()).with_chaos(0.1).build()
    assert len(everything.stats()) == sum(fault.is_survivable for fault in FaultType)


@pytest.mark.parametrize(
    "given",
    [
        {"probability": 1.1},
        {"probability": -0.1},
        {"probability": float("nan")},
        {"probability": "1"},
        {"probability": True},
        {"fault_type": "storage_write"},
        {"operation_filter": ""},
        {"max_injections": 0},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(given: dict[str, Any]):
    with pytest.raises(Invalid):
        FaultConfig(**USUAL | given)


def test_a_fault_can_be_named_by_its_text():
    named: Any = "storage_write_fail"

    assert FaultConfig(named, 0.5).fault_type is FaultType.STORAGE_WRITE_FAIL


def test_an_operation_that_names_no_site_is_a_mistake():
    with pytest.raises(Invalid, match="begins with no site"):
        injector().should_inject("write")
