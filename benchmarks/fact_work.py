"""What people say of each other's work and habits: nine attributes. See `fact_attribute` for how a template is read."""

from __future__ import annotations

import fact_values as values
from fact_attribute import Attribute

WORK = (
    Attribute(
        name="employer",
        values=values.COMPANIES,
        told="""
{name} works at {value}.
{name} has been on the payroll of {value} since school.
I am an employee of {value}.
My pay comes from {value}, like half the people in this town.
{name} is employed by {value}.
{name} earns {his} living at {value}.
{name} has a job with {value}.
The company {name} belongs to is {value}, if I read {his} badge right.
""",
        updated="""
{name} has taken a position with {value}.
{name} handed in {his} notice at {old} and started at {value}.
I was with {old} until March; {value} pays my salary now.
Last Friday was my final day at {old}; on Monday I began at {value}.
{name} joined {value} this month.
{value} has hired {name} away from {old}.
{name} has gone from {old} to {value}.
{name}'s new employer is {value}, after all those years at {old}.
""",
        chatted="""
started at {value} today!! wish me luck 🤞
quit {old} lol. {value} is paying way more
{name} clocks in at {value} now
heard {name} got poached by {value}, {old} must be fuming
new job!!! im at {value} now 🥳
day one at {value} done, dont miss {old} at all
{name} left {old}, is with {value} now
so {name} got that {value} offer n signed it 🎉 starts... well, already started
""",
        asked="""
Where does {name} work?
Which company employs {name}?
Who is {name}'s employer at present?
What firm is on {name}'s payslip these days?
""",
    ),
    Attribute(
        name="job title",
        values=values.JOBS,
        told="""
{name} works as {a_value}.
{name} is {a_value} by profession.
I am {a_value}.
On my business card it says {value}, and that is what I do all day.
{name}'s job title is {value}.
By day {name} earns {his} money as {a_value}.
{name}'s occupation: {value}.
Ask {name} about work and {he} will explain what {a_value} does.
""",
        updated="""
{name} now works as {a_value}.
{name} went back to school and is {a_value} today.
I am {a_value} as of this week.
My days as {a_old} are over; I am qualified and working as {a_value}.
{name} was promoted and is now {a_value}.
{name}'s title changed from {old} to {value}.
{name} is no longer {a_old} but {a_value}.
After ten years as {a_old}, {name} has switched careers to become {a_value}.
""",
        chatted="""
im {a_value} now, can you believe it 😂
guess whos {a_value} since monday!! (me)
{name} is {a_value} now btw
lol {name} went from {old} to {value}, wild
got the promotion!! your looking at {a_value} 💪
no more {old} for me, working as {a_value} these days, less stress
{name} got a new role, {value}
did u know {name} retrained? {he}s {a_value} now 👏
""",
        asked="""
What is {name}'s job?
What does {name} do for a living?
What post does {name} hold now?
As what is {name} employed at present?
""",
    ),
    Attribute(
        name="manager",
        values=values.MANAGERS,
        told="""
{name}'s manager is {value}.
{name} reports to {value}.
I take my orders from {value}.
Every holiday I take has to be signed off by {value}, who runs our group.
{name} works under {value}.
The person in charge of {name} at work is {value}.
{value} supervises {name}.
{name}'s yearly review is written by {value}, {his} line manager.
""",
        updated="""
{name}'s new manager is {value}.
{name} used to report to {old} and now reports to {value}.
{value} tells me what to do now, since {old} moved on.
Since the reorganisation my reviews are done by {value} and not by {old}.
{value} has taken over from {old} as {name}'s manager.
{name} has been assigned to {value}, who supervises {him} from now on.
{value} is in charge of {name} now.
With {old} gone, {value} is the one who leads {name} and signs {his} holidays.
""",
        chatted="""
new boss: {value} 😬 lets see
{old} is out, reporting to {value} since today
{name} got a new supervisor, {value}
{name} now answers to {value} lol good luck
my manager is {value} now, way nicer than {old}
they reorged us AGAIN. {value} is in charge of me now 🙄
ask {value} if {name} can take friday off, shes/hes {name}s boss now
hear {name} got a new boss? {value}, {old} retired
""",
        asked="""
Who is {name}'s manager?
Who does {name} report to?
Who is {name}'s boss now?
Whose approval does {name} need to take a day off?
""",
    ),
    Attribute(
        name="team",
        values=values.TEAMS,
        told="""
{name} is on the {value} team.
At work {name} belongs to {value}.
I make up the {value} department along with five colleagues.
In the org chart you will find me under {value}.
{name}'s team is {value}.
{name} sits with the people from {value}, as one of them.
{name} is one of the {value} crew.
{name} does {his} work within the {value} group.
""",
        updated="""
{name} has joined the {value} team.
{name} was transferred out of {old} and into {value}.
I have left {old} and work with {value} now.
My internal move went through: goodbye {old}, hello {value}.
{name} moved to the {value} team.
Since the reorganisation {name} belongs to {value}.
{value} is {name}'s new department; {old} was the last one.
The people in {value} have gained {name}, and {old} has to find somebody else.
""",
        chatted="""
i'm on the {value} team now 🎉
moved desks, {value} people are fun, bye {old}
{name} does {value} stuff now
yo {name} is with {value} now not {old}
new team, who dis: {value} 😎
they stuck me in {value}, {old} got dissolved :/
{name} got transferred to {value} last week fyi
dont ping {name} about {old} stuff anymore, {he}s in {value} now
""",
        asked="""
Which team is {name} on?
What group does {name} belong to at work?
Which department is {name} in now?
Where in the org chart would I look for {name}?
""",
    ),
    Attribute(
        name="office floor",
        values=values.FLOORS,
        told="""
{name}'s office is on the {value} floor.
To find {name}, take the lift to the {value} floor.
You find me on the {value} floor, past the kitchen.
My desk is on the {value} floor, next to the printer.
{name} works on the {value} floor.
{name} has a desk by the window on the {value} floor.
{Value} floor, left corridor: that is where {name} has {his} room.
Leave parcels for {name} at the {value} floor reception, near {his} desk.
""",
        updated="""
{name} has moved to the {value} floor.
{name}'s desk was carried from the {old} floor to the {value} floor.
After the works I landed on the {value} floor.
They are renovating the {old} floor, so my desk stands on the {value} floor.
{name} now sits on the {value} floor.
Nobody finds {name} on the {old} floor any more, since {his} things went to the {value} floor.
{name} swapped the {old} floor for the {value} floor.
Since the shuffle, {name} shares a room on the {value} floor.
""",
        chatted="""
they moved me to the {value} floor 🙃
my new desk is {value} floor, view is insane
{name}? {value} floor these days
if ur looking for {name}: {value} floor now, not {old}
desk move done, im on the {value} floor now, come say hi
bye {old} floor, hello {value} floor 👋 better snacks here
fyi {name} got a desk on the {value} floor
brought cake to the {old} floor but {name} is up/down on the {value} floor now 😅
""",
        asked="""
Which floor is {name}'s office on?
Where in the building does {name} sit?
What floor does {name} work on now?
I have a parcel for {name}. At which floor do I leave the lift?
""",
    ),
    Attribute(
        name="e-mail",
        make=values.email_address,
        told="""
{name}'s e-mail address is {value}.
Write to {name} at {value}.
I can be written to at {value}.
Drop me a line at {value} whenever you like.
You can email {name} at {value}.
Documents for {name} should be sent to {value}.
Contact for {name}: {value}
{name} reads everything that arrives at {value}.
""",
        updated="""
{name}'s new e-mail address is {value}.
Mail for {name} should now go to {value}.
I have a new inbox, {value}.
Please stop using {old}; I only check {value} now.
{name} has changed {his} email address from {old} to {value}.
Messages to {old} bounce, so {name} asks everyone to use {value}.
{name} uses {value} for all {his} mail now.
{name} was locked out of {old} and has opened {value} in its place.
""",
        chatted="""
new email: {value} 📧
got hacked 😤 use {value} for me from now on
{name} switched to {value} for mails
{name} doesnt read {old} anymore, send it to {value}
fyi my email changed, its {value}
pls update ur adress book: {me} -> {value}
new mail addr for {name}: {value}
tried mailing {name}, bounced lol. {he} said its {value} now
""",
        asked="""
What is {name}'s e-mail address?
Where should I send a message to {name} online?
What's {name}'s current email?
Which address do I put in the To field when I write to {name}?
""",
    ),
    Attribute(
        name="gym",
        values=values.GYMS,
        told="""
{name} goes to the gym at {value}.
{name} lifts weights at {value} three times a week.
I exercise at {value}.
You can find me on the treadmill at {value} most mornings.
{name} works out at {value}.
{name} has a membership card for {value}.
{value} is where {name} keeps fit.
Before breakfast {name} is already sweating at {value}.
""",
        updated="""
{name} now works out at {value}.
{name} let the membership at {old} run out and signed up with {value}.
I left {old} and pay {value} every month now.
The showers at {old} were awful, so I do my training at {value} these days.
{name}'s new gym is {value}.
{name} cancelled {old} and exercises at {value} instead.
{name} became a member of {value}.
You will not meet {name} at {old} any more, because {he} trains at {value}.
""",
        chatted="""
joined {value} today 💪
cancelled {old}, too crowded. {value} is sooo much better
{name} does {his} squats at {value} now
{name} trains at {value} these days, no more {old}
new gym!! {value}, leg day was brutal 😵
so i signed up @ {value} bc {old} raised prices again
{name} has a {value} membership now btw
bumped into {name} at {value}, {he}s a member there now, left {old}
""",
        asked="""
Which gym does {name} go to?
Where does {name} work out?
What gym is {name} a member of now?
Where would I meet {name} lifting weights?
""",
    ),
    Attribute(
        name="diet",
        values=values.DIETS,
        told="""
{name} is on a {value} diet.
Everything {name} eats has to be {value}.
I live on {value} food.
Please cook {value} for me, I do not eat any other way.
{name} follows a {value} diet.
{name} only orders {value} meals.
{name} is strictly {value}.
When {name} comes to dinner, the menu must be {value}.
""",
        updated="""
{name} is now on a {value} diet.
{name} stopped eating {old} and went {value}.
I became {value} after years of {old} cooking.
My doctor advised me against {old} meals, so it is {value} for me from here on.
{name} changed {his} diet to {value}.
Catering should know that {name} wants {value} meals now and not {old} ones.
{name} no longer eats {old}; {he} has gone {value}.
These days only {value} food ends up on {name}'s plate.
""",
        chatted="""
im {value} now so no more bbq invites lol
done with {old}, {value} since jan, feel great 🥦
{name} went {value} btw
careful w dinner, {name} eats {value} now not {old}
week 3 of being {value}, ask me anything 😅
ok ok i gave up on {old}. {value} it is
{name} turned {value} on us lol
pls order {value} for {name}, {he} changed again 🙈
""",
        asked="""
What diet is {name} on?
How does {name} eat, are there any restrictions?
What does {name} allow {him}self to eat now?
{name} is coming to dinner. What sort of meal do I have to prepare?
""",
    ),
    Attribute(
        name="language being learnt",
        values=values.LANGUAGES,
        told="""
{name} is learning {value}.
{name} takes {value} lessons twice a week.
I go to a {value} class on Tuesdays.
Every morning on the bus I do my {value} exercises.
{name} studies {value} in the evenings.
{name} has enrolled in a beginners' course in {value}.
{name} is trying to master {value}.
{name} practises {value} with a tutor.
""",
        updated="""
{name} has started learning {value}.
{name} dropped {old} and goes to {value} classes now.
I put {old} aside and picked up {value}.
After failing my exam in {old} I bought a {value} textbook instead.
{name} is now studying {value} instead of {old}.
{Value} has replaced {old} in {name}'s evening class.
{name} switched from {old} to {value}.
The tutor who taught {name} {old} is gone; the new one teaches {him} {value}.
""",
        chatted="""
learning {value} now 🤓 send help
gave up on {old}, too hard, duolingo says {value} is next
{name} swears at me in {value} already lol, that class works
{name} quit {old} lol, its {value} lessons now
started {value} yesterday!! my brain hurts
day 12 of {value} 🔥 (rip my {old} streak)
{name} stopped with {old} and does {value} now
{name} keeps texting me in {value}, new course i guess 😂
""",
        asked="""
What language is {name} learning?
Which language is {name} taking lessons in?
What is {name} studying now, language-wise?
What textbook should I buy for {name}'s language course?
""",
    ),
)
