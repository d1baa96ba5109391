"""Whatever is given to a Memory, only errors of `umi.errors` come out, and what was stored before is still there.

The methods and their keywords are read from the class, so that a new one is covered on the day it is written.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.embedding import HashingEmbedder

from umi import limits
from umi.domain.bounds import Bounds
from umi.domain.receipt import Receipt, Rejected
from umi.domain.turn import Turn
from umi.engine.asking import Narrowing
from umi.engine.memory import Memory
from umi.engine.revising import Revision
from umi.engine.stating import Told
from umi.errors import ClosedError, Invalid, LimitExceeded
from umi.errors import MemoryError as UmiError
from umi.ports.store import Severity
from umi.testing.strategies import AWKWARD, anything

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * 10_000_000
WORDS = "word " * 1_000_000
BEFORE = ("The heron stood in the reeds.", "Ada moved to Lisbon last Friday.", "里斯本 🌊")


NASTY: dict[str, Any] = {**AWKWARD, "10 MB of text": LONG, "a million words": WORDS}
SKIPPED = {"open", "scoped", "within", "close", "close_sync", "entities"}  # each has a test of its own
CALLBACKS = {"progress", "count_tokens"}  # what a function of the caller's raises is the caller's
SPELT = {"narrowing": Narrowing, "told": Told, "changes": Revision}  # what stands behind a method's further keywords
LISTS = {"turns"}  # a text is a sequence of characters: ten million turns are another matter, see below
KEPT_COUNT_MAX = 100
TWIN_STEP = 6
EVERY_CHECK = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)
LIMIT_VALUES = {str(value) for name, value in vars(limits).items() if name.endswith("_MAX")}

methods = sorted(
    name
    for name, _ in inspect.getmembers(Memory, inspect.isfunction)
    if not name.startswith("_") and name not in SKIPPED
)


class Rig:
    """A memory with something in it, an event loop of the test's own, and a new file name for every call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memory = Memory.open(folder / "memory.db", embedder=HashingEmbedder())
        self.revised = self.memory.remember_sync("This text is there to be changed.").id  # and undone: it is change 1
        self.before = [self.memory.remember_sync(text, speaker="Ada").id for text in BEFORE]
        self.runner = asyncio.Runner()
        self.numbers = count()
        self.closed = False

    def call(self, name: str, /, **asked: Any) -> object:
        # A tenant is erased by True, which is among the bad input: let it be somebody else's.
        method = getattr(self.memory.scoped(user="nobody") if name.startswith("erase") else self.memory, name)
        if inspect.iscoroutinefunction(method):
            return self.runner.run(method(**asked))
        return method(**asked)

    def base(self, name: str) -> dict[str, Any]:
        """Arguments with which the method works."""
        number = next(self.numbers)
        known: dict[str, Any] = {
            "text": f"text {number}",
            "query": "heron",
            "id": self.revised if name.startswith(("revise", "history")) else "none",
            "turns": [f"turn {number}"],
            "turn": f"turn {number}",
            "ids": ["none"],
            "of": ["none"],
            "sources": ["none"],
            "said": [],
            "path": self._path(name),
            "subject": "Emma",
            "slot": "lives_in",
            "value": f"place {number}",
            "name": "Ada",
            "what": "Ada",
            "after": datetime(2020, 1, 1, tzinfo=UTC),
        }
        if name.startswith("undo"):
            known |= {"change": 1 if self.closed else self.memory.remember_sync(f"undone {number}").seq}
        asked = {one: known[one] for one in keywords(name) if one in known and self._required(name, one)}
        if name.startswith("erase") and self.closed:
            asked["ids"] = ["none"]
        return asked | ({"importance": number % 10 / 10} if name in {"revise", "revise_sync"} else {})

    def _required(self, name: str, keyword: str) -> bool:
        parameter = inspect.signature(getattr(Memory, name)).parameters.get(keyword)
        return parameter is not None and parameter.default is inspect.Parameter.empty

    def _path(self, name: str) -> str:
        if not name.startswith("import"):
            return str(self.folder / f"file {next(self.numbers)}")
        path = self.folder / "import.txt"
        path.write_text("Ada: hello\nBob: hello to you\n")
        return str(path)

    def unharmed(self) -> None:
        for id, text in zip(self.before, BEFORE, strict=True):
            kept = self.memory.get_sync(id)
            assert kept is not None
            assert kept.content == text
            assert kept.status == "active"
        assert self.memory.recall_sync("Where did Ada move?", limit=1000)


@pytest.fixture(scope="module")
def rigs() -> Iterator[list[Rig]]:
    """The rig that is in use, if there is one."""
    rigs: list[Rig] = []
    yield rigs
    for rig in rigs:
        _taken_down(rig)


@pytest.fixture
def rig(rigs: list[Rig], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Return the rig in use, or a new one where so much lies in it that to look at everything takes long."""
    if rigs and rigs[0].memory.count_sync() > KEPT_COUNT_MAX:
        _taken_down(rigs.pop())
    if not rigs:
        rigs.append(Rig(tmp_path_factory.mktemp("api")))
    monkeypatch.chdir(rigs[0].folder)  # a relative path among the bad input must not land elsewhere
    return rigs[0]


def _taken_down(rig: Rig) -> None:
    rig.memory.reindex_sync()  # what was only recorded awaits its vectors
    wrong = [one for one in rig.memory.check_sync() if one.severity is not Severity.OK and one.part != "disk"]
    rig.memory.close_sync()
    rig.runner.close()
    assert wrong == []


def keywords(name: str) -> list[str]:
    """Every argument of a method, its further keywords spelt out."""
    found: list[str] = []
    for parameter in list(inspect.signature(getattr(Memory, name)).parameters.values())[1:]:
        is_open = parameter.kind is inspect.Parameter.VAR_KEYWORD
        found += SPELT[parameter.name].__annotations__ if is_open else [parameter.name]
    return found


def nasty(name: str, place: int) -> list[tuple[str, Any]]:
    """Return the bad values for one argument of a method: all; of a blocking twin, which waits for the same, some."""
    every = list(NASTY.items())
    is_twin = name.endswith("_sync") and name.removesuffix("_sync") in methods
    return every[place % TWIN_STEP :: TWIN_STEP] if is_twin else every


def _checked(label: str, call: Callable[[], object]) -> None:
    """Call; whatever is wrong must be said by an error of ours, and one about a limit must name it."""
    try:
        call()
    except UmiError as error:
        message = str(error)
        assert message, label
        assert len(message) < 10_000, f"{label}: a message of {len(message)} characters"
        if isinstance(error, LimitExceeded):
            plain = message.replace(",", "").replace("_", "")
            named = re.search(r"\b[A-Z_]+_MAX\b", message) or any(value in plain for value in LIMIT_VALUES)
            assert named, f"{label}: no limit is named in {message!r}"
    except Exception as error:  # noqa: BLE001 - this is what must not happen
        pytest.fail(f"{label}: {type(error).__name__} escaped: {str(error)[:300]}", pytrace=False)


def _summary(failures: list[str]) -> str:
    """Few enough lines to be read."""
    return "\n".join([f"{len(failures)} escaped:", *(failure[:200] for failure in failures[:40])])


@pytest.mark.parametrize("name", methods)
def test_no_argument_however_bad_lets_an_error_escape(rig: Rig, name: str):
    failures: list[str] = []
    for place, keyword in enumerate(keywords(name)):
        for label, value in nasty(name, place):
            if (keyword in LISTS and isinstance(value, str)) or (keyword in CALLBACKS and callable(value)):
                continue
            asked = {**rig.base(name), keyword: value}
            try:
                _checked(f"{name}({keyword}=<{label}>)", lambda asked=asked: rig.call(name, **asked))
            except (AssertionError, pytest.fail.Exception) as failure:
                failures.append(str(failure))
    rig.unharmed()
    assert not failures, _summary(failures)


any_text = st.text(st.characters(), max_size=80)  # surrogates and NUL included
values = anything()


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=EVERY_CHECK)
def test_no_combination_of_arguments_lets_an_error_escape(rig: Rig, data: st.DataObject):
    name = data.draw(st.sampled_from([name for name in methods if keywords(name)]))
    chosen = data.draw(st.lists(st.sampled_from(keywords(name)), min_size=1, max_size=4, unique=True))
    asked = {**rig.base(name), **{keyword: data.draw(values) for keyword in chosen}}
    asked = {key: value for key, value in asked.items() if not (key in LISTS and isinstance(value, str))}
    asked = {key: value for key, value in asked.items() if not (key in CALLBACKS and callable(value))}
    _checked(name, lambda: rig.call(name, **{**rig.base(name), **asked}))


@given(said=any_text, asked=any_text)
@settings(max_examples=100, suppress_health_check=EVERY_CHECK)
def test_any_text_is_kept_as_it_is_or_refused(rig: Rig, said: str, asked: str):
    try:
        receipt = rig.memory.remember_sync(said)
    except UmiError:
        assert not said.strip() or "\0" in said or any("\ud800" <= one <= "\udfff" for one in said)
    else:
        kept = rig.memory.get_sync(receipt.id)
        assert kept is not None
        assert kept.content == said
    _checked("recall", lambda: rig.memory.recall_sync(asked))


@given(changes=st.dictionaries(st.sampled_from([one.name for one in fields(Turn)]), values, min_size=1, max_size=4))
@settings(max_examples=150, suppress_health_check=EVERY_CHECK)
def test_one_bad_turn_of_many_is_rejected_by_its_number_and_the_others_are_kept(rig: Rig, changes: dict[str, Any]):
    good = [f"a good turn {next(rig.numbers)}" for _ in range(2)]
    bad: dict[str, Any] = {"text": f"perhaps bad {next(rig.numbers)}", **changes}
    for turn in (Turn(**bad), bad):
        answers = rig.memory.remember_many_sync([good[0], turn, good[1]])
        assert [type(answer) for answer in (answers[0], answers[2])] == [Receipt, Receipt]
        assert isinstance(answers[1], Receipt) or answers[1].index == 1
    for text, answer in zip(good, answers[::2], strict=True):
        assert isinstance(answer, Receipt)
        kept = rig.memory.get_sync(answer.id)
        assert kept is not None
        assert kept.content == text


@pytest.mark.parametrize(
    "item",
    [5, None, b"bytes", [], {}, {"txt": "a"}, {1: 2}, object(), {"text": "a", "odd": 1}],
    ids=lambda item: type(item).__name__,
)
def test_what_is_no_turn_is_rejected_by_its_number(rig: Rig, item: Any):
    answers = rig.memory.remember_many_sync(["before", item, "after"])
    assert [isinstance(answer, Rejected) for answer in answers] == [False, True, False]


@pytest.mark.parametrize("turns", ["a text", b"bytes", Turn(text="one"), {"text": "a"}], ids=repr)
def test_a_text_alone_is_no_list_of_turns(rig: Rig, turns: Any):
    """It would be remembered character by character, or key by key."""
    with pytest.raises(Invalid):
        rig.memory.remember_many_sync(turns)


@pytest.mark.parametrize("keyword", ["user", "namespace", "agent", "session", "actor"])
def test_scoping_lets_no_error_escape(rig: Rig, keyword: str):
    for label, value in NASTY.items():

        def use(value: Any = value) -> None:
            scoped = rig.memory.scoped(**{keyword: value})
            scoped.remember_sync(f"scoped by {keyword}")
            scoped.recall_sync("scoped")

        _checked(f"scoped({keyword}=<{label}>)", use)
    rig.unharmed()


@pytest.mark.parametrize("keyword", ["bounds", "actor"])
def test_a_fence_lets_no_error_escape(rig: Rig, keyword: str):
    for label, value in NASTY.items():

        def use(value: Any = value) -> None:
            asked: dict[str, Any] = {"bounds": Bounds(tenant="default"), keyword: value}
            rig.memory.within(**asked).recall_sync("fenced")

        _checked(f"within({keyword}=<{label}>)", use)
    rig.unharmed()


@pytest.mark.parametrize("keyword", ["path", "tenant", "user", "namespace", "agent", "embedder"])
def test_opening_lets_no_error_escape(rig: Rig, keyword: str):
    failures: list[str] = []
    for label, value in NASTY.items():
        if value is None:
            continue  # the platform's own folder, and the built-in model

        def use(value: Any = value) -> None:
            asked: dict[str, Any] = {"path": rig.folder / "opened.db", "embedder": HashingEmbedder(), keyword: value}
            Memory.open(**asked).close_sync()

        try:
            _checked(f"open({keyword}=<{label}>)", use)
        except (AssertionError, pytest.fail.Exception) as failure:
            failures.append(str(failure))
    assert not failures, _summary(failures)
    rig.unharmed()


def test_iterating_lets_no_error_escape(rig: Rig):
    async def iterate(**asked: Any) -> None:
        async for _ in rig.memory.entities(**asked):
            pass

    for keyword in Narrowing.__annotations__:
        for label, value in NASTY.items():
            asked = {keyword: value}
            _checked(f"entities({keyword}=<{label}>)", lambda asked=asked: rig.runner.run(iterate(**asked)))


def test_every_method_of_a_closed_memory_says_that_it_is_closed(tmp_path: Path):
    rig = Rig(tmp_path)
    rig.memory.close_sync()
    rig.memory.close_sync()
    rig.closed = True
    for name in methods:
        with pytest.raises(ClosedError):
            rig.call(name, **rig.base(name))
    rig.runner.run(rig.memory.close())
    rig.memory.close_sync()
    rig.runner.close()


def test_a_limit_that_was_passed_is_named_with_its_value(rig: Rig):
    passed: dict[str, tuple[int, Callable[[], object]]] = {
        "content": (limits.ENTITY_CONTENT_BYTES_MAX, lambda: rig.memory.remember_sync(LONG)),
        "query": (limits.QUERY_BYTES_MAX, lambda: rig.memory.recall_sync(WORDS)),
        "limit": (limits.RECALL_LIMIT_MAX, lambda: rig.memory.recall_sync("x", limit=10**9)),
        "tokens": (limits.PACK_TOKENS_MAX, lambda: rig.memory.pack_sync("x", tokens=10**9)),
        "listing": (limits.LIST_LIMIT_MAX, lambda: rig.memory.list_sync(limit=10**9)),
        "topics": (limits.ENTITY_TOPICS_COUNT_MAX, lambda: rig.memory.remember_sync("x", topics=NASTY["200 texts"])),
        "a topic": (limits.ENTITY_TOPIC_BYTES_MAX, lambda: rig.memory.remember_sync("x", topics=["n" * 300])),
        "metadata": (
            limits.ENTITY_METADATA_BYTES_MAX,
            lambda: rig.memory.remember_sync("x", metadata=NASTY["a large dictionary"]),
        ),
        "user": (limits.SCOPE_PART_BYTES_MAX, lambda: rig.memory.remember_sync("x", user="n" * 300)),
        "key": (limits.ENTITY_ID_BYTES_MAX, lambda: rig.memory.remember_sync("x", key="n" * 300)),
        "name": (limits.ENTITY_NAME_BYTES_MAX, lambda: rig.memory.remember_sync("x", name="n" * 300)),
    }
    for label, (limit, call) in passed.items():
        with pytest.raises((LimitExceeded, Invalid)) as caught:
            call()
        assert str(limit) in str(caught.value).replace(",", "").replace("_", ""), label


def test_a_text_of_exactly_the_limit_is_kept_whole(tmp_path: Path):
    with Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder()) as memory:
        text = "ü" * (limits.ENTITY_CONTENT_BYTES_MAX // 2)
        receipt = memory.remember_sync(text)
        kept = memory.get_sync(receipt.id)
        assert kept is not None
        assert kept.content == text
        with pytest.raises(LimitExceeded):
            memory.remember_sync(text + "a")
