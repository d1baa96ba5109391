"""Of what kind a value is: a place, a person, a role, a car. A slot takes only values of its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from umi.domain.entity import Mention, MentionKind
from umi.pipeline.facts.phrases import DETERMINERS, PRONOUNS
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import VERBS, Form
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES, ORGANIZATIONS, PLACES
from umi.pipeline.remember.extract.name_words import COMMON, NOT_LOWER_NAMES, ORG_TAILS, PEOPLES, TITLES

CARS: Final = frozenset(
    """
    acura alfa astra audi bentley bmw buick cadillac camry chevrolet chevy chrysler citroen civic clio corolla corsa
    cupra dacia datsun dodge ferrari fiat fiesta focus ford genesis golf gmc honda hyundai infiniti jaguar jeep kia
    lamborghini lexus lincoln lotus lucid maserati mazda mercedes mini mitsubishi mustang nissan opel outback peugeot
    polestar polo porsche prius ram rav4 renault rivian rover saab seat skoda smart subaru suzuki tesla toyota vauxhall
    volkswagen volvo vw byd wrangler leaf tacoma model bronco f-150 forester cr-v crv accord passat tiguan
    car suv truck van minivan pickup hatchback sedan motorbike motorcycle scooter vespa harley yamaha ducati kawasaki
    leon kona yaris convertible jetta cooper beetle sprinter campervan camper
    """.split()
)
_CARS_AMBIGUOUS = frozenset(
    "seat mini polo golf leaf focus model genesis lincoln lotus accord beetle ram pickup prelude smart ford dodge "
    "fiesta rover jaguar civic".split()
)
DIETS: Final = frozenset(
    "vegan vegetarian pescatarian keto paleo kosher halal omnivore omnivorous carnivore flexitarian gluten-free "
    "dairy-free lactose-free plant-based low-carb whole30 mediterranean veggie macrobiotic fruitarian raw "
    "sugar-free celiac coeliac vegetarianism veganism".split()
)
PETS: Final = frozenset(
    "dog puppy pup cat kitten kitty rabbit bunny hamster parrot bird fish horse pony retriever poodle labrador lab "
    "terrier shepherd corgi beagle husky bulldog turtle tortoise snake lizard pig gecko ferret parakeet budgie "
    "dachshund "
    "goldfish chihuahua pug collie spaniel dalmatian greyhound goldendoodle labradoodle cockatiel canary iguana "
    "chinchilla guinea-pig tabby mutt pet hedgehog axolotl goat donkey chicken hen duck boxer schnauzer".split()
)
TEAMS: Final = frozenset("team squad department dept division tribe guild".split())
_ROLES = frozenset(
    """
    engineer developer designer manager director analyst scientist researcher nurse doctor teacher lawyer attorney
    accountant chef cook waiter waitress barista bartender plumber electrician carpenter mechanic pilot writer author
    journalist editor translator interpreter photographer artist musician actor actress singer dancer painter
    architect consultant contractor freelancer programmer coder administrator admin assistant secretary receptionist
    librarian professor lecturer tutor instructor coach trainer therapist psychologist psychiatrist counselor
    counsellor dentist pharmacist paramedic surgeon physician veterinarian vet midwife firefighter policeman officer
    detective soldier sailor farmer gardener florist baker butcher cashier clerk salesman saleswoman salesperson
    marketer recruiter strategist planner producer entrepreneur founder co-founder cofounder owner ceo cto cfo coo cmo
    cpo cio vp president chairman chair head lead leader chief principal partner associate intern apprentice trainee
    technician specialist coordinator supervisor foreman executive representative agent broker banker trader investor
    economist statistician mathematician physicist chemist biologist geologist historian philosopher linguist
    politician diplomat ambassador judge student postdoc hairdresser barber stylist beautician nanny babysitter
    housekeeper janitor cleaner driver courier guard lifeguard steward stewardess tester sysadmin devops sre pm em
    dean fellow curator archivist conductor composer drummer guitarist violinist pianist dj model blogger streamer
    youtuber influencer podcaster volunteer paralegal auditor actuary underwriter adjuster buyer merchandiser
    dietitian nutritionist optician optometrist radiologist cardiologist dermatologist neurologist anesthesiologist
    pediatrician oncologist surveyor welder machinist roofer mason tailor seamstress jeweler potter weaver blacksmith
    landscaper roaster brewer sommelier caterer butler maid concierge bellhop realtor landlord postman mailman
    zookeeper ranger fisherman miner logger astronaut astronomer meteorologist ecologist zoologist botanist priest
    pastor rabbi imam monk nun minister missionary captain sergeant lieutenant colonel general major cto superintendent
    rep copywriter screenwriter playwright poet novelist illustrator animator cartoonist sculptor filmmaker
    cinematographer choreographer comedian magician athlete footballer goalkeeper referee umpire caretaker
    bookkeeper treasurer comptroller controller stocker packer loader operator dispatcher handyman decorator plasterer
    locksmith glazier upholsterer cobbler valet chauffeur hostess host busboy dishwasher sous-chef pa ta ra ic swe
    sde ux researcher scrum master evangelist advocate ombudsman moderator inspector notary adviser auctioneer
    falconer puppeteer goldsmith stagehand projectionist
    tattooist masseur masseuse physio osteopath chiropractor podiatrist hygienist carer childminder jockey organist
    cellist bookseller proofreader stevedore signalman bailiff magistrate barrister solicitor retiree pensioner
    homemaker
    """.split()
)
_ROLE_NOT = frozenset(
    "team couple group pair woman human mother father wife husband person man woman guy girl boy friend fan "
    "member lover one".split()
)
_AGENT = re.compile(r"[a-z]{3,}(?:ologist|ographer|ician|therapist|matician|tender|smith|keeper|person|wright)$")
_STREETS = frozenset(
    "street st avenue ave road rd lane ln boulevard blvd drive dr court ct place pl way square terrace close crescent "
    "row hill gardens parkway alley strasse stra\u00dfe rue via calle plaza apartment apt highway route circle".split()
)
_PHONE_DIGITS_MIN = 6
_SURE = 0.8
_PEOPLE_WORDS_MAX = 2
_NATIONS = PEOPLES - {"native", "western", "victorian", "latin", "nordic", "scandinavian"}
_AGE = range(121)
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_ZONES = frozenset("cet cest gmt utc est edt pst pdt cst cdt mst mdt ist jst bst eet eest wet msk aest sgt hkt".split())
_ZONE = re.compile(r"(?:utc|gmt)[+-]?\d{0,2}|[a-z]+/[a-z_]+")
_FACELESS = frozenset("first good great big whole best other same different".split())
_LANGUAGES = PEOPLES | {
    "mandarin",
    "latin",
    "sign",
    "esperanto",
    "afrikaans",
    "swahili",
    "tagalog",
    "klingon",
    "basque",
}
_FIELDS = frozenset(
    """
    law medicine nursing engineering mathematics maths math physics history philosophy art arts music design
    architecture business accounting finance marketing management journalism education linguistics literature theatre
    drama film photography politics science sciences computing economics statistics genetics robotics pharmacy
    dentistry agriculture anthropology archaeology languages humanities theology religion communications computer
    english french german spanish chinese japanese russian italian latin classics nutrition culinary veterinary
    astronomy fashion animation electronics mechanics geography pre-med premed pre-law cs it law hospitality tourism
    """.split()
)
_VAGUE_WORK = frozenset(
    "project skill thing stuff it health studie part assignment homework myself yourself lot confidence goal idea "
    "problem way task fitness technique piece game car song".split()
)
_SCHOOLS = frozenset("university college school academy institute polytechnic uni high".split())
_SCHOOL_NAMES = frozenset(
    "mit harvard yale stanford oxford cambridge princeton ucla berkeley nyu columbia eth ucl lse caltech".split()
)
_BASE = frozenset([Form.BASE])
_EMPTY = frozenset(
    "it that this them him her me you us one ones lot bit way idea so more much anything something everything "
    "nothing things thing stuff fact part kind sort time times day days moment luck mind sense problem question "
    "issue point reason people person everyone someone anyone course".split()
)
_NAME_SHAPE = re.compile(r"[^\W\d_][\w'\u2019.&+-]*")


def fits(kind: str, tokens: Sequence[Token], *, is_chat: bool) -> float:
    """Return how well a value is of a kind, 0 to 1. `is_chat` says that the clause is written without capitals."""
    if not tokens:
        return 0.0
    return _TESTS[kind](tokens, is_chat)


def is_role(tokens: Sequence[Token]) -> bool:
    """Whether the words name what someone does: the last noun, or the one before "of", is a trade."""
    words = [token.word for token in tokens]
    if "of" in words:
        words = words[: words.index("of")]
    if not words or words[-1] in _ROLE_NOT or words[-2:] == ["role", "model"] or words[0].endswith("ing"):
        return False
    head = words[-1].removesuffix("s") if words[-1] not in _ROLES else words[-1]
    return head in _ROLES or _AGENT.fullmatch(head) is not None


def is_named(tokens: Sequence[Token]) -> bool:
    """Whether the words are a name: capitals, or a mention."""
    first = tokens[0]
    if first.mention is not None or (first.capital and first.word not in COMMON):
        return True
    return first.capital and len(tokens) > 1 and tokens[1].capital


def _field(tokens: Sequence[Token], is_chat: bool) -> float:
    """A subject that one studies."""
    del is_chat
    last = tokens[-1].word
    if any(token.word in _FIELDS for token in tokens) or last.endswith(("ology", "nomics", "onomy", "istry", "ometry")):
        return 1.0
    return 0.8 if tokens[0].capital and not tokens[0].date else 0.0


def _is_name_like(tokens: Sequence[Token], is_chat: bool, known: frozenset[str]) -> float:
    joined = " ".join(token.word for token in tokens)
    if joined in known or tokens[0].word in known:
        return 1.0
    if is_named(tokens):
        return 1.0
    plain = len(tokens) <= 2 and all(token.kind == "word" for token in tokens)  # noqa: PLR2004
    common = any(token.word in COMMON or token.word in NOT_LOWER_NAMES or token.word in VERBS for token in tokens)
    return 0.85 if is_chat and plain and not common and tokens[0].word not in DETERMINERS | PRONOUNS else 0.0


def _place(tokens: Sequence[Token], is_chat: bool) -> float:
    first = tokens[0]
    if first.mention is not None and first.mention.kind is MentionKind.PERSON and first.word not in PLACES:
        return 0.0
    if tokens[-1].word in TEAMS or first.kind != "word" or first.date or _school(tokens, is_chat):
        return 0.0
    return _is_name_like(tokens, is_chat, PLACES)


def _town(tokens: Sequence[Token], is_chat: bool) -> float:
    """A place that is known as one, where a name could as well be a company."""
    del is_chat
    mention = tokens[0].mention
    known = " ".join(token.word for token in tokens) in PLACES
    return 1.0 if known or (mention is not None and mention.kind is MentionKind.PLACE) else 0.0


def _org(tokens: Sequence[Token], is_chat: bool) -> float:
    first = tokens[0]
    if tokens[-1].word in TEAMS or first.date or first.kind not in {"word", "number"}:
        return 0.0
    if first.mention is not None and first.mention.kind is MentionKind.PERSON and _is_sure(first.mention):
        return 0.0
    if tokens[-1].word in ORG_TAILS and len(tokens) > 1:
        return 1.0
    return _is_name_like(tokens, is_chat, ORGANIZATIONS)


def _is_sure(mention: Mention) -> bool:
    return mention.confidence > _SURE


def _definite(tokens: Sequence[Token], is_chat: bool) -> float:
    """What one works on, if it is named or called "the billing migration"."""
    del is_chat
    first, last = tokens[0].word, tokens[-1].word
    if is_named(tokens):
        return 1.0
    generic = last.removesuffix("s") in _VAGUE_WORK or first.endswith("ing") or len(tokens) > 4  # noqa: PLR2004
    return 0.0 if generic or first in PRONOUNS else 0.8


def _person(tokens: Sequence[Token], is_chat: bool) -> float:
    first = tokens[0]
    if first.mention is not None and first.mention.kind is MentionKind.PERSON:
        return 1.0
    if first.word in TITLES and len(tokens) > 1:
        return 1.0
    if first.word in GIVEN_NAMES and first.kind == "word":
        return 1.0
    if first.word in PEOPLES or first.date:
        return 0.0
    return _is_name_like(tokens, is_chat, GIVEN_NAMES)


def _name(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    plain = len(tokens) <= 4 and all(token.kind == "word" and _NAME_SHAPE.fullmatch(token.text) for token in tokens)  # noqa: PLR2004
    first = tokens[0].word
    common = (first in COMMON or first in VERBS) and not (tokens[0].mention or first in GIVEN_NAMES)
    return 0.0 if not plain or common or first in PEOPLES or first in DETERMINERS | PRONOUNS else 1.0


def _role(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if is_role(tokens) else 0.0


def _title(tokens: Sequence[Token], is_chat: bool) -> float:
    """A role where the verb already says that it is one: "was promoted to grand wizard"."""
    if is_role(tokens):
        return 1.0
    return (
        0.0
        if tokens[-1].word in _ROLE_NOT | {"role", "result", "whole", "kid", "child"}
        else _thing(tokens, is_chat) * 0.85
    )


def _thing(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    first, last = tokens[0], tokens[-1]
    if first.word in PRONOUNS or first.word in {"to", "when", "how", "not"} or last.word in _EMPTY:
        return 0.0
    if first.word in VERBS and VERBS[first.word].forms <= _BASE and len(tokens) > 2:  # noqa: PLR2004
        return 0.7
    return 0.0 if first.word in _FACELESS and len(tokens) == 1 else 1.0


def _car(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    known = [token for token in tokens if token.word in CARS or token.word.removesuffix("s") in CARS]
    return 1.0 if any(token.capital or token.word not in _CARS_AMBIGUOUS for token in known) else 0.0


def _vehicle(tokens: Sequence[Token], is_chat: bool) -> float:
    """What one drives, where the verb says so: a known make, or a name."""
    del is_chat
    if any(token.word in CARS for token in tokens):
        return 1.0
    return 0.9 if is_named(tokens) and not (tokens[0].mention and tokens[0].mention.kind is MentionKind.PLACE) else 0.0


def _diet(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    if (
        len(tokens) > 1
        and tokens[-1].word == "diet"
        and tokens[0].word not in {"healthy", "strict", "good", "balanced"}
    ):
        return 1.0
    return 1.0 if any(token.word in DIETS for token in tokens) else 0.0


def _pet(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if any(token.word in PETS or token.word.removesuffix("s") in PETS for token in tokens) else 0.0


def _team(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    if tokens[0].word == "team" and len(tokens) > 1 and tokens[1].capital:
        return 1.0
    return 1.0 if tokens[-1].word in TEAMS and len(tokens) > 1 else 0.0


def _gym(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    words = {token.word for token in tokens}
    return 1.0 if len(tokens) > 1 and words & {"gym", "fitness", "crossfit", "gyms", "ymca"} else 0.0


def _school(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    words = {token.word for token in tokens}
    if words & _SCHOOLS and (len(tokens) > 1 or tokens[0].capital):
        return 1.0
    return 1.0 if tokens[0].word in _SCHOOL_NAMES else 0.0


def _project(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if len(tokens) > 1 and "project" in {tokens[0].word, tokens[-1].word} else 0.0


def _language(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if any(token.word in _LANGUAGES for token in tokens) else 0.0


def _people(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if len(tokens) <= _PEOPLE_WORDS_MAX and tokens[-1].word in _NATIONS else 0.0


def _age(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    first = tokens[0]
    rest = [token.word for token in tokens[1:]]
    number = first.word in _NUMBER_WORDS or (
        first.word.isdecimal() and first.word.isascii() and int(first.word[:4]) in _AGE
    )
    return (
        1.0 if number and all(word in _NUMBER_WORDS | {"years", "year", "old", "yrs", "yo"} for word in rest) else 0.0
    )


def _street(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    words = [token.word for token in tokens]
    numbered = any(token.kind in {"number", "phone"} for token in tokens)
    return 1.0 if numbered and any(word in _STREETS for word in words) else 0.0


def _zone(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if tokens[0].word in _ZONES or _ZONE.fullmatch(tokens[0].word) else 0.0


def _phone(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    number = tokens[0].kind in {"phone", "number"} and sum(map(str.isdigit, tokens[0].text)) >= _PHONE_DIGITS_MIN
    return 1.0 if number else 0.0


def _email(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if tokens[0].kind == "email" else 0.0


def _date(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if any(token.date for token in tokens) else 0.0


def _money(tokens: Sequence[Token], is_chat: bool) -> float:
    del is_chat
    return 1.0 if tokens[0].kind == "number" else 0.0


_TESTS: Final = {
    "place": _place,
    "town": _town,
    "org": _org,
    "person": _person,
    "name": _name,
    "role": _role,
    "title": _title,
    "thing": _thing,
    "car": _car,
    "vehicle": _vehicle,
    "diet": _diet,
    "pet": _pet,
    "definite": _definite,
    "team": _team,
    "field": _field,
    "gym": _gym,
    "school": _school,
    "project": _project,
    "language": _language,
    "people": _people,
    "age": _age,
    "street": _street,
    "zone": _zone,
    "phone": _phone,
    "email": _email,
    "date": _date,
    "number": _money,
}
