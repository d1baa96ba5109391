"""What a text tells that is private or secret."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.domain.privacy import Handling, PrivacyPolicy, PrivateKind
from umi.pipeline.privacy import checksums
from umi.pipeline.privacy.inspection import inspect
from umi.pipeline.privacy.redaction import redact

EVERYTHING = PrivacyPolicy(personal=Handling.REDACT)

# Keys are put together here, so that no scanner takes this file for a leak.
PRIVATE = [
    ("mail ada.lovelace+x@mail.example.org please", "ada.lovelace+x@mail.example.org", PrivateKind.EMAIL),
    ("grüße an jürgen@müller.example", "jürgen@müller.example", PrivateKind.EMAIL),
    ("call +49 30 1234567 tonight", "+49 30 1234567", PrivateKind.PHONE),
    ("reach me on (212) 555-0199", "(212) 555-0199", PrivateKind.PHONE),
    ("my number is 5550199222", "5550199222", PrivateKind.PHONE),
    ("card 4111-1111-1111-1111, exp 12/27", "4111-1111-1111-1111", PrivateKind.CARD),
    ("amex 378282246310005", "378282246310005", PrivateKind.CARD),
    ("to DE89 3704 0044 0532 0130 00 by noon", "DE89 3704 0044 0532 0130 00", PrivateKind.IBAN),
    ("gb29nwbk60161331926819", "gb29nwbk60161331926819", PrivateKind.IBAN),
    ("from 8.8.8.8, they said", "8.8.8.8", PrivateKind.IP_ADDRESS),
    ("at 2001:4860:4860::8888", "2001:4860:4860::8888", PrivateKind.IP_ADDRESS),
    ("ssn 123-45-6789", "123-45-6789", PrivateKind.NATIONAL_ID),
    ("DNI 12345678Z", "12345678Z", PrivateKind.NATIONAL_ID),
    ("codice fiscale RSSMRA85T10A562S", "RSSMRA85T10A562S", PrivateKind.NATIONAL_ID),
    ("CPF 529.982.247-25", "529.982.247-25", PrivateKind.NATIONAL_ID),
    ("pesel 44051401359", "44051401359", PrivateKind.NATIONAL_ID),
    ("hetu 131052-308T", "131052-308T", PrivateKind.NATIONAL_ID),
    ("personnummer 811228-9874", "811228-9874", PrivateKind.NATIONAL_ID),
    ("Steuer-IdNr. 86095742719", "86095742719", PrivateKind.NATIONAL_ID),
    ("my bsn is 111222333", "111222333", PrivateKind.NATIONAL_ID),
    ("aadhaar 2341 2341 2346", "2341 2341 2346", PrivateKind.NATIONAL_ID),
    ("at 221B Baker Street, London NW1 6XE", "221B Baker Street, London NW1 6XE", PrivateKind.STREET_ADDRESS),
    ("key " + "AKIA" + "IOSFODNN7EXAMPLE.", "AKIA" + "IOSFODNN7EXAMPLE", PrivateKind.API_KEY),
    ("use " + "ghp_" + "aZ3kQ9xLw7" * 3 + "Tb5vRm", "ghp_" + "aZ3kQ9xLw7" * 3 + "Tb5vRm", PrivateKind.API_KEY),
    ("sk-" + "ant-api03-Ab12Cd34Ef56Gh78Ij90Kl12", "sk-" + "ant-api03-Ab12Cd34Ef56Gh78Ij90Kl12", PrivateKind.API_KEY),
    ("Bearer abcdefgh12345678XYZ", "abcdefgh12345678XYZ", PrivateKind.TOKEN),
    (
        "t " + "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        PrivateKind.TOKEN,
    ),
    ("my wifi password is hunter22x.", "hunter22x", PrivateKind.PASSWORD),
    ("DB_PASSWORD='pa55w0rd!'", "pa55w0rd!", PrivateKind.PASSWORD),
    ("postgres://ada:pa55w0rd@host/db", "pa55w0rd", PrivateKind.PASSWORD),
    ("api_key: 9f8e7d6c5b", "9f8e7d6c5b", PrivateKind.API_KEY),
]
HARMLESS = [
    "We met on 2024-03-15 at 12:30:45, and on 15.03.2024 again.",
    "Version 3.11.4 fixed issue 1234567 of 100,000,000.",
    "ISBN 978-3-16-148410-0 and order 1234567890123.",
    "The password is required, and the token was never sent.",
    "token = os.environ['TOKEN']; password=changeme; secret: <your secret>",
    "def password(self, value): return self.token()",
    "std::vector and face::add are names, 127.0.0.1 is home.",
    "It costs $1,234.56 or 4111 1111 1111 1112 points.",
    "I ran 10 000 metres in 45:30 and 21 097 in 1:45:10.",
    "@ada said hi, see you @ 5pm",
    "The secret: patience.",
]


@pytest.mark.parametrize(("text", "part", "kind"), PRIVATE, ids=[part for _, part, _ in PRIVATE])
def test_what_is_private_is_found_with_its_span_and_kind(text: str, part: str, kind: PrivateKind):
    assert [(text[one.start : one.end], one.kind) for one in inspect(text)] == [(part, kind)]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_left_alone(text: str):
    assert redact(text, EVERYTHING).text == text


@pytest.mark.parametrize(("text", "part", "kind"), PRIVATE, ids=[part for _, part, _ in PRIVATE])
def test_nothing_of_what_was_replaced_is_left(text: str, part: str, kind: PrivateKind):
    found = redact(text, EVERYTHING)

    assert part not in found.text
    assert [found.text[one.start : one.end] for one in found.spans] == [f"[{kind.value.replace('_', ' ')}]"]
    assert redact(found.text, EVERYTHING).text == found.text


def test_a_private_key_goes_from_its_first_line_to_its_last():
    mark = "-----{} RSA " + "PRIVATE KEY-----"
    block = "\n".join([mark.format("BEGIN"), "MIIEpAIBAAKCAQEA7", mark.format("END")])

    assert redact(f"before\n{block}\nafter").text == "before\n[private key]\nafter"


def test_a_private_key_that_is_cut_off_takes_the_rest_along():
    assert redact("here: -----BEGIN " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7").text == "here: [private key]"


def test_each_kind_has_its_own_handling_before_the_general_one():
    text = "mail ada@example.org, or my password is hunter22x"
    kept = PrivacyPolicy(secrets=Handling.KEEP, kinds={PrivateKind.EMAIL: Handling.REDACT})

    assert redact(text, kept).text == "mail [email], or my password is hunter22x"
    assert redact(text).text == "mail ada@example.org, or my password is [password]"


def test_what_the_policy_refuses_is_named_and_stands_nowhere_in_the_text():
    found = redact("my password is hunter22x", PrivacyPolicy(secrets=Handling.REFUSE))

    assert [one.kind for one in found.refused] == [PrivateKind.PASSWORD]
    assert "hunter22x" not in found.text


def test_a_finding_less_sure_than_the_policy_asks_for_is_kept():
    text = "I live at 221B Baker Street"

    assert redact(text, PrivacyPolicy(personal=Handling.REDACT, confidence_min=0.9)).text == text


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (checksums.is_luhn, "4111111111111111"),
        (checksums.is_tax_number, "86095742719"),
        (checksums.is_pesel, "44051401359"),
        (checksums.is_cpf, "52998224725"),
        (checksums.is_aadhaar, "234123412346"),
        (checksums.is_bsn, "111222333"),
        (checksums.is_nir, "255081416802538"),
    ],
)
def test_a_check_digit_finds_every_single_wrong_digit(check: checksums.Check, good: str):
    assert check(good)
    wrong = [
        good[:place] + digit + good[place + 1 :]
        for place in range(len(good))
        for digit in "0123456789"
        if digit != good[place]
    ]
    assert not any(check(one) for one in wrong)


HOSTILE = [
    "@",
    "a@b.",
    "1 ",
    "12-",
    "AB12 ",
    "::",
    "(",
    "ey.",
    "http://a:",
    "password is ",
    "5 Aa Aa ",
    "4111 1111 1111 1111 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read_in_time_proportional_to_it(piece: str):
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]

    found = inspect(text)  # what took the square of it would meet the run's own time limit

    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(st.text(max_size=300), st.sampled_from([text for text, _, _ in PRIVATE]), st.text(max_size=300))
def test_findings_never_overlap_and_redacting_keeps_all_the_rest(before: str, private: str, after: str):
    text = f"{before}\n{private}\n{after}"
    found = list(inspect(text))
    redacted = redact(text, EVERYTHING)

    assert all(one.end <= other.start for one, other in pairwise(found))
    kept = [one for one in found if one.confidence >= EVERYTHING.confidence_min]
    assert len(redacted.spans) == len(kept)
    rebuilt = redacted.text
    for span, one in reversed(list(zip(redacted.spans, kept, strict=True))):
        rebuilt = rebuilt[: span.start] + text[one.start : one.end] + rebuilt[span.end :]
    assert rebuilt == text
