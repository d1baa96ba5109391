"""What the simulated model answers, by what the request's schema shows it is for.

What a prompt is about stands in it between tags whose names begin with "text-", one text after another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, cast

from umi.domain.completion import CompletionRequest
from umi.domain.text import cut
from umi.dst.rng import DeterministicRng
from umi.providers.llm.sim_reading import EXPLICIT, INFERRED, Tied, names, sentences, ties, words

_FENCED: Final = re.compile(r"<(text-[0-9a-f]+)>\n(.*?)\n</\1>", re.DOTALL)
_SPEAKER: Final = re.compile(r"^Who speaks: (.+)\.$", re.MULTILINE)
_SCORE_MAX: Final = 10
_SUMMARY_CHARACTERS_MAX: Final = 500
_ALIKE_MIN: Final = 0.2
_UNSAID: Final = "The Grand Vizier of Quux"
_ASKED: Final = (
    (re.compile(r"where (?:does|do|did) (.+?) (?:work)\b", re.IGNORECASE), "{} works at company employer job"),
    (re.compile(r"where (?:does|do|did) (.+?) (?:live)\b", re.IGNORECASE), "{} lives in city home moved to"),
    (re.compile(r"what (?:does|do|did) (.+?) (?:like|love|enjoy)\b", re.IGNORECASE), "{} likes loves prefers favorite"),
    (re.compile(r"when (?:does|do|did|is|was) (.+?)[?]*$", re.IGNORECASE), "{} date day time"),
    (re.compile(r"who (?:is|was) (.+?)[?]*$", re.IGNORECASE), "{} is person name"),
)

Found = Mapping[str, Any]
Answering = Callable[[Sequence[str], CompletionRequest], Found]


class Purpose(StrEnum):
    """What a request is for, as its schema shows; faults can be kept to one by this name."""

    EXTRACTION = "extraction"
    REWRITING = "rewriting"
    EVOLUTION = "evolution"
    RERANKING = "reranking"
    SUMMARY = "summary"
    OTHER = "other"


def purpose_of(schema: Mapping[str, Any] | None) -> Purpose:
    """Return what an answer of this shape is for."""
    known: Mapping[str, Any] = {} if schema is None else schema.get("properties", {})
    if "contradict" in known.get("type", {}).get("enum", ()):
        return Purpose.EVOLUTION
    return next((purpose for name, purpose in _BY_PROPERTY.items() if name in known), Purpose.OTHER)


def answer_of(purpose: Purpose, request: CompletionRequest, mistaken: DeterministicRng | None) -> Found:
    """Return an answer; a `mistaken` one claims something that is not in the text."""
    texts = [found[2] for found in _FENCED.finditer(request.prompt)] or [request.prompt]
    answer = _ANSWERS[purpose](texts, request)
    return answer if mistaken is None else {**answer, **_mistakes(purpose, answer, mistaken)}


def shaped(value: object, schema: Mapping[str, Any]) -> object:
    """Return a value in the shape of a JSON Schema: without what it does not know, with what it requires."""
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(iter(kinds))
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    if kind == "object":
        given: Mapping[str, object] = cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
        known = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
        needed: set[str] = {*given, *schema.get("required", ())}
        return {name: shaped(given.get(name), inner) for name, inner in known.items() if name in needed}
    if kind == "array":
        items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
        return [shaped(item, schema.get("items", {"type": "string"})) for item in items]
    is_flag_as_number = isinstance(value, bool) and kind != "boolean"
    return value if isinstance(value, _TYPES[kind]) and not is_flag_as_number else _EMPTY[kind]


def _extraction(texts: Sequence[str], request: CompletionRequest) -> Found:
    text = texts[0]
    speaker = _SPEAKER.search(request.prompt.partition("<text-")[0])
    own = speaker[1] if speaker else "user"
    said = ties(text)
    return {
        "entities": [
            {"name": one.name, "type": one.kind, "quote": one.sentence, "confidence": one.confidence}
            for one in names(text)
        ],
        "facts": [_fact(tie, own) for tie in said],
        "relations": [
            _relation(tie) for tie in said if tie.is_named and tie.subject != "I" and tie.status == "current"
        ],
    }


def _fact(tie: Tied, own: str) -> Found:
    return {
        "subject": own if tie.subject == "I" else tie.subject,
        "slot": tie.slot,
        "value": tie.value,
        "status": tie.status,
        "changed": tie.is_change,
        "quote": tie.quote,
        "confidence": EXPLICIT,
    }


def _relation(tie: Tied) -> Found:
    return {
        "source": tie.subject,
        "target": tie.value,
        "type": tie.relation,
        "quote": tie.quote,
        "confidence": EXPLICIT,
    }


def _rewriting(texts: Sequence[str], request: CompletionRequest) -> Found:
    del request
    query = " ".join(texts[0].split())
    asked = [form.format(found[1]) for pattern, form in _ASKED if (found := pattern.search(query))]
    about = [word for word in re.findall(r"[^\W_]+", query) if words(word)]
    return {"queries": [one for one in (*asked, " ".join(about)) if one and one != query]}


def _evolution(texts: Sequence[str], request: CompletionRequest) -> Found:
    del request
    new, *older = texts
    compared = [(_compared(new, old), number) for number, old in enumerate(older, 1)]
    (confidence, kind, reason), number = max(compared, key=lambda one: (one[0][0], one[1]), default=(_UNRELATED, 0))
    return {
        "type": kind,
        "number": number if confidence else 0,
        "reason": reason,
        "confidence": confidence or EXPLICIT,
    }


_UNRELATED: Final = (0.0, "none", "They are about different things.")


def _compared(new: str, old: str) -> tuple[float, str, str]:
    """Return how surely a new text bears on an old one, in which way, and why."""
    for later in ties(new):
        for earlier in ties(old):
            if (later.subject, later.slot) != (earlier.subject, earlier.slot):
                continue
            if later.value == earlier.value and later.status == earlier.status:
                return INFERRED, "extend", f"Both tell {later.slot} of the same subject alike."
            kind = "update" if later.is_change or later.status == "past" else "contradict"
            return EXPLICIT, kind, f"They tell {later.slot} of the same subject differently."
    share = _alike(new, old)
    return (INFERRED * share, "extend", "They share a subject.") if share >= _ALIKE_MIN else _UNRELATED


def _reranking(texts: Sequence[str], request: CompletionRequest) -> Found:
    del request
    query, *candidates = texts
    wanted = words(query)
    scores = [len(wanted & words(text)) / max(1, len(wanted)) for text in candidates]
    return {
        "scores": [{"number": number, "score": round(_SCORE_MAX * score, 2)} for number, score in enumerate(scores, 1)]
    }


def _summary(texts: Sequence[str], request: CompletionRequest) -> Found:
    del request
    first = " ".join(sentence for text in texts for sentence in sentences(text)[:1])
    return {"summary": cut(first, _SUMMARY_CHARACTERS_MAX)}


def _other(texts: Sequence[str], request: CompletionRequest) -> Found:
    """Answer in a few words what has no known shape."""
    return {"text": _summary(texts, request)["summary"]}


def _mistakes(purpose: Purpose, answer: Found, rng: DeterministicRng) -> Found:
    """Return what a model makes up: names, numbers and orders that nothing supports."""
    match purpose:
        case Purpose.EXTRACTION:
            made_up = {"name": _UNSAID, "type": "person", "quote": f"{_UNSAID} came by.", "confidence": EXPLICIT}
            return {"entities": [made_up, *answer["entities"]]}
        case Purpose.EVOLUTION:
            return {"type": "update", "number": rng.next_int(1_000, 2_000), "confidence": EXPLICIT}
        case Purpose.REWRITING:
            return {"queries": [_UNSAID, *answer["queries"]]}
        case Purpose.RERANKING:
            return {"scores": [{**one, "score": rng.next_int(0, _SCORE_MAX)} for one in answer["scores"]]}
        case Purpose.SUMMARY | Purpose.OTHER:
            return dict.fromkeys(answer, f"{_UNSAID} came by.")


def _alike(one: str, other: str) -> float:
    """Return how many words two texts share, from 0 to 1 (Jaccard)."""
    first, second = words(one), words(other)
    return len(first & second) / max(1, len(first | second))


_BY_PROPERTY: Final = {
    "entities": Purpose.EXTRACTION,
    "queries": Purpose.REWRITING,
    "scores": Purpose.RERANKING,
    "summary": Purpose.SUMMARY,
}
_ANSWERS: Final[Mapping[Purpose, Answering]] = {
    Purpose.EXTRACTION: _extraction,
    Purpose.REWRITING: _rewriting,
    Purpose.EVOLUTION: _evolution,
    Purpose.RERANKING: _reranking,
    Purpose.SUMMARY: _summary,
    Purpose.OTHER: _other,
}
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (),
}
_EMPTY: Final[Mapping[str, object]] = {"string": "", "number": 0, "integer": 0, "boolean": False, "null": None}
