"""When two values are the same, and when the new one only says more."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = frozenset("a an the my his her our their its some called named".split())
_TAIL = frozenset(
    "now anymore currently these days nowadays instead again too though lol haha rn atm today please thanks".split()
)
_COMPANY = frozenset("inc incorporated ltd limited llc llp corp corporation co company gmbh ag plc sa group".split())
_LEADS = ("the city of ", "city of ", "the town of ", "town of ", "greater ", "downtown ")
_TRAILS = (" team", " squad", " project", " years old", " years", " diet")
_SAME = {
    "nyc": "new york",
    "ny": "new york",
    "new york city": "new york",
    "sf": "san francisco",
    "la": "los angeles",
    "dc": "washington",
    "vw": "volkswagen",
    "colour": "color",
    "programmer": "software developer",
}
_WORDS = {"st": "street", "ave": "avenue", "rd": "road", "blvd": "boulevard", "sr": "senior", "jr": "junior"}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
_PHONE = re.compile(r"\+?[\d\s().-]{7,24}")
_PIECES = re.compile(r"[^\W_]+(?:[.'][^\W_]+)*|[$\u20ac\u00a3%#+]")
_PHONE_DIGITS_MIN = 7
_PLURAL_LETTERS_MIN = 3


def value_key(value: str) -> str:
    """Return the identity of a value: "Globex Corp." is `globex`, "34 years old" is `34`. Numbers stay apart."""
    plain = unicodedata.normalize("NFKC", value).casefold().replace("\u2019", "'").strip()
    if _EMAIL.fullmatch(plain.rstrip(".")):
        return plain.rstrip(".")
    digits = "".join(character for character in plain if character.isdigit())
    if len(digits) >= _PHONE_DIGITS_MIN and _PHONE.fullmatch(plain):
        return digits
    for lead in _LEADS:
        plain = plain.removeprefix(lead)
    parts = _folded_parts(plain)
    return " ".join(parts) or plain


def is_refinement(old: str, new: str) -> bool:
    """Whether the new value extends the old one rather than replacing it: "Berlin", then "Berlin, Germany"."""
    before, after = value_key(old).split(), value_key(new).split()
    if not before or len(after) <= len(before):
        return False
    rest = list(after)
    for part in before:
        if part not in rest:
            return False
        rest.remove(part)
    return not any(part.isdigit() for part in rest) or any(part.isdigit() for part in before)


def _folded_parts(plain: str) -> list[str]:
    found = _PIECES.findall(plain)
    parts = [piece if piece[0].isdigit() else piece.removesuffix("'s").replace(".", "") or piece for piece in found]
    while len(parts) > 1 and parts[0] in _ARTICLES:
        del parts[0]
    while len(parts) > 1 and parts[-1] in _TAIL:
        del parts[-1]
    while len(parts) > 1 and parts[-1] in _COMPANY:
        del parts[-1]
    joined = " ".join(parts)
    for trail in _TRAILS:
        if joined.endswith(trail) and len(joined) > len(trail):
            joined = joined.removesuffix(trail)
            break
    joined = _SAME.get(joined, joined)
    return [_NUMBERS.get(part) or _WORDS.get(part) or _singular(part) for part in joined.split()]


def _singular(part: str) -> str:
    if len(part) > _PLURAL_LETTERS_MIN and part.isalpha():
        if part.endswith("ies"):
            return part[:-3] + "y"
        if part.endswith("s") and not part.endswith(("ss", "us", "is", "os", "as")):
            return part[:-1]
    return part
