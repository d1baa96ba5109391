"""Words around names: those that are no names though capitalised, and those that say what a name stands for."""

from __future__ import annotations

from typing import Final

from umi.pipeline.remember.extract.date_words import MONTHS, WEEKDAYS

# Capitalised or not, never a name nor its first word: function words, interjections, and what opens sentences in chat.
COMMON: Final = frozenset(
    """
    a about above absolutely according across actually add after again ago agreed ah aha ahh alas all almost
    alone along already alright also although always am amazing an and another any anybody anyone anything
    anytime anyway anyways anywhere apart apparently are aren't around as ask at aw awesome aww awww away awful
    back bad based basically be beautiful because been before behind being below besides best better between
    beyond big bit both bravo bring brb but buy by bye call came can can't cannot cant check cheers clearly
    close cmon cold come congrats congratulations cool could couldn't couple crazy current currently cute cya
    dad daddy damn dang day days dear definitely despite did didn't different do does doesn't doing don't done
    dont down dude due during each early either else end enjoy enough especially even eventually ever every
    everybody everyone everything everywhere exactly excellent excited exciting excuse fabulous fair fantastic
    far feel few finally find fine fingers first folks follow following for forget former fortunately friend
    friends from fun funny further fyi generally get getting gimme give given glad go god goes going gonna good
    goodbye goodness goodnight gosh got gotcha gotta grandma grandpa granny gratitude great greetings guess guys
    ha had haha hahaha half handle hang happens happy hard hardly has hasn't hate have haven't having he he'd
    he'll he's heard heck heh hell hello help hence her here here's hers herself hey heya hi hiya him himself
    his hmm hmmm hold home honestly honey hopefully hoping hot how how'd how're how's however huge huh hugs
    hurray hurrah hurry i i'd i'll i'm i've idk if im imagine important in incredible indeed inside instead
    interesting into is isn't it it'd it'll it's its itself ive jeez just keep kids kinda kind know last lately
    later laugh learn least leave leaving left less let let's lets life like likewise listen little lmao lol
    long look looking looks lots love loved lovely loving luckily made mainly make makes making man many maybe
    me mean meanwhile might mine mmm mom mommy moms moreover more morning most mostly mother mr mrs ms much mum
    mummy must mustn't my myself namaste near nearly need neither never nevertheless new next nice night no
    nobody none nope nor normally not note nothing now nowadays nowhere obviously of off often oh ohh ok okay
    old omg on once one ones only oof ooh ooo ooooh oops open or other others otherwise ouch our ours out
    outside over overall own papa pardon past people perfect perhaps personally phew pick place plan plans play
    please plus possibly pretty previously probably proud put quick quite rather read ready really recently
    regarding remember reminder right rip run sad said same save say says see seems seen send seriously several
    shall she she'd she'll she's should shouldn't show side similarly simply since sir small so some somebody
    someday somehow someone something sometimes somewhere soon sorry sounds special spent start started starting
    stay still stop stuff such super suppose supposedly sure surely sweet sweetie take takes taking talk talking
    team tell terrific than thank thankfully thanks that that'd that'll that's thats the their theirs them
    themselves then there there'd there'll there's therefore these they they'd they'll they're they've thing
    things think thinking this those though thought through throughout thus thx til till time times tip to today
    together tomorrow tonight too took total totally touche tough toward towards true truly trust try trying
    turn turns two ugh uh um under understood unfortunately unless unlike until up update upon us use used
    usually various very via view wait walk wanna want wanted wants was wasn't watch way we we'd we'll we're
    we've welcome well went were weren't what what'd what're what's whatever when when's whenever where where's
    wherever whether which while who who's whoever whole whom whose why why's wild will wish with within without
    woah won't wonderful woo woohoo words work working works worry worst worth would wouldn't wow write wtf ya
    yay yeah year years yep yes yesterday yet yikes yo you you'd you'll you're you've young your yours yourself
    yourselves yum yummy yup zero second third three four five six seven eight nine ten hundred dozens plenty
    tons enjoying everyday family art music nature food summer winter spring autumn fall christmas easter
    halloween thanksgiving xmas hanukkah ramadan diwali eid weekend noon internet question answer project news
    anyhow hows whats wheres bro sis buddy mate lad pal babe darling thankyou ty np nvm btw imo imho tbh afaik
    asap smh tho thru cuz bc bcause ps p.s pps re fwd fw hr id tv dvd cd pc ac pm diy bbq faq ceo cto cfo pto
    wfh wifi gps usb url api pdf csv html css json sql sms ok'd vip mri adhd ptsd ocd iq gpa phd ba ma bsc msc
    mba dna rna covid covid-19 lgbt lgbtq lgbtq+ lgbtqia lgbtqia+ rsvp eta eod nsfw sfw irl dm dms pm'd aka vs
    etc jk gg afk ttyl hbu wbu bet game games chapter season episode part er vr ai pt rpg rpgs ui ux qa rofl
    yolo fomo tmi iirc ikr
    """.split()
)
# Capitalised by rule of English without naming anyone: days, months, peoples and languages.
PEOPLES: Final = frozenset(
    """
    african hawaiian american arab arabic argentinian asian australian austrian bengali brazilian british
    bulgarian canadian cantonese catalan catholic chinese christian colombian croatian cuban czech danish dutch
    egyptian english estonian ethiopian european farsi filipino finnish flemish french gaelic german germans
    greek hebrew hindi hindu hispanic hungarian icelandic indian indonesian iranian irish islamic israeli
    italian jamaican japanese jewish kenyan korean latin latino latina latvian lebanese lithuanian malay
    mandarin maori mediterranean mexican moroccan muslim native nepali nigerian nordic norwegian pakistani
    persian peruvian polish portuguese protestant punjabi romanian russian scandinavian scottish serbian slovak
    slovenian somali spanish swahili swedish swiss tamil telugu thai tibetan turkish ukrainian urdu victorian
    vietnamese welsh western buddhist americans brits europeans
    """.split()
)
CALENDAR: Final = frozenset({*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS)})
TITLES: Final = frozenset(
    "mr mrs ms mx miss dr doctor prof professor sir madam rev captain aunt auntie uncle grandma grandpa granny sister "
    "brother coach judge president senator officer cousin".split()
)

KIN: Final = (
    "mother|father|mom|mum|dad|parents?|sister|brother|sibling|son|daughter|kids?|child|children|baby|husband|wife|"
    "spouse|"
    "partner|boyfriend|girlfriend|bf|gf|hubby|wifey|fianc[eé]e?|ex|bro|sis|cousin|aunt|auntie|uncle|niece|nephew|"
    "grandma|grandmother|grandpa|"
    "grandfather|granny|grandson|granddaughter|twin|stepmom|stepdad|stepson|stepdaughter|(?:mother|father|sister|"
    "brother|son|daughter)-in-law|friends?|bestie|bff|buddy|mate|pal|roommate|flatmate|housemate|neighbou?r|boss|"
    "manager|"
    "supervisor|lead|colleague|coworker|co-worker|teammate|classmate|mentor|mentee|assistant|client|teacher|"
    "professor|"
    "tutor|coach|trainer|therapist|counsell?or|doctor|dentist|nurse|lawyer|accountant|landlord|nanny|babysitter|date|"
    "girl|boy|guy|woman|man|person|lady|student|author|artist|singer|writer|director|chef|ceo|cto|founder|co-founder"
)
PETS: Final = (
    "dog|puppy|pup|doggo|cat|kitten|kitty|pet|rabbit|bunny|hamster|parrot|bird|fish|horse|pony|retriever|poodle|labrador|"
    "terrier|shepherd|corgi|beagle|husky|bulldog|turtle|tortoise|snake|lizard|guinea pig"
)
PLACE_HEADS: Final = frozenset(
    "mount mt lake river cape port fort san santa saint st los las el north south east west new upper lower".split()
)
PLACE_TAILS: Final = frozenset(
    "street st avenue ave road rd lane boulevard park beach lake river island islands mountain mountains canyon "
    "valley falls forest bay county city town village square bridge airport station coast desert hills peninsula "
    "harbor harbour district".split()
)
ORG_TAILS: Final = frozenset(
    "inc ltd llc corp corporation company co gmbh ag plc group labs studio studios university college school academy "
    "institute hospital clinic bank church museum foundation association club society agency ministry department "
    "council committee airlines airways motors systems technologies software partners ventures capital records press "
    "times post news fc united orchestra theatre theater restaurant cafe café bakery gym library hotel".split()
)
CONNECTORS: Final = frozenset("of de da do dos das van von der den la le les del della di du bin ibn al el the".split())

# In lower case after "lives in" or "works at", not a name.
NOT_LOWER_NAMES: Final = frozenset(
    """
    marketing sales engineering product management backend frontend finance accounting design support operations
    research tears peace fear denial town downtown uptown midtown college school bed uni university office home
    house houses apartment apartments flat flats place places city country village suburbs suburb countryside
    nature poverty luxury harmony person real general front charge case order need love debt pain trouble public
    private theory fact future past present dorm dorms hospital church prison jail heaven hell space abroad
    overseas anywhere somewhere nowhere everywhere here there this that these those them him her his its our
    your their another other different new bigger smaller one two three four couple few several some any each
    every all both half least most night nights work lunch dinner noon free fun money years months weeks days
    hours ages long now once first last home. myself himself herself themselves ourselves yourself someone
    somebody everyone people clients customers companies startups startup big small large local remote nonprofit
    nonprofits government company firm agency bank restaurant cafe bar shop store hospital clinic warehouse
    factory lab gym library museum hotel airport station farm what where which who when how why same similar
    certain many much more less better good great nice tech law medicine education healthcare retail
    construction hospitality media music film games gaming science consulting insurance logistics security
    manufacturing advertising bed. sync parallel secret english french german spanish cash person. production
    progress practice principle summer winter spring autumn fall dark rain snow sun cold heat shape style touch
    sight vain
    """.split()
)
