"""Whether a text is worth keeping, and why."""

from __future__ import annotations

import pytest

from umi.domain.entity import MemoryType
from umi.domain.judgement import GateDecision
from umi.domain.privacy import Handling, PrivacyPolicy
from umi.pipeline.gate.judging import judge

KNOWN = ["I'm allergic to nuts.", "Ann paid Bob 30 euros.", "I moved to Lisbon last May."]


@pytest.mark.parametrize("text", ["ok thanks!", "Hi there", "lol", "Fine.", "hmm", "haha yes, totally agree", "Bye!"])
def test_small_talk_that_nobody_asked_for_is_skipped(text: str):
    judged = judge(text)

    assert judged.decision is GateDecision.SKIP
    assert judged.reasons[-1].startswith("skipped: worth")


@pytest.mark.parametrize(
    "text",
    [
        "User is a software engineer",
        "professional chef",
        "I moved to Porto.",
        "Always answer in French.",
        "The meeting is at 5pm tomorrow",
        "我住在北京",
        "Can you help me plan my trip to Rome in June?",
    ],
)
def test_what_tells_something_is_stored(text: str):
    assert judge(text, newest=KNOWN).decision is GateDecision.STORE


@pytest.mark.parametrize("text", ["ok thanks!", "I'm allergic to nuts.", "hmm", "\u200b", "🙂"])
def test_what_somebody_asked_to_be_kept_is_never_skipped(text: str):
    judged = judge(text, newest=KNOWN, asked=True)

    assert judged.is_kept
    assert judged.reasons[-1] == "stored: it was asked for"


@pytest.mark.parametrize("asked", [False, True])
def test_an_exact_repeat_names_what_is_to_be_reinforced(asked: bool):
    judged = judge("i'm allergic to NUTS", newest=KNOWN, asked=asked)

    assert (judged.repeats, judged.novelty) == (0, 0.0)
    assert judged.is_kept is asked


@pytest.mark.parametrize(
    "text",
    ["I'm not allergic to nuts.", "Bob paid Ann 30 euros.", "Ann paid Bob 50 euros.", "I'm allergic to nuts and soy."],
)
def test_what_differs_in_a_word_that_counts_is_no_repeat_and_is_stored(text: str):
    judged = judge(text, newest=KNOWN)

    assert judged.repeats is None
    assert judged.decision is GateDecision.STORE


@pytest.mark.parametrize("kind", [MemoryType.CONSTRAINT, MemoryType.PREFERENCE, MemoryType.PROCEDURAL])
def test_a_rule_is_kept_however_little_it_tells_unless_it_was_said_before(kind: MemoryType):
    assert judge("tea", kind=kind).decision is GateDecision.STORE
    assert judge("tea", kind=kind, newest=["Tea"]).decision is GateDecision.SKIP


def test_a_secret_is_replaced_before_anything_is_kept():
    judged = judge("My wifi password is hunter22x")

    assert judged.decision is GateDecision.REDACT_AND_STORE
    assert judged.redacted.text == "My wifi password is [password]"


def test_the_repeat_of_a_redacted_text_is_found():
    first = judge("My wifi password is hunter22x").redacted.text

    assert judge("My wifi password is hunter22x", newest=[first]).repeats == 0


def test_what_the_policy_refuses_is_skipped_even_if_it_was_asked_for():
    judged = judge("My wifi password is hunter22x", asked=True, policy=PrivacyPolicy(secrets=Handling.REFUSE))

    assert judged.decision is GateDecision.SKIP
    assert judged.reasons[-1] == "the policy keeps no text with a finding of: password"


def test_the_reasons_tell_every_sign_once():
    judged = judge("I moved to Lisbon on 5 May and I moved to Porto on 6 May.")

    assert len(judged.reasons) == len(set(judged.reasons))
    assert {"announces a change", "tells when", "names somebody or something"} <= set(judged.reasons)
