"""Words that are a value by themselves: colours, dishes, pastimes, diets, floors and languages."""

from __future__ import annotations

import re
from typing import Final

from umi.pipeline.facts.phrases import DETERMINERS, PREPOSITIONS
from umi.pipeline.facts.verbs import VERBS
from umi.pipeline.remember.extract.name_words import COMMON, PEOPLES

COLORS: Final = frozenset(
    """
    red orange yellow green blue purple violet indigo pink brown black white gray grey teal turquoise cyan magenta
    maroon navy olive lime coral salmon peach apricot lavender lilac mauve plum burgundy crimson scarlet ruby cherry
    gold golden silver bronze copper beige cream ivory tan khaki mustard amber ochre rust terracotta sienna charcoal
    mint emerald jade sage aqua aquamarine azure cobalt sapphire cerulean periwinkle fuchsia rose chartreuse taupe
    umber vermilion vermillion ecru ebony sepia puce cerise russet auburn
    """.split()
)
_COLORS_LED: Final = frozenset(
    "navy sky royal dark light pale deep bright baby forest hot midnight powder burnt".split()
)

DISHES: Final = frozenset(
    """
    lasagne lasagna pizza pasta spaghetti carbonara ravioli gnocchi risotto tiramisu minestrone pesto focaccia sushi
    sashimi ramen udon soba tempura okonomiyaki takoyaki gyoza teriyaki miso bento onigiri katsu tonkatsu yakitori
    donburi pho banh bun curry korma masala biryani dosa idli samosa naan dal daal paneer thali vindaloo butter-chicken
    tikka chole pakora paratha kebab kebabs doner shawarma falafel hummus tabbouleh shakshuka baklava mezze dolma
    moussaka souvlaki gyros spanakopita tzatziki feta paella tapas tortilla gazpacho churros jamon croquetas burrito
    burritos taco tacos enchiladas quesadilla quesadillas nachos fajitas guacamole mole tamales pozole elote ceviche
    empanada empanadas arepa arepas feijoada churrasco acai asado pupusas bibimbap kimchi bulgogi tteokbokki japchae
    kimbap dumplings dumpling dimsum baozi bao wontons mapo hotpot congee laksa rendang satay nasi goreng gado adobo
    sinigang lumpia lechon khao massaman pierogi borscht goulash schnitzel bratwurst sauerkraut spaetzle stroganoff
    pelmeni khachapuri khinkali plov manti lavash fondue raclette rosti quiche crepe crepes croissant ratatouille
    bouillabaisse cassoulet coq escargot confit bourguignon tagine couscous harira pastilla injera wat kitfo jollof
    fufu egusi suya bobotie bunny biltong ugali pilau matoke chapati poutine burger burgers cheeseburger hamburger fries
    steak steaks ribs barbecue brisket meatloaf pancakes waffles donuts brownies cheesecake pudding pie lobster shrimp
    oysters salmon tuna jambalaya gumbo chowder chili chilli casserole stew soup salad sandwich omelette omelet noodles
    dumplings toast porridge haggis scones crumble trifle roast ratatouille meatballs gravlax smorrebrod kottbullar
    chocolate icecream gelato mochi halva kunafa knafeh manakish kibbeh mansaf maqluba fattoush ghormeh tahdig
    """.split()
)
_DISHES_OF_WORDS: Final = frozenset(
    tuple(dish.split())
    for dish in """
    fish and chips,mac and cheese,macaroni and cheese,pad thai,pad see ew,tom yum,som tam,fried rice,fried chicken,
    dim sum,hot pot,butter chicken,chicken tikka masala,palak paneer,beef stroganoff,banh mi,nasi goreng,
    green curry,red curry,sunday roast,shepherd's pie,cottage pie,roast chicken,ice cream,hot dogs,peking duck,
    coq au vin,beef bourguignon,bangers and mash,apple pie,french fries,french toast,eggs benedict,mapo tofu,
    chiles rellenos,massaman curry,chicken soup,onion soup,jollof rice,chicken wings,pulled pork,surf and turf
    """.strip()
    .replace("\n", "")
    .split(",")
)

PASTIMES: Final = frozenset(
    """
    knitting crochet crocheting sewing quilting embroidery weaving pottery ceramics origami calligraphy painting
    drawing sketching watercolour watercolor sculpture woodworking woodwork whittling carpentry gardening birdwatching
    birding fishing angling hiking trekking climbing bouldering mountaineering kayaking canoeing rowing sailing surfing
    windsurfing kitesurfing snorkelling scuba diving swimming running jogging cycling biking skiing snowboarding
    skating skateboarding rollerblading parkour fencing archery judo karate aikido taekwondo boxing kickboxing
    wrestling yoga pilates dancing salsa tango ballet zumba karaoke chess checkers backgammon bridge poker scrabble
    sudoku crosswords puzzles jigsaws boardgames cooking baking brewing winemaking cheesemaking beekeeping foraging
    astronomy stargazing photography filmmaking blogging journaling writing reading poetry genealogy metalwork
    blacksmithing soapmaking candlemaking leatherwork lockpicking juggling magic improv theatre acting singing
    geocaching
    orienteering paragliding skydiving tennis squash badminton golf bowling darts billiards snooker volleyball
    basketball football soccer rugby cricket hockey handball frisbee gaming cosplay larping geology volunteering
    collecting philately numismatics spelunking caving pickleball curling triathlon sudoku bonsai taxidermy upcycling
    """.split()
)
_PASTIMES_LED: Final = frozenset("making building collecting foraging watching railways derby painting".split())

DIET: Final = re.compile(
    r"(?:vegan|vegetarian|pescatarian|keto(?:genic)?|paleo|kosher|halal|carnivore|flexitarian|omnivore|mediterranean|"
    r"macrobiotic|fruitarian|whole30|low-?fodmap|veggie|lactovegetarian|atkins|dash|"
    r"(?:gluten|dairy|lactose|sugar|nut|meat|grain|wheat|egg|soy|alcohol|oil)-?free|plant-?based|raw-?food|"
    r"low-(?:carb|sodium|fat|sugar|salt|calorie|protein)|high-(?:protein|fibre|fiber))"
)

FLOOR: Final = re.compile(
    r"(?:ground|top|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|"
    r"fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|basement|mezzanine|lower|upper|"
    r"\d{1,2}(?:st|nd|rd|th))"
)

LANGUAGES: Final = (
    PEOPLES - {"native", "western", "victorian", "nordic", "scandinavian", "african", "asian", "european", "american"}
) | frozenset(
    """
    mandarin cantonese latin esperanto afrikaans swahili tagalog basque catalan galician welsh gaelic breton quechua
    nahuatl guarani farsi persian urdu hindi bengali tamil telugu marathi punjabi gujarati malayalam kannada sinhala
    nepali tibetan burmese khmer lao malay javanese sundanese yoruba igbo hausa zulu xhosa amharic somali hebrew
    yiddish arabic turkish kurdish pashto armenian georgian azeri kazakh uzbek mongolian icelandic faroese estonian
    latvian lithuanian maltese albanian macedonian serbian croatian bosnian slovene slovenian slovak maori hawaiian
    samoan bsl asl finnish korean japanese
    """.split()
)


def color_end(words: list[str], place: int) -> int:
    """Return where the colour that begins here ends; 0 where none does. "Navy blue" and "dark green" are one."""
    word = words[place]
    following = words[place + 1] if place + 1 < len(words) else ""
    if word in _COLORS_LED and following in COLORS:
        return place + 2
    return place + 1 if word in COLORS else 0


def dish_end(words: list[str], place: int) -> int:
    """Return where the dish that begins here ends; 0 where none does."""
    for length in (3, 2):
        if tuple(words[place : place + length]) in _DISHES_OF_WORDS:
            return place + length
    return place + 1 if words[place] in DISHES else 0


def pastime_end(words: list[str], place: int) -> int:
    """Return where the pastime that begins here ends; 0 where none does: "chess", "model railways", "candle making"."""
    following = words[place + 1] if place + 1 < len(words) else ""
    word = words[place]
    leads = word.isalpha() and word not in VERBS and word not in PREPOSITIONS | DETERMINERS | COMMON
    if (leads and following in _PASTIMES_LED) or (following in PASTIMES and word in _LEADS):
        return place + 2
    return place + 1 if words[place] in PASTIMES else 0


_LEADS = frozenset(
    "sea cold-water indoor stone string speed metal beach film landscape street wildlife nature mushroom bird "
    "rock ice mountain trail salsa ballroom tap fly deep-sea "
    "open-water wild long-distance road figure roller table online board video card watercolour watercolor oil "
    "wheel-thrown home urban creative jigsaw crossword amateur street macro".split()
)
