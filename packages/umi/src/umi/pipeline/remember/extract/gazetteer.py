"""Names common enough to be told apart by heart: given names, places, organisations. All folded.

They are evidence, not a filter: a name found by its surroundings need not stand here, and a name that stands here
loses to a known relation ("joined Paris" is an organisation). Lists are short on purpose; they settle the type of
the names most people write about, which capitals alone do not.
"""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    """Entries are separated by commas, so that one may hold a space."""
    return frozenset(" ".join(name.split()) for name in text.split(",") if name.strip())


GIVEN_NAMES: Final = frozenset(
    """
    aaron abby abdul abigail adam adele adrian agnes ahmed aiden aisha akira alan alana albert alejandro
    alessandro alex alexander alexandra alexis alfred ali alice alicia alina alison allison alyssa amanda amber
    amelia amina amir amy ana anastasia anders andre andrea andreas andrei andrew andy angela angelina anil
    anita anja anna anne annie anthony antonio anya arjun arthur asha ashley astrid audrey ava ayesha barbara
    beatrice becky bella ben benjamin bernard beth bethany betty bianca bob bobby boris brad bradley brandon
    brenda brian bridget bruce bruno bryan caitlin calvin camila camille carl carla carlos carmen carol carolina
    caroline catherine cathy cecilia charles charlie charlotte chen chiara chloe chris christian christina
    christine christopher cindy claire clara clare claudia colin connor courtney craig cynthia daisuke dan dana
    daniel daniela danielle danny daphne dave david deborah debbie deepak denise dennis derek diana diane diego
    dimitri dmitri dominic donald donna doris dorothy doug douglas dylan eddie edgar eduardo edward eileen
    elaine eleanor elena eli elias elijah elisa elizabeth ella ellen ellie elsa emil emilia emilio emily emma
    eric erica erik erika erin esther ethan eugene eva evan evelyn fabio farah fatima felipe felix fernando
    fiona florence francesca francesco francis francois fred freddie frederick freya fumiko gabriel gabriela
    gareth gary gemma geoff george georgia gerald giovanni giulia gloria gordon greg gregory greta gustavo
    hannah hans haruki harry hassan heather hector heidi helen helena helga henry hiroshi howard hugh hugo ian
    ibrahim ines ingrid irene iris isaac isabel isabella isla ivan jacob jacqueline jake jamal james jamie jane
    janet janice jared jasmine jason javier jean jeff jeffrey jen jenna jennifer jenny jeremy jerome jerry jesse
    jessica jessie jill jim jimmy jin joan joanna joe joel johan johanna johannes john johnny jon jonas jonathan
    jorge jose josef joseph josephine josh joshua juan judith judy julia julian juliana julie juliet julio jun
    justin kaitlyn kamal karen karim karin karl karla kasia kate katherine kathleen kathy katie katya kayla
    keiko keith kelly ken kenji kenneth kenny kevin khalid kim kimberly kiran klaus kofi kristen kristin kumar
    kwame kyle lara larry lars laszlo laura lauren laurence layla leah lena leo leon leonardo leonora leslie
    lewis liam lidia lila lilian lily lina linda lindsay lisa liz lorenzo louis louise luca lucas lucia lucy
    luis luisa luiz lukas luke lydia lynn maddie madison magda magnus mahmoud maja malik mandy manuel marc
    marcel marcia marco marcos marcus margaret maria mariam mariana marie marina mario marisa marko marta martha
    martin martina mary mateo mathilde matt matteo matthew maureen mauricio max maya megan mehmet mei mel
    melanie melissa mia michael michaela michel michelle miguel mike mikhail milan mina miranda miriam mohamed
    mohammed molly monica morgan moritz muhammad nadia naomi natalia natalie natasha nate nathan neil nick
    nicola nicolas nicole nigel nikhil nikita nikolai nina noah nora noor norman oksana olga oliver olivia
    olivier omar oscar otto owen pablo pamela paola patricia patrick paul paula pavel pedro penelope pete peter
    petra phil philip philippe phoebe pierre pilar polly priya rachel rafael rahul raj rajesh ralph ramon raul
    rebecca renata rene riccardo richard rick ricky rita robert roberta roberto rodrigo roger roland roman ron
    ronald rosa rosie ross ruben rupert russell ruth ryan sabrina sally salma sam samantha samir samuel sandra
    sandy sanjay sara sarah sasha satoshi scott sean sebastian sergei sergio seth shane shannon sharon sheila
    shirley shreya silvia simon simone sofia sonia sonya sophia sophie stan stefan stella stephanie stephen
    steve steven stuart sue sunil susan susana suzanne svetlana sven sylvia takeshi tamara tanya tara tasha ted
    teresa terry tess theo theresa thomas tim timothy tina tobias todd tom tomas tommy toni tony tracy travis
    trevor tristan tyler valentina valeria valerie vanessa vera veronica vicky victor victoria vijay vikram
    vincent viktor virginia vivian vladimir walter wanda wei wendy wilhelm william xavier yara yasmin yuki yusuf
    yvonne zach zachary zainab zara zoe zofia
    """.split()
)
# They are also everyday words: at the start of a sentence a capital is no evidence for them.
GIVEN_NAMES_AMBIGUOUS: Final = frozenset(
    """
    angel art august autumn april bill brook chance chase chip christian crystal daisy dawn dean drew earl faith
    frank gene ginger grace grant guy harmony hazel heather holly hope hunter ivy jack jade jasmine jewel joy
    june justice lance lily mark mason max may melody miles nick olive pat pearl penny rich rob robin rose ruby
    rusty sandy scarlett sky skip star sterling summer sunny taylor ted tim trinity van violet wade will young
    dev raven violet willow
    """.split()
)

COUNTRIES: Final = _names(
    """
    afghanistan, albania, algeria, argentina, armenia, australia, austria, bangladesh, belarus, belgium,
    bolivia, bosnia, botswana, brazil, britain, bulgaria, cambodia, cameroon, canada, chile, china, colombia,
    costa rica, croatia, cuba, cyprus, czechia, czech republic, denmark, ecuador, egypt, england, eritrea,
    estonia, ethiopia, finland, france, germany, ghana, great britain, greece, greenland, guatemala, haiti,
    holland, honduras, hong kong, hungary, iceland, india, indonesia, iran, iraq, ireland, israel, italy,
    jamaica, japan, kazakhstan, kenya, korea, kosovo, kuwait, laos, latvia, lebanon, libya, lithuania,
    luxembourg, madagascar, malaysia, maldives, malta, mexico, moldova, mongolia, montenegro, morocco,
    mozambique, myanmar, namibia, nepal, netherlands, new zealand, nicaragua, nigeria, north korea, northern
    ireland, norway, oman, pakistan, palestine, panama, paraguay, peru, philippines, poland, portugal, puerto
    rico, qatar, romania, russia, rwanda, saudi arabia, scotland, senegal, serbia, singapore, slovakia,
    slovenia, somalia, south africa, south korea, spain, sri lanka, sudan, sweden, switzerland, syria, taiwan,
    tanzania, thailand, tunisia, turkey, uganda, ukraine, united arab emirates, united kingdom, united states,
    uruguay, uzbekistan, venezuela, vietnam, wales, yemen, zambia, zimbabwe, uk, usa, u.s, u.s.a, u.k, us, uae,
    europe, asia, africa, south america, north america, latin america, scandinavia, antarctica, middle east
    """
)
CITIES: Final = _names(
    """
    aberdeen, abu dhabi, accra, adelaide, agra, alabama, alaska, albuquerque, alexandria, algarve, amsterdam,
    andalusia, ankara, antwerp, arizona, arkansas, athens, atlanta, auckland, austin, bali, baltimore,
    bangalore, bangkok, barcelona, basel, bath, bavaria, beijing, beirut, belfast, belgrade, bengaluru, bergen,
    berkeley, berlin, bern, birmingham, bologna, bordeaux, boston, bratislava, brighton, brisbane, bristol,
    brittany, bronx, brooklyn, brussels, bucharest, budapest, buenos aires, buffalo, cairo, calgary, california,
    cambridge, canberra, cancun, cape town, cardiff, caribbean, casablanca, catalonia, charlotte, chennai,
    chicago, cincinnati, cleveland, cologne, colorado, connecticut, copenhagen, cork, cornwall, dakar, dallas,
    damascus, delaware, delhi, denver, detroit, dhaka, doha, dresden, dubai, dublin, dubrovnik, edinburgh,
    edmonton, eindhoven, florence, florida, frankfurt, galway, gdansk, geneva, genoa, ghent, glasgow, goa,
    gothenburg, granada, graz, hamburg, hanoi, havana, hawaii, helsinki, hiroshima, hoboken, hokkaido, houston,
    hyderabad, ibiza, idaho, illinois, indiana, indianapolis, iowa, istanbul, jakarta, jerusalem, johannesburg,
    kansas, kansas city, kathmandu, kentucky, kiev, kolkata, krakow, kuala lumpur, kyiv, kyoto, lagos, las
    vegas, lausanne, leeds, leipzig, lille, lima, lisbon, liverpool, ljubljana, london, los angeles, louisiana,
    lyon, madrid, maine, malaga, mallorca, malmo, manchester, manhattan, manila, marrakech, marseille, maryland,
    massachusetts, maui, medellin, melbourne, memphis, mexico city, miami, michigan, milan, milwaukee,
    minneapolis, minnesota, mississippi, missouri, montana, montevideo, montreal, moscow, mumbai, munich,
    mykonos, nairobi, nantes, naples, nashville, nebraska, nevada, new delhi, new hampshire, new jersey, new
    mexico, new orleans, new york, new york city, newcastle, nice, nyc, north carolina, north dakota,
    nottingham, oakland, oaxaca, ohio, oklahoma, ontario, oregon, orlando, osaka, oslo, ottawa, oxford, paris,
    pennsylvania, perth, philadelphia, phoenix, pittsburgh, portland, porto, prague, provence, quebec, queens,
    queensland, quito, reykjavik, rhode island, riga, rio, rio de janeiro, riyadh, rome, rotterdam, sacramento,
    salt lake city, salzburg, san antonio, san diego, san francisco, san jose, santa barbara, santa fe,
    santiago, santorini, sao paulo, sarajevo, seattle, seoul, seville, shanghai, sheffield, shenzhen, sicily,
    sofia, south carolina, south dakota, st louis, st. louis, stockholm, strasbourg, stuttgart, sydney, taipei,
    tallinn, tampa, tbilisi, tehran, tel aviv, tennessee, texas, the hague, tokyo, toronto, toulouse, tucson,
    tunis, turin, tuscany, utah, utrecht, valencia, vancouver, venice, vermont, vienna, vilnius, virginia,
    warsaw, washington, washington dc, west virginia, wisconsin, wyoming, yokohama, york, zagreb, zurich,
    silicon valley, bay area, yellowstone, yosemite
    """
)
PLACES: Final = COUNTRIES | CITIES
# In lower case these are words.
PLACES_AMBIGUOUS: Final = _names(
    "us, bath, buffalo, chad, charlotte, china, cork, florence, georgia, jordan, nice, phoenix, queens, reading, rio, "
    "split, turkey, york"
)

ORGANIZATIONS: Final = _names(
    """
    accenture, adobe, airbnb, airbus, aldi, amazon, amd, anthropic, apple, asus, barclays, bbc, bmw, boeing,
    bosch, capgemini, cern, chase, cisco, citibank, cnn, coca-cola, costco, dell, deloitte, disney, dropbox,
    ebay, ericsson, etsy, fbi, fedex, ford, github, gitlab, goldman sachs, google, harvard, hp, hsbc, huawei,
    ibm, ikea, infosys, intel, jp morgan, kpmg, klarna, lidl, linkedin, lufthansa, mckinsey, mercedes, meta,
    microsoft, mit, monzo, morgan stanley, mozilla, nasa, nestle, netflix, nhs, nike, nintendo, nokia, nvidia,
    openai, oracle, palantir, paypal, pfizer, philips, pwc, revolut, roche, ryanair, salesforce, samsung, sap,
    shell, shopify, siemens, slack, sony, spacex, spotify, stanford, starbucks, stripe, target, tesco, tesla,
    toyota, twitter, uber, unesco, unicef, unilever, united nations, visa, volkswagen, volvo, walmart, wells
    fargo, who, wise, yale, youtube, zalando, tcs, wipro, red cross, google deepmind, facebook, instagram
    """
)
# These are words too, or things one uses more often than works at.
ORGANIZATIONS_AMBIGUOUS: Final = _names(
    "apple, chase, ford, meta, shell, slack, stripe, target, visa, who, wise, mit, oracle, intel, facebook, instagram, "
    "twitter, youtube, amazon, netflix, spotify, uber, github"
)

# Written in capitals after "in", "from" or a comma; those that are words (IN, OR, ME, OK, HI) are left out.
STATE_CODES: Final = frozenset(
    "ak al ar az ca co ct dc de fl ga ia id il ks ky md mi mn mo ms mt nc nd ne nh nj nm nv ny oh pa ri sc sd tn tx "
    "ut va vt wa wi wv wy".split()
)
