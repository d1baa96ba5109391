"""Where a text tells of somebody: addresses, numbers and accounts, by their form and their check digits.

Every pattern begins where a run of its own signs begins and takes a bounded number of them, so that the whole takes
time in proportion to the text, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Final, NamedTuple

from umi.domain.privacy import Finding, PrivateKind
from umi.pipeline.privacy import checksums
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.patterns import unwrapped

SURE, LIKELY, POSSIBLE = 1.0, 0.8, 0.6
_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(7, 16)
_TOLD_BEFORE_CHARACTERS = 40

_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[^\W_](?:[^\W_]|-){0,62}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}(?!\w)")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_PHONE = re.compile(r"(?<![\w.,/:$\u20ac\u00a3#-])(?P<phone>(?:\+|00)?\(?\d(?:[ .()/-]{0,2}\d){6,14})(?![\w]|[-./:]\d)")
_PHONE_TOLD = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|call|text|fax|whatsapp|number is|reach me)\b[^\n]{0,30}$"
)
_NANP = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}")
_DATE = re.compile(r"(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d")
_STREET = re.compile(
    unwrapped(
        r"""
        (?<![\w.])\d{1,5}[A-Za-z]? (?:[A-Z][\w'.-]{1,24} ){1,4}
        (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Terrace|Place|Pl|Way|Close|
        Crescent)\b\.?(?:,? (?:Apt|Apartment|Unit|Suite|Flat|\#)\.? ?\w{1,6})?(?:, [A-Z][\w' -]{1,30})?
        (?:,? [A-Z]{2} \d{5}(?:-\d{4})?|,? [A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})?|
        (?<!\w)[A-Z\u00c4\u00d6\u00dc][\w.-]{2,30}(?:stra\u00dfe|strasse|str\.|weg|platz|gasse|allee) \d{1,4}[a-z]?\b
        """
    ).replace("\n", "")
)


class _National(NamedTuple):
    """A national number: its form, what its issuer checks, and the words that make an unsure one sure."""

    why: str
    form: re.Pattern[str]
    check: checksums.Check
    alone: float
    told: re.Pattern[str]


def _national(why: str, form: str, check: checksums.Check, alone: float, told: str) -> _National:
    return _National(why, re.compile(rf"(?<![\w.-])(?:{form})(?![\w-])"), check, alone, re.compile(rf"\b(?:{told})\b"))


_WITH_SIGNS: Final[frozenset[Callable[[str], bool]]] = frozenset({checksums.is_hetu})
_UNSURE = 0.4  # digits that pass by chance too often: only what is said before makes them likely
_NATIONALS: Final = (
    _national(
        "a social security number",
        r"\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}",
        checksums.is_ssn,
        LIKELY,
        "ssn|social security",
    ),
    _national("a social security number", r"\d{9}", checksums.is_ssn, 0.1, "ssn|social security"),
    _national("a DNI or NIE", r"[XYZ]?\d{7,8}-?[A-HJ-NP-TV-Z]", checksums.is_dni, LIKELY, "dni|nie|nif"),
    _national(
        "a codice fiscale",
        r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]",
        checksums.is_codice_fiscale,
        SURE,
        "codice fiscale",
    ),
    _national(
        "a French social security number",
        r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d",
        checksums.is_nir,
        SURE,
        "s\u00e9curit\u00e9 sociale|nir|insee",
    ),
    _national(
        "a German tax number", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", checksums.is_tax_number, _UNSURE, "steuer|idnr|tax id"
    ),
    _national("a PESEL", r"\d{11}", checksums.is_pesel, _UNSURE, "pesel"),
    _national("a CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.is_cpf, SURE, "cpf"),
    _national("a CPF", r"\d{11}", checksums.is_cpf, _UNSURE, "cpf"),
    _national("an Aadhaar number", r"\d{4} \d{4} \d{4}", checksums.is_aadhaar, LIKELY, "aadhaar|aadhar|uid"),
    _national("a Finnish personal code", r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]", checksums.is_hetu, SURE, "hetu"),
    _national(
        "a personnummer", r"(?:19|20)?\d{6}[-+]\d{4}", checksums.is_personnummer, LIKELY, "personnummer|personal number"
    ),
    _national("a BSN", r"\d{9}", checksums.is_bsn, 0.1, "bsn|burgerservicenummer|sofinummer"),
)


def find_personal(text: str) -> Iterator[Finding]:
    """Find everything personal; findings may overlap."""
    for find in (_emails, _cards, _ibans, _ips, _phones, _nationals, _streets):
        yield from find(text)


def _emails(text: str) -> Iterator[Finding]:
    for found in _EMAIL.finditer(text):
        yield _finding(PrivateKind.EMAIL, found, SURE, "an e-mail address")


def _cards(text: str) -> Iterator[Finding]:
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) in _CARD_DIGITS and digits[0] in "23456" and len(set(digits)) > 1 and checksums.is_luhn(digits):
            yield _finding(PrivateKind.CARD, found, SURE, "a card number, by its check digit")


def _ibans(text: str) -> Iterator[Finding]:
    for found in _IBAN.finditer(text):
        # Words may follow an account number: the country says how long it is.
        signs = [place for place in range(found.start(), found.end()) if not text[place].isspace()]
        for length in range(len(signs), 14, -1):
            tight = "".join(text[place] for place in signs[:length]).upper()
            if checksums.is_iban(tight):
                end = signs[length - 1] + 1
                yield Finding(
                    kind=PrivateKind.IBAN,
                    start=found.start(),
                    end=end,
                    confidence=SURE,
                    why="an IBAN, by its check digits",
                )
                break


def _ips(text: str) -> Iterator[Finding]:
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(text):
            if not any(sign.isdigit() for sign in found[0]):
                continue  # "face::add" is a name in code
            try:
                address = ip_address(found[0])
            except ValueError:
                continue
            if address.is_loopback or address.is_unspecified:
                continue  # tells of nobody
            certain = LIKELY if address.is_global else POSSIBLE
            yield _finding(PrivateKind.IP_ADDRESS, found, certain, "an IP address")


def _phones(text: str) -> Iterator[Finding]:
    folded = fold(text)
    for found in _PHONE.finditer(text):
        number = found["phone"]
        digits = sum(sign.isdigit() for sign in number)
        if digits not in _PHONE_DIGITS or _DATE.match(number):
            continue
        before = folded[max(0, found.start() - _TOLD_BEFORE_CHARACTERS) : found.start()]
        confidence = _phone_confidence(number, digits, is_told=_PHONE_TOLD.search(before) is not None)
        if confidence:
            yield _finding(PrivateKind.PHONE, found, confidence, "a phone number")


def _phone_confidence(number: str, digits: int, *, is_told: bool) -> float:
    has_parts = any(not sign.isdigit() for sign in number.lstrip("+"))
    if number.startswith("+") and digits > _PHONE_DIGITS.start:
        return SURE if has_parts or is_told else LIKELY
    if is_told:
        return LIKELY
    if _NANP.fullmatch(number):
        return LIKELY
    is_national = number.lstrip("(").startswith("0") and has_parts and digits >= 9  # noqa: PLR2004 - with its area
    return POSSIBLE if is_national else 0.0


def _nationals(text: str) -> Iterator[Finding]:
    if _DIGIT.search(text) is None:
        return
    for one in _NATIONALS:
        for found in one.form.finditer(text):
            tight = re.sub(r"[ .-]", "", found[0]) if one.check not in _WITH_SIGNS else found[0]
            if not one.check(tight):
                continue
            before = text[max(0, found.start() - _TOLD_BEFORE_CHARACTERS) : found.start()].lower()
            confidence = SURE if one.told.search(before) else one.alone
            yield _finding(PrivateKind.NATIONAL_ID, found, confidence, one.why)


def _streets(text: str) -> Iterator[Finding]:
    for found in _STREET.finditer(text):
        yield _finding(PrivateKind.STREET_ADDRESS, found, POSSIBLE, "a street and a number")


def _finding(kind: PrivateKind, found: re.Match[str], confidence: float, why: str) -> Finding:
    return Finding(kind=kind, start=found.start(), end=found.end(), confidence=confidence, why=why)
