"""Which verb says which slot, and where its value stands.

A line reads: slot, mode, verbs, where the value stands, its kind. A mode is `state` (holds while it is said), `enter`
(begins to hold), `exit` (ceases to), `origin` (holds for ever, though the verb is past), `past`, or `progressive`
(holds while it is being done). `-` is the object, other words are prepositions. `p:` before a verb takes it in the
passive or as an adjective ("is based in"), `+noun` asks for an object of that group ("take a job with"), and `!` for a
name where the kind would take other words too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_TABLE = """
lives_in state live,reside,dwell,lodge in,at,near,around,outside place
address state live,reside,stay,p:base at,on street
lives_in state p:base,p:locate,p:situate,p:settle in,at,near,outside,from place
studies_at enter transfer,move to school
lives_in enter move,relocate,settle,emigrate,immigrate,migrate,transfer to,in,into,over,onto,@ place
address enter move,relocate to,into,at street
lives_in enter p:settle,p:relocate to,in place
lives_in exit move,relocate from place
lives_in exit leave - town
lives_in enter find+home,get+home,buy+home,rent+home,take+home,have+home,lease+home,purchase+home,own+home in,near place
address enter find+home,get+home,buy+home,rent+home,take+home,have+home,lease+home at street
works_at state work,consult,freelance,intern at,for,@ org
works_at enter p:hire,p:recruit,p:poach,p:headhunt by,at,with,from org
works_at state p:employ by,at,with org
gym enter join - gym
team enter join,rejoin - team
project enter join,rejoin - project
works_at enter join,rejoin - org
works_at enter start,commence,begin,land at,for,@ org
works_at enter sign at,with org
works_at exit quit - org
works_at exit leave,ditch - org!
works_at exit resign,retire,depart,step,quit,p:go from,at org
works_at exit p:lay,p:fire,p:let,p:drop from,by,at org
works_at exit finish,stop at,with org
works_at exit finish,leave+job,quit+job,lose+job at,with org
works_at enter take+job,get+job,land+job,accept+job,find+job,score+job at,with,for,from org
works_at enter start+job,secure+job,win+job,begin+job at,with,for,from org
works_at state have+job,hold+job,do+job at,with,for,from org
role enter take+job,get+job,land+job,accept+job,find+job,score+job,start+job,secure+job as title
role state have+job,hold+job as title
role state hold+job,fill+job of title
role state work,serve,freelance,act,p:employ,moonlight as title
role state earn,make as title
role enter become,turn - role
role enter p:promote,p:hire,p:appoint,p:elect,p:name,p:make,p:recruit,promote,p:upgrade to,as,-,into title
role exit retire,quit,resign,stop,step+down as title
role enter start,join,take,sign,come as title
role enter step+up as title
role enter move,switch,transition,go,transfer,step to,into role
name state p:call,p:name,p:know,p:nickname,p:rename -,as name
name state go by name
manager state report,answer to person
name state answer to name!
manager state work,serve under,for person!
manager state p:manage,p:supervise,p:oversee,p:mentor by person
team state work,serve,play,sit,p:assign,p:reassign on,in,for,within,with team
team enter move,transfer,switch,p:transfer,p:move,p:reassign,p:assign,p:add,rotate to,into,onto,over team
team state lead,manage,head,run - team
project state work,p:assign,p:reassign,p:put,p:staff,focus on project
project state p:busy,p:tie with,up project
project progressive work on definite
project enter p:assign,p:reassign,p:put,p:move,move,switch to,on,onto project
project state lead,manage,run,head - project
partner enter marry,rewed - person
partner state p:marry,p:engage to person
partner enter p:marry,p:engage to person
partner state date -,with person!
partner progressive see - person!
partner exit divorce,dump - person
partner exit split,break with,from person
studies state study,major -,in field
studies_at state study,p:enroll,p:enrol at,with,in org
studies_at enter enroll,enrol,p:enroll,p:accept,p:admit,matriculate at,in,with,into,to org
studies enter enroll,enrol,p:enroll in field
studies_at state attend - school
studies_at state go to school
studies_at past graduate from,at org
studies state do+degree,pursue+degree,get+degree,have+degree,take+degree in field
studies_at state do+degree,pursue+degree,get+degree,take+degree at org
likes state love,like,enjoy,adore,prefer,dig,favor,favour,fancy,support - thing
likes state p:fond,p:enamored,p:fan of thing
likes state p:crazy,p:mad,p:nuts,p:passionate about thing
likes state p:obsessed,p:hook with,on thing
likes state p:addicted,p:partial to thing
likes state p:keen,p:hooked on thing
dislikes state stand,bear - thing
dislikes state hate,dislike,detest,loathe,despise - thing
dislikes state p:sick,p:tired of thing
speaks state speak - language
speaks state p:fluent,p:proficient in language
learning state learn - thing
allergic_to state p:allergic,p:intolerant to,of thing
drives state drive,ride,lease - vehicle
drives enter buy,get,pick,purchase,lease,order,collect - car
drives exit sell,scrap,total,ditch,crash - car
drives state own,have - car
drives state get+around,commute in vehicle
hobby enter take+up - thing
owns state own,possess - thing
uses state use,utilise,utilize - thing
pet enter adopt,get,rescue,buy - pet
pet state have,own - pet
plays state play - thing
hobby exit drop,ditch - thing
hobby exit give+up,quit+up - thing
likes exit go+off - thing
phone state p:reach,p:contact,p:call,p:phone,p:text at,on,by,via phone
email state p:reach,p:contact,p:email at,on,by,via email
address state p:reach,p:find at,on street
role enter retrain,requalify as title
team state sit on team
gym state go,train,exercise,belong,work at,to,with gym
reading state read - title!
watching state watch - title!
from origin p:bear,p:raise in place
from origin grow,come,hail in,up,from place
birthday origin p:bear on,- date
birthday state celebrate+birthday on date
age enter turn - age
weight state weigh - number
salary state earn,make - number
bank state bank with,at org
diet enter go,turn - diet
diet state follow,keep,p:go,eat,do - diet
eats state eat - thing
drinks state drink - thing
"""
_GROUPS = {
    "job": "job gig position role post offer contract internship employment work place spot career placement".split(),
    "home": "flat apartment house home place condo studio room loft cottage townhouse bungalow villa property".split(),
    "degree": "phd ph.d master masters bachelor bachelors degree ba bsc ma msc mba doctorate major course".split(),
    "birthday": "birthday bday".split(),
    "up": ["up"],
    "down": ["down"],
    "around": ["around"],
    "off": ["off"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way of a verb to state a slot. `is_named` asks for a name where the kind would take other words too."""

    slot: str
    mode: str
    passive: bool
    where: frozenset[str]
    kind: str
    is_named: bool
    nouns: frozenset[str]


def _frames() -> dict[str, list[Frame]]:
    found: dict[str, list[Frame]] = {}
    for line in _TABLE.strip().splitlines():
        slot, mode, verbs, where, kind = line.split()
        for verb in verbs.split(","):
            lemma, _, group = verb.removeprefix("p:").partition("+")
            frame = Frame(
                slot=slot,
                mode=mode,
                passive=verb.startswith("p:"),
                where=frozenset("" if place == "-" else place for place in where.split(",")),
                kind=kind.removesuffix("!"),
                is_named=kind.endswith("!"),
                nouns=frozenset(_GROUPS[group]) if group else frozenset(),
            )
            found.setdefault(lemma, []).append(frame)
    return found


FRAMES: Final[Mapping[str, list[Frame]]] = MappingProxyType(_frames())
# The one named is the object: "Globex hired Marta", "Alice manages Marta".
INVERSE: Final = MappingProxyType(
    {
        "hire": ("works_at", "enter", "org"),
        "employ": ("works_at", "state", "org"),
        "recruit": ("works_at", "enter", "org"),
        "poach": ("works_at", "enter", "org"),
        "headhunt": ("works_at", "enter", "org"),
        "manage": ("manager", "state", "person"),
        "supervise": ("manager", "state", "person"),
        "oversee": ("manager", "state", "person"),
        "mentor": ("mentor", "state", "person"),
    }
)
KINDS: Final = MappingProxyType(
    {
        "name": "name",
        "lives_in": "place",
        "from": "place",
        "works_at": "org",
        "role": "title",
        "phone": "phone",
        "email": "email",
        "age": "age",
        "birthday": "date",
        "manager": "person",
        "partner": "person",
        "drives": "vehicle",
        "diet": "thing",
        "speaks": "language",
        "nationality": "people",
    }
)
"""The kind that a slot's value must be of where a noun names the slot; others take any short phrase."""
