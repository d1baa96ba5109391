"""The check digits of cards, bank accounts and national numbers, each as its standard defines it.

Luhn: ISO/IEC 7812-1. IBAN: ISO 13616 over ISO 7064 mod 97-10. The German tax number: ISO 7064 mod 11,10. The others are
as their issuers publish them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CODICE_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_CODICE_LETTERS = (*_CODICE_DIGITS, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_CODICE_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*_CODICE_DIGITS, *_CODICE_LETTERS), strict=True))
_IBAN_LENGTHS: Final[Mapping[str, int]] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_VERHOEFF_TURN = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_VERHOEFF_SHIFT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip


def is_luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - the digits' sum


def is_iban(text: str) -> bool:
    """Check an IBAN without spaces, in capitals."""
    if _IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def is_dni(text: str) -> bool:
    """Spain: eight digits, or X, Y or Z and seven, and a letter."""
    number = text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return _DNI_LETTERS[int(number) % 23] == text[-1]


def is_codice_fiscale(text: str) -> bool:
    """Italy: fifteen signs and a letter."""
    odd = sum(_CODICE_ODD[sign] for sign in text[:15:2])
    even = sum(int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in text[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == text[15]


def is_nir(text: str) -> bool:
    """France: thirteen signs and a key of two digits; Corsica's departments hold a letter."""
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def is_tax_number(digits: str) -> bool:
    """Germany: eleven digits, of which one of the first ten comes twice or three times."""
    if digits[0] == "0" or len(set(digits[:10])) not in {8, 9}:
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[10])


def is_pesel(digits: str) -> bool:
    """Poland: eleven digits that begin with a day."""
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    day, month = int(digits[4:6]), int(digits[2:4]) % 20
    told = 1 <= day <= 31 and 1 <= month <= 12  # noqa: PLR2004 - a day of a month
    return told and sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 10 == 0


def is_cpf(digits: str) -> bool:
    """Brazil: nine digits and two check digits, not all the same."""
    if len(set(digits)) == 1:
        return False
    for length in (9, 10):
        total = sum(int(digit) * weight for digit, weight in zip(digits, range(length + 1, 1, -1), strict=False))
        if total * 10 % 11 % 10 != int(digits[length]):
            return False
    return True


def is_aadhaar(digits: str) -> bool:
    """India: twelve digits, the last by Verhoeff's scheme."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _VERHOEFF_TURN[check][_VERHOEFF_SHIFT[place % 8][int(digit)]]
    return check == 0 and digits[0] not in "01"


def is_hetu(text: str) -> bool:
    """Finland: the day of birth, a sign for its century, three digits and a sign."""
    return _HETU_SIGNS[int(text[:6] + text[7:10]) % 31] == text[10]


def is_personnummer(text: str) -> bool:
    """Sweden: the day of birth and four digits, the last by Luhn's scheme."""
    digits = "".join(sign for sign in text if sign.isdigit())[-10:]
    return is_luhn(digits) and 1 <= int(digits[2:4]) <= 12  # noqa: PLR2004 - a month


def is_bsn(digits: str) -> bool:
    """The Netherlands: nine digits by the test of eleven."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0


def is_ssn(digits: str) -> bool:
    """The United States: no check digit, but parts that were never given out."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


Check = Callable[[str], bool]
