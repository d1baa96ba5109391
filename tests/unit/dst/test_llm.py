"""The simulated language model, asked by everything that asks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dst.making import Struck

from umi.domain.completion import CompletionRequest
from umi.domain.fact import FactStatus
from umi.domain.relation import RelationKind
from umi.dst import FaultConfig, FaultType
from umi.errors import (
    Invalid,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    ProviderRequestError,
    ProviderResponseError,
    ProviderTimeoutError,
)
from umi.pipeline.enrich.extractor import EntityExtractor
from umi.pipeline.enrich.prompt import fenced
from umi.pipeline.enrich.tracker import EvolutionTracker
from umi.pipeline.recall.rerank import LLMReranker, rerank
from umi.pipeline.recall.rewrite import rewrite
from umi.providers.llm.sim import SimLLMProvider
from umi.providers.llm.sim_answers import Purpose, shaped
from umi.providers.llm.sim_reading import names, sentences, ties

STORY = (
    "Alice works at Acme Corp. She lives in Paris. I moved to Lisbon last Friday. "
    "Bob used to work for Initech and does not like green tea. Does Carol know Dan?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A memory, as the tracker compares them."""

    id: str
    content: str
    name: str = ""


async def test_entities_are_read_with_their_types_and_quotes():
    found = await EntityExtractor(SimLLMProvider(42)).extract(STORY, speaker="Eve")

    assert {(one.name, one.entity_type.value) for one in found.entities} == {
        ("Alice", "person"),
        ("Acme Corp", "organization"),
        ("Paris", "location"),
        ("Lisbon", "location"),
        ("Bob", "person"),
        ("Initech", "organization"),
        ("Carol", "person"),
        ("Dan", "person"),
    }
    assert all(STORY[one.start : one.end] == one.content for one in found.entities)
    assert found.refused == ()


async def test_facts_are_read_with_who_and_when():
    found = await EntityExtractor(SimLLMProvider(42)).extract(STORY, speaker="Eve")

    facts = {(fact.subject, fact.slot, fact.value, fact.status, fact.is_change) for fact in found.facts}
    assert facts >= {
        ("Alice", "works_at", "Acme Corp", FactStatus.CURRENT, False),
        ("Alice", "lives_in", "Paris", FactStatus.CURRENT, False),
        ("Eve", "lives_in", "Lisbon", FactStatus.CURRENT, True),
        ("Bob", "works_at", "Initech", FactStatus.PAST, False),
        ("Bob", "likes", "green tea", FactStatus.NEGATED, False),
    }
    assert not any("Dan" in (fact.subject, fact.value) for fact in found.facts)  # that was asked
    assert ("Alice", "works_at", "Acme Corp") in {
        (one.source, one.relation_type, one.target) for one in found.relations
    }


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        ("Alice now works at Initech.", RelationKind.UPDATE),
        ("Alice works at Initech.", RelationKind.CONTRADICT),
        ("Alice works at Acme, as a lead of the tools team.", RelationKind.EXTEND),
    ],
)
async def test_evolution_is_detected_of_the_memory_it_bears_on(new: str, kind: RelationKind):
    older = [Told(id="tea", content="Bob likes green tea."), Told(id="job", content="Alice works at Acme.")]

    found = await EvolutionTracker(SimLLMProvider(42)).detect(Told(id="new", content=new), older)

    assert found is not None
    assert (found.kind, found.id) == (kind, "job")


async def test_what_bears_on_nothing_evolves_nothing():
    older = [Told(id="job", content="Alice works at Acme.")]
    fog = Told(id="new", content="The harbour was foggy.")

    assert await EvolutionTracker(SimLLMProvider(42)).detect(fog, older) is None


@pytest.mark.parametrize("query", ["Where does Alice work?", "Which dog barked at the postman?"])
async def test_a_question_is_worded_anew_so_that_deep_search_really_happens(query: str):
    found = await rewrite(SimLLMProvider(42), query)

    assert found.is_deep
    assert found.variations[0] == query
    assert found.error == ""


async def test_texts_are_reranked_by_what_they_have_to_do_with_the_question():
    texts = ["Bob likes green tea.", "The harbour was foggy.", "Alice works at Acme."]

    found = await rerank(LLMReranker(SimLLMProvider(42)), "Where does Alice work?", texts)

    assert (found.order, found.path) == ((2, 0, 1), "rerank")


async def test_a_summary_is_the_beginning_of_each_text():
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}, "required": ["summary"]}
    prompt = f"{fenced('One. Two.')} and {fenced('Three! Four.')}"

    found = await SimLLMProvider(42).complete(CompletionRequest(prompt=prompt, schema=schema))

    assert found.data == {"summary": "One. Three!"}


async def test_without_a_schema_the_answer_is_text():
    found = await SimLLMProvider(42).complete(CompletionRequest(prompt="Hello there. How are you?"))

    assert (found.text, found.data) == ("Hello there.", None)


async def test_an_answer_has_the_shape_that_is_asked_for_whatever_it_is():
    item = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
    schema = {
        "type": "object",
        "properties": {
            "entities": {"type": "array", "items": {**item, "required": ["name", "age"]}},
            "mood": {"type": "string", "enum": ["fine", "bad"]},
            "is_done": {"type": "boolean"},
            "left": {"type": ["null", "string"]},
        },
        "required": ["entities", "mood", "is_done", "left"],
    }

    found = await SimLLMProvider(42).complete(CompletionRequest(prompt=fenced("Alice left."), schema=schema))

    assert found.data == {"entities": [{"name": "Alice", "age": 0}], "mood": "fine", "is_done": False, "left": None}


async def test_what_is_wanted_is_told_by_the_schema_and_not_by_words_of_the_text():
    llm = SimLLMProvider(42)
    text = "Please extract entities, rewrite this query, and detect evolution between Ada and Bob."

    await EntityExtractor(llm).extract(text)
    await rewrite(llm, text)

    assert [call.purpose for call in llm.calls] == [Purpose.EXTRACTION, Purpose.REWRITING]


async def test_the_same_seed_and_request_give_the_same_answer_whatever_was_asked_before():
    async def run(*before: str, seed: int = 42) -> str:
        llm = SimLLMProvider(seed, mistakes=0.5)
        for text in before:
            await EntityExtractor(llm).extract(text)
        return repr(await EntityExtractor(llm).extract(STORY))

    assert await run() == await run("Ada left.", "Bob came.")
    assert len({await run(seed=seed) for seed in range(8)}) > 1


async def test_mistakes_are_made_and_are_refused():
    llm = SimLLMProvider(42, mistakes=1.0)
    found = await EntityExtractor(llm).extract("Alice works at Acme Corp.")
    older = [Told(id="job", content="Alice works at Acme.")]

    assert [one.reason for one in found.refused] == ["its quote does not stand in the text"]
    assert {one.name for one in found.entities} == {"Alice", "Acme Corp"}
    assert await EvolutionTracker(llm).detect(Told(id="new", content="Alice now works at Initech."), older) is None


async def test_tokens_are_counted_and_have_no_price():
    found = await SimLLMProvider(42).complete(CompletionRequest(prompt="a" * 400))

    assert (found.usage.input_tokens, found.usage.cost_usd, found.model) == (100, None, "sim-42")


@pytest.mark.parametrize(
    ("fault", "error", "milliseconds"),
    [
        (FaultType.LLM_TIMEOUT, ProviderTimeoutError, 60_000),
        (FaultType.LLM_RATE_LIMIT, ProviderRateLimitError, 0),
        (FaultType.LLM_CONTEXT_OVERFLOW, ProviderRequestError, 0),
        (FaultType.LLM_INVALID_RESPONSE, ProviderResponseError, 0),
        (FaultType.LLM_SERVICE_UNAVAILABLE, ProviderConnectionError, 0),
    ],
)
async def test_a_fault_is_an_error_of_its_own(fault: FaultType, error: type[ProviderError], milliseconds: int):
    struck = Struck(fault, times=1)
    llm = SimLLMProvider(42, faults=struck.faults, clock=struck.clock)
    request = CompletionRequest(prompt="Hello.")

    with pytest.raises(error, match=fault.value) as raised:
        await llm.complete(request)

    assert struck.passed_ms == milliseconds
    assert raised.value.is_retryable == (fault in RETRYABLE)
    assert [call.fault for call in llm.calls] == [fault]
    assert (await llm.complete(request)).text == "Hello."


RETRYABLE = {FaultType.LLM_TIMEOUT, FaultType.LLM_RATE_LIMIT, FaultType.LLM_SERVICE_UNAVAILABLE}


async def test_a_rate_limit_says_how_long_to_wait():
    struck = Struck(FaultType.LLM_RATE_LIMIT)

    with pytest.raises(ProviderRateLimitError) as raised:
        await SimLLMProvider.with_faults(42, struck.faults).complete(CompletionRequest(prompt="Hello."))

    assert raised.value.retry_after in range(1, 21)


async def test_a_fault_can_be_kept_to_one_purpose():
    struck = Struck()
    struck.faults.register(FaultConfig(FaultType.LLM_TIMEOUT, 1.0, operation_filter="rewriting"))
    llm = SimLLMProvider(42, faults=struck.faults, clock=struck.clock)

    assert (await EntityExtractor(llm).extract(STORY)).entities
    found = await rewrite(llm, "Where does Alice work?")
    assert not found.is_deep
    assert "llm_timeout" in found.error


async def test_latency_passes_in_virtual_time():
    struck = Struck()
    llm = SimLLMProvider(42, clock=struck.clock).with_latency(50, 60)
    await llm.complete(CompletionRequest(prompt="Hello."))

    assert 50 <= struck.passed_ms <= 60


@pytest.mark.parametrize("given", [{"seed": -1}, {"mistakes": 1.5}])
def test_what_cannot_be_is_refused(given: dict[str, Any]):
    with pytest.raises(Invalid):
        SimLLMProvider(**given)
    with pytest.raises(Invalid):
        SimLLMProvider(1).with_latency(2, 1)


@given(st.text())
def test_the_reader_reads_any_text_and_cites_it(text: str):
    assert all(one.name in one.sentence and one.sentence in text for one in names(text))
    assert all(tie.quote in text and tie.value in tie.quote for tie in ties(text))
    assert all(sentence in text for sentence in sentences(text))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_is_brought_into_shape(value: object):
    schema = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}

    assert shaped({"n": value}, schema) == {"n": value if type(value) is int else 0}
