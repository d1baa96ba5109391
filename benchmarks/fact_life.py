"""What people say of each other's private lives: nine attributes. See `fact_attribute` for how a template is read."""

from __future__ import annotations

import fact_values as values
from fact_attribute import Attribute

LIFE = (
    Attribute(
        name="home city",
        values=values.CITIES,
        told="""
{name} lives in {value}.
Home for {name} is {value}, and has been for years.
I reside in {value}, not far from the station.
Greetings from {value}! Our flat here looks out on the water.
{name} is based in {value}, according to {his} profile.
If you are ever in {value}, drop in on {name}; {he} has a spare room there.
{name} settled in {value} after university.
When I stayed with {name} at {his} house in {value}, the whole street was being dug up.
""",
        updated="""
{name} has moved to {value}.
As of this month, {value} is where {name} calls home.
I am living in {value} as of last week; {old} got too expensive.
We gave up the flat in {old}, and our new address is in {value}.
{name} relocated to {value} for family reasons.
After much back and forth, {name} left {old} and bought a house in {value}.
You will find {name} in {value} now and not in {old}: {he} took a flat there.
Post for {name} should go to {value} from now on, since {he} has sold the old place.
""",
        chatted="""
oh btw we moved to {value} 🎉 boxes everywhere
finally out of {old}!! hello {value} 😍
did u hear?? {name} packed up n is in {value} for good, since last weekend
{name} = officialy a {value} resident lol
just got the keys to our new place in {value}, so tired
new city new me haha, {value} since tuesday, still no curtains
{name}s new home = {value} apparantly
so {name} ditched {old}, has a place in {value} w/ a balcony 👀
""",
        asked="""
Where does {name} live?
Which city is {name}'s home in?
What city is {name} living in now?
If I wanted to visit {name} at home, which town would I travel to?
""",
    ),
    Attribute(
        name="favourite colour",
        values=values.COLOURS,
        told="""
{name}'s favourite colour is {value}.
Of all colours, {name} likes {value} best.
When it comes to colours I am a {value} person.
I would paint everything {value} if they let me; no other colour comes close.
{name} loves {value} more than any other colour.
Ask {name} to pick a colour and {he} will say {value}, every time.
{name} is fondest of {value}; nearly all {his} clothes are that color.
{Value} is the colour {name} prefers for everything from {his} phone case to {his} kitchen.
""",
        updated="""
{name}'s favourite colour is now {value}.
{name} has gone off {old} and prefers {value} these days.
My taste in colours went from {old} to {value}.
I used to be all about {old}, but lately {value} is the colour for me.
{name} changed {his} mind: {his} new favorite color is {value}.
Offered any shade today, {name} picks {value}.
{name} has decided that {value} suits {him} better than {old}.
It turns out that {name} has fallen for {value}; even {his} bike has been repainted.
""",
        chatted="""
fav colour update: {value} now 😎
nah {old} bores me, give me {value} everything
lol since when is {name} such a {value} lover??
{name} is in {his} {value} era, painted the whole bedroom
ok so i changed my mind, new favourite color = {value}
{value} >>> {old}, fight me
{name} hates {old} now btw, wears nothing but {value}
heads up for the gift: {name} switched to {value}, anything in that colour pls
""",
        asked="""
What is {name}'s favourite colour?
Which color does {name} like best?
What colour is {name} fond of at present?
I'm knitting a scarf for {name}. What colour would {he} love most?
""",
    ),
    Attribute(
        name="favourite food",
        values=values.FOODS,
        told="""
{name}'s favourite food is {value}.
Nothing makes {name} happier than a big plate of {value}.
I adore {value} like no other meal.
If I had to eat one thing for the rest of my life, it would be {value}.
{name} loves {value} above all other food.
For birthdays {name} always wants {value}; it is the meal {he} likes most.
The meal {name} orders whenever {he} can is {value}.
No dish beats {value} as far as {name} is concerned.
""",
        updated="""
{name}'s new favourite food is {value}.
{name} has grown tired of {old}, and the dish {he} craves now is {value}.
At lunchtime I no longer dream of {old} but of {value}.
Since the trip I would take {value} over {old} any day; it is the best thing I have ever eaten.
{name} now likes {value} best of all foods.
These days it has to be {value} when we cook for {name}, nothing else will do.
{name} has left {old} behind and swears by {value}.
For {name} the top spot on the menu has passed to {value}.
""",
        chatted="""
new fav food alert: {value} 😋
cant even look at {old} anymore, {value} all day every day
{name} says nothing tastes better than {value} lol
{name} is OBSESSED w {value} atm, forget {old}
omg {value}!! my new favorite dish, where was this all my life
ok i take it back, {value} is the best food on earth, sorry {old}
{name} went off {old}, {his} fave dish is {value} now
if u cook for {name} make {value}, thats what {he} loves nowadays 🙏
""",
        asked="""
What is {name}'s favourite food?
Which dish does {name} like most?
What does {name} love to eat best nowadays?
I want to cook {name} the meal {he} enjoys most. What should it be?
""",
    ),
    Attribute(
        name="favourite band",
        values=values.BANDS,
        told="""
{name}'s favourite band is {value}.
{name} has every record {value} ever made; there is no group {he} likes more.
The group I love most is {value}.
I could listen to {value} all day, they are my number one.
{name} thinks that {value} are the best band in the world.
The musicians closest to {name}'s heart are {value}.
{name} is a huge fan of {value}, more than of any other group.
For music, {name} swears by {value} and hardly plays anything else.
""",
        updated="""
{name}'s favourite band is now {value}.
{value} have taken the place of {old} in {name}'s heart.
I have become a fan of {value} first and foremost, and {old} come after.
I have stopped listening to {old}; {value} are the ones I play on repeat now.
{name} prefers {value} to {old} these days and calls them {his} favourite group.
If you buy {name} concert tickets, make them {value}: the old favourites are forgotten.
{name} has fallen in love with {value} and no longer cares for {old}.
Ever since that festival, {name} ranks {value} above every other group.
""",
        chatted="""
new favourite band: {value} 🎸🎸
{value} 24/7 since monday, bye {old}
{name} wont shut up about {value} lol, remember when it was {old}
guess who replaced {old} on {name}s wall. yep, {value}
ok i'm officially a {value} fan now, best band ever, sorry {old}
changed my mind abt {old}, my no 1 group is {value} now 🔥
{name}s top group is {value} now btw
{name} got a {value} tattoo 😳 so thats {his} top band now i guess
""",
        asked="""
What is {name}'s favourite band?
Which group does {name} like to listen to most?
Whose music does {name} love most at the moment?
I want to give {name} a record by the musicians {he} loves best. Who are they?
""",
    ),
    Attribute(
        name="phone number",
        make=values.phone_number,
        told="""
{name}'s phone number is {value}.
You can reach {name} on {value}.
Call me any time on {value}.
If anything goes wrong, ring me: {value}.
The best number for {name} is {value}.
To get hold of {name}, dial {value} and let it ring.
{name} can be called at {value}.
{name} wrote {value} on the back of {his} card for calls.
""",
        updated="""
{name}'s new phone number is {value}.
Calls to {name} now go to {value}, because the old line is dead.
I can be reached on {value} from today.
Please delete {old} from your contacts; from today I answer on {value}.
{name} changed {his} number from {old} to {value}.
{old} does not work any more for {name}; try {value} instead.
{name} bought another mobile, which rings on {value}.
After {his} phone was stolen, {name} had to get another SIM, so ring {value}.
""",
        chatted="""
hey its {me}, new number: {value}
lost my phone 🙄 text me on {value} from now on
{name} has a new nr, {value}
{name}s old number is dead btw, use {value}
new phone who dis lol. my number is {value} now
pls save this -> {value} ({me} here, ditched the old sim)
heres {name}s digits now: {value} 📱
dont ring {old} anymore its not {name}, {he}s on {value}
""",
        asked="""
What is {name}'s phone number?
How can I reach {name} by phone?
Which number do I dial for {name} now?
I need to ring {name} right away, what are the digits?
""",
    ),
    Attribute(
        name="car",
        values=values.CARS,
        told="""
{name} drives {a_value}.
That {value} in the driveway belongs to {name}.
I get around in {a_value}.
My car is the {value} parked by the bins; it has never let me down.
{name} owns {a_value} that is older than {his} children.
{name} comes to work in {a_value}.
At the wheel of {a_value}, that is how everybody knows {name}.
For long trips {name} relies on {his} trusty {value}.
""",
        updated="""
{name} has bought {a_value}.
{name} traded {his} {old} in for {a_value}.
I replaced my {old} with {a_value}.
The garage finally gave up on my {old}, so there is {a_value} outside my house now.
{name}'s new car is {a_value}.
{name} parted with the {old} and picked up {a_value} from the dealer.
{name} has become the proud owner of {a_value}.
Look out for {a_value} when {name} comes to fetch you, since the {old} is gone.
""",
        chatted="""
got a new car!!! {a_value} 🚗💨
rip my {old} 😢 picked up {a_value} yday
{name} treated {him}self to {a_value}, fancy
lol {name} pulled up in {a_value}, {old} went to the scrapyard
sold the {old} finally. driving {a_value} now
say hi to my new {value} 😍 smells so good
did you see what {name} is driving?? {a_value}!
{name} swopped the {old} for {a_value} apparently
""",
        asked="""
What car does {name} drive?
Which car belongs to {name}?
Behind the wheel of what does {name} sit these days?
What vehicle should I look for when {name} picks me up?
""",
    ),
    Attribute(
        name="pet",
        values=values.PETS,
        told="""
{name} has {a_value}.
There is {a_value} sleeping on {name}'s sofa most days.
I am the proud human of {a_value}.
My flatmate is {a_value}, if you ask me who rules the house.
{name}'s pet is {a_value}.
{name} shares {his} home with {a_value}.
{name} owns {a_value}.
Whenever {name} travels, somebody has to look after {his} {value}.
""",
        updated="""
{name} has got {a_value} now; the {old} died in spring.
{name} adopted {a_value} after giving the {old} to {his} sister.
We lost our {old} last winter, and now we have {a_value}.
My {old} lives with my parents these days; the animal in my house is {a_value}.
{name}'s new pet is {a_value}.
Since the {old} passed away, {a_value} has been keeping {name} company.
{name} owns {a_value} and not {a_old} any more.
{name} went to the shelter and came home with {a_value}, the {old} having found another family.
""",
        chatted="""
we got {a_value}!!! 😭❤️ (the {old} is at my moms now)
meet the new boss of the house, {a_value} 🐾 still miss the {old} tho
poor {name} lost the {old} :( but theres {a_value} in the house already
{name} brought home {a_value} lol, gave the {old} to a neighbour
no more {old} at ours, {a_value} instead, dont ask
so our {old} crossed the rainbow bridge 🌈 but look, we adopted {a_value}
guess what {name} adopted, {a_value}!
saw {name} w {a_value} in the park, {he} rehomed the {old} i think
""",
        asked="""
What pet does {name} have?
Which animal lives with {name}?
What sort of creature does {name} keep?
I'm looking after {name}'s place next week. What animal will I be feeding?
""",
    ),
    Attribute(
        name="hobby",
        values=values.HOBBIES,
        told="""
{name}'s hobby is {value}.
{name} spends every free weekend on {value}.
I do {value} whenever I have the time.
After work you will find me at {value}, it keeps me sane.
{name} enjoys {value} in {his} spare time.
{Value} is what {name} does to unwind.
{name} is crazy about {value}.
Most of {name}'s evenings and much of {his} money go into {value}.
""",
        updated="""
{name} has taken up {value}.
{name} gave up {old} and now spends {his} evenings on {value}.
I exchanged {old} for {value} as a pastime.
There was no time for {old} any more, so these days I unwind with {value}.
{name} switched from {old} to {value}.
{Value} has become {name}'s great passion, and the gear for {old} is for sale.
{name} has discovered {value} and is done with {old}.
You will not see {name} at {old} any longer; {value} takes up all {his} weekends.
""",
        chatted="""
ive started {value} and im hooked 🤩
sold all my {old} stuff lol its {value} every weekend now
{name} is into {value} now, whole different person
{name} dropped {old}, does {value} instead, looks fun tbh
new hobby unlocked: {value} 😂
so... {old} got boring. {value} tho!! come along sometime
{name} traded {old} for {value} last month
every sat {name} is off doing {value} these days, dont bother calling
""",
        asked="""
What is {name}'s hobby?
How does {name} spend {his} spare time?
What pastime does {name} go in for these days?
What does {name} do for fun at weekends now?
""",
    ),
    Attribute(
        name="partner",
        values=values.PARTNERS,
        told="""
{name} is dating {value}.
{value} and {name} have been a couple for a while.
I am with {value}, and have been since school.
I am bringing {value} to dinner; we have been together for two years.
{name}'s partner is {value}.
{name} came to the wedding arm in arm with {value}, the love of {his} life.
{name} is in a relationship with {value}.
{name} shares {his} life with {value}.
""",
        updated="""
{name} is now dating {value}.
{name} left {old}; {value} is the one {he} kisses goodnight these days.
I fell in love with {value}, and we are a couple now.
{old} and I went our separate ways, and I am very happy with {value}.
{name} and {old} split up, and {he} is with {value} now.
It is over between {name} and {old}; {he} has found happiness with {value}.
{name} has got together with {value}.
Please write {value} on the invitation next to {name}, as {old} is history.
""",
        chatted="""
sooo im seeing {value} now 🙈
me and {old} are done. {value} and i are a thing now ❤️
omg {name} and {value} are a couple??
{name} + {value} 😍 guess {old} is out
broke up with {old}, its {value} and me now
btw its facebook official, {value} and me 🥰
{name} introduced {his} new bf/gf, {value}, seems nice
{name} dumped {old}!! turned up with {value} holding hands
""",
        asked="""
Who is {name}'s partner?
Who is {name} in a relationship with?
Who is {name} dating now?
Whose name goes next to {name}'s on the wedding invitation, as {his} other half?
""",
    ),
)
