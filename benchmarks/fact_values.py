"""Who the made-up people are, the values their attributes take, and what they chat about besides.

Within one attribute no value stands inside another, and no template holds one: `fact_stories` asserts both.
"""

from __future__ import annotations

import unicodedata
from random import Random

WOMEN = (
    "Marta|Ngozi Adeyemi|Yuki|Aaliyah|Ingrid|Priya|Siobhan|Leilani|Zeynep|Ximena|Oksana|Thandiwe|Mei-Ling|Fatima|"
    "Annika|Camila|Hye-jin|Beatriz|Shirin|Tamar|Wanjiru|Ludmila|Charlotte|Rosalind|Giulia|Saoirse|Malia|Eszter|"
    "Nilufar|Mary Beth|Hana Sato|Pilar Montoya"
).split("|")
MEN = (
    "Kenji|Tariq|Diego Fuentes|Olumide|Bjorn|Rajesh|Padraig|Kofi|Emre|Mateus|Dmytro|Sipho|Wei|Hassan|Lars|Joaquín|"
    "Min-jun|Arash|Itai|Kamau|Vaclav|Desmond|Tevita|Matteo|Bence|Rustam|Tuan|Jamal|Étienne|Gareth|Jean-Luc|"
    "Tomasz Wrona"
).split("|")
NARRATORS = ("Abena", "Otto", "Lupita", "Callum")  # who tell of the people, and are never asked about
CITIES = tuple(
    "Lisbon|Osaka|Nairobi|Gothenburg|Medellín|Leipzig|Tbilisi|Montreal|Hanoi|Valparaíso|Ghent|Bristol|Accra|Pune|"
    "Kraków|Wellington|Izmir|Marseille|Austin|Tallinn|Busan|Cape Town|Salt Lake City|Bologna|Cork|Thessaloniki|"
    "Halifax|Recife|Chiang Mai|Ljubljana".split("|")
)
COMPANIES = tuple(
    "Globex|Initech|Hooli|Umbrella Logistics|Tyrell Robotics|Siemens|Spotify|Ikea|Acme Freight|Pied Piper|"
    "Nordlicht Energie|Banco Ribera|Kestrel Analytics|Vandelay Imports|St. Brigid's Hospital|Deutsche Bahn|Maersk|"
    "Unilever|Tata Steel|Mercado Libre|Rakuten|Safaricom|Ubisoft|Oxfam|Bright Acorn Nursery|Studio Okapi|"
    "Fernhill Dairy|Wrenfield & Daughters|Quillon Labs|SuperNova Payroll".split("|")
)
JOBS = tuple(
    "data analyst|nurse practitioner|pastry chef|structural engineer|paralegal|product designer|tram driver|"
    "translator|primary school teacher|accountant|sound technician|marine biologist|copywriter|pharmacist|"
    "logistics coordinator|electrician|radiographer|game developer|notary|investment adviser|florist|"
    "air traffic controller|scrum master|customs officer|regional sales lead|security researcher|librarian|"
    "veterinary surgeon|payroll clerk|yoga instructor".split("|")
)
COLOURS = tuple(
    "teal|crimson|mustard|lavender|orange|green|navy blue|burgundy|turquoise|purple|yellow|charcoal|coral|magenta|"
    "olive|mint|indigo|maroon|terracotta|peach|ivory|cobalt|chartreuse|rust|salmon|lilac|ochre|black".split("|")
)
FOODS = tuple(
    "ramen|lasagne|pad thai|biryani|pierogi|jollof rice|ceviche|tacos al pastor|bibimbap|moussaka|fish and chips|"
    "injera|mapo tofu|shakshuka|gnocchi|khachapuri|poutine|okonomiyaki|falafel|paella|laksa|borscht|dim sum|"
    "empanadas|goulash|rendang|feijoada|spanakopita|mac and cheese|tiramisu".split("|")
)
BANDS = tuple(
    "Radiohead|Khruangbin|Sigur Rós|Tinariwen|Paramore|Arctic Monkeys|BTS|Fleetwood Mac|Portishead|The Cure|"
    "Boards of Canada|Mogwai|Bomba Estéreo|Rammstein|Phoenix|The National|Wolf Alice|Buena Vista Social Club|Idles|"
    "Big Thief|ABBA|Deftones|Stereolab|Massive Attack|Måneskin|Kino|Mdou Moctar|Los Bunkers|Vampire Weekend".split("|")
)
CARS = tuple(
    "Škoda Octavia|Fiat Panda|Tesla Model 3|Toyota Yaris|Volvo V60|Renault Zoe|Mazda MX-5|Ford Transit|VW Golf|"
    "Honda Jazz|Dacia Duster|Mini Cooper|Opel Corsa|Audi A4|Subaru Outback|Kia Niro|Nissan Leaf|Peugeot 208|"
    "Citroën Berlingo|BMW i3|Jeep Wrangler|Suzuki Jimny|Land Rover Defender|Polestar 2|Seat Leon|Hyundai Kona".split(
        "|"
    )
)
PETS = tuple(
    "beagle|tabby cat|cockatiel|tortoise|ferret|greyhound|hamster|Maine Coon|gecko|budgie|labradoodle|guinea pig|"
    "corn snake|dachshund|chinchilla|Siamese cat|axolotl|border collie|parrot|rabbit|hedgehog|husky|tarantula|canary|"
    "Persian cat|poodle|Shetland pony|iguana".split("|")
)
HOBBIES = tuple(
    "bouldering|pottery|birdwatching|woodturning|salsa dancing|chess|beekeeping|archery|fencing|origami|astronomy|"
    "calligraphy|sea swimming|kite surfing|crochet|karaoke|geocaching|juggling|watercolour painting|improv theatre|"
    "orienteering|lock picking|taiko drumming|roller derby|film photography|candle making|mushroom foraging|"
    "model railways".split("|")
)
PARTNERS = tuple(
    "Noor|Felix|Isolde|Amadou|Sunniva|Quentin|Paloma|Rowan|Hiroto|Clementine|Ignacio|Yasmin|Torsten|Bronwyn|Kwame|"
    "Delphine|Ravi|Solveig|Marek|Ayumi|Lorenzo|Keziah|Anatoly|Philippa|Omar|Femke".split("|")
)
MANAGERS = tuple(
    "Helga Brandt|Samir Haddad|Lucy Okafor|Piotr Zielinski|Grace Liu|Bill Hargreaves|Carmen Iglesias|Devika Rao|"
    "Nils Aaltonen|Yolanda Pierce|Hugo Delacroix|Setsuko Mori|Ahmet Demir|Fiona Gallagher|Pascal N'Diaye|Ruth Abelson|"
    "Goran Petrovic|Tessa Vermeulen|Winston Clarke|Alina Popescu|Rafael Quintero|Naledi Khumalo|Stig Halvorsen|"
    "Maryam Sadeghi|Colm Byrne|Dr. Achterberg".split("|")
)
TEAMS = tuple(
    "Payments|Search Relevance|Platform Security|Growth|Billing|Data Infrastructure|Mobile Apps|Customer Success|"
    "Checkout|Identity|Developer Relations|Localisation|Fraud Prevention|Machine Learning|Release Engineering|"
    "Accessibility|Partnerships|Supply Chain|Recruiting|Compliance|Design Systems|Onboarding|Observability|"
    "Quality Assurance|Pricing|Core Libraries".split("|")
)
FLOORS = tuple(
    "ground|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|top".split("|")
)
GYMS = tuple(
    "PureFit Riverside|IronHouse|The Foundry|CrossFit Northgate|Vasil's Gym|FitHaus|Anytime Fitness|YMCA Central|"
    "Elysium Wellness|Sweat Republic|GoldPoint|Metroflex|Pulse Studio|Muscle Barn|Eastside Leisure Centre|"
    "Oasis Health Club|Gymbox Holborn|Barbell Society|Virgin Active|Titan Strength|Sokol Hall|Barry's Bootcamp|"
    "The Engine Room|Planet Fitness|Kettle & Bell".split("|")
)
DIETS = tuple(
    "vegan|vegetarian|pescatarian|keto|gluten-free|low-FODMAP|halal|kosher|paleo|dairy-free|low-carb|Mediterranean|"
    "carnivore|raw-food|fruitarian|flexitarian|macrobiotic|low-sodium|Whole30|sugar-free|high-protein|nut-free".split(
        "|"
    )
)
LANGUAGES = tuple(
    "Portuguese|Korean|Welsh|Swahili|Finnish|Arabic|Japanese|Basque|Greek|Dutch|Hindi|Turkish|Icelandic|Mandarin|Czech|"
    "Italian|Hebrew|Vietnamese|Catalan|Yoruba|Estonian|Polish|Farsi|Quechua|Swedish|Thai".split("|")
)
_MAIL_HOSTS = ("posthaus.example", "quickmail.example", "inboxly.example", "mail.orchard.example", "wren.example")
_MAIL_FORMS = ("{0}.{1}", "hello.{0}{1}", "{0}_{1}", "{0}.real{1}", "{1}{0}")
_PHONE_FORMS = (
    "+44 7700 900###",
    "(4##) 555-01##",
    "+33 6 39 98 ## ##",
    "01632 960###",
    "+61 491 570 ###",
    "+1 2## 555 01##",
)

BEFORE = """
morning all! coffee machine is broken again 😭
haha yes saw that. anyway
sry for the late reply, was asleep lol
ok so two things, first: thanks for the soup!!
what a match last night
ugh the trains today...
heyyy long time no see
no worries about sunday.
did you finish that series btw? no spoilers
weather is mad here ☔
yep will bring the charger tmrw.
lol that meme
can't talk long, in the queue at the post office.
thx for the pics, gorgeous
happy bday again 🎂
wait did i tell you already?
"""
AFTER = """
anyway hows your mum doing?
also can u send me that recipe pls
gotta run, ttyl x
and it's raining AGAIN, typical
still on for thursday?
ok back to laundry 🙃
don't forget the tickets!!
lmk when you're free for a call
btw the wifi here is terrible
hope your knee is better
so yeah. how was the wedding?
pls water my plants if you pass by 🌱
hahaha
more when i see u
did the parcel arrive?
right, off to bed 😴
"""


def phone_number(source: Random, _: str) -> str:
    """Return a number from the ranges that are kept for fiction."""
    return "".join(str(source.randrange(10)) if mark == "#" else mark for mark in source.choice(_PHONE_FORMS))


def email_address(source: Random, name: str) -> str:
    """Return an address that holds the name, on a host that cannot exist."""
    plain = unicodedata.normalize("NFKD", name.split(maxsplit=1)[0]).encode("ascii", "ignore").decode().lower()
    local = source.choice(_MAIL_FORMS).format(plain, source.randrange(100, 1000))
    return f"{local}@{source.choice(_MAIL_HOSTS)}"
