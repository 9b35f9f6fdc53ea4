"""Parcels: late, lost, left with somebody, and found."""

from supportdesk.demo.script import (
    Confirms,
    FollowsUp,
    HandsOff,
    Holds,
    Notes,
    NotYet,
    Rates,
    Resumes,
    Sets,
    SetsReminder,
    Solves,
    Story,
    Takes,
    They,
    Waits,
    We,
    days,
    hours,
    minutes,
)
from tickets.models import Message, Promise
from tickets.states import Impact, Outcome, Priority, State

STORIES = (
    Story(
        topic="missing",
        weight=7,
        about="part",
        subject=(
            "“Delivered” says the tracking. Where?",
            "{item}: delivered, but not to me",
            "Parcel {order} is nowhere",
        ),
        text=(
            (
                "According to the tracking my {item} was delivered on {past_day} at 11:42. I was at home. I was at "
                "the window, in fact, because I like parcels. Nobody came."
            ),
            (
                "Your courier says that {order} was “handed to resident”. I am the resident. Nothing was handed "
                "to me. I have asked {neighbour}, too."
            ),
        ),
        wants=("The {thing}, or another one.", "Someone to ask the driver where he left it."),
        steps=(
            Takes(chance=0.3),
            We(
                "Hello {first}, that is odd, and I believe you. I’ve asked the courier for the driver’s photo and "
                "the place where the scanner beeped. You’ll hear {by} what they say.",
                says_next=hours(7),
            ),
            Notes(
                "Depot {city}: photo shows a blue door. Ours has a red one, says the customer’s profile.",
                chance=0.6,
            ),
            We(
                "The photo shows a blue door with a brass fox on it. Does that mean anything to you?",
                then=State.WAITING,
                after=hours(3),
            ),
            They("The fox! That’s {neighbour}. I’ll go round tonight.", after=hours(6)),
            Solves(
                "Good hunting. I’ll count it as solved; if the fox hasn’t got it, press “Not yet” and a "
                "new one leaves the same day.",
                after=hours(2),
            ),
            Confirms(after=hours(15), chance=0.75),
            Rates("yes", 6, "The fox had it.", chance=0.5),
        ),
    ),
    Story(
        topic="missing",
        weight=5,
        about="bike",
        impact=Impact.BLOCKED,
        subject=(
            "My {model} has not moved since {past_day}",
            "{item} stuck in a depot for {n} days",
        ),
        text=(
            (
                "My {item} ({order}) has been “in transit to {city}” for {n} days. I have taken two days off work "
                "to be at home for it. I can’t take a third. Where is it?"
            ),
        ),
        wants=("The bike, on a day that somebody means.",),
        impact_reason="I’m losing holiday over a parcel.",
        steps=(
            We(
                "Hello {first}, two days of your holiday are too many already. I’m ringing the depot instead of reading the "
                "same page as you, and will write {by} with what a person there said.",
                after=hours(1.5),
                says_next=hours(5),
            ),
            We(
                "I had somebody go and look: your {model} stands in bay 9 with a torn label. It gets a new one "
                "tonight. You choose the day, morning or afternoon, and I’ll tell them. What suits?",
                then=State.WAITING,
                after=hours(3),
            ),
            They("{coming_day} morning, please. And thank you for going to look.", after=hours(10)),
            We(
                "{coming_day} between 8 and 12 it is, and I’ll check {by} that it is on the van.",
                says_next=hours(16),
                after=hours(1),
            ),
            SetsReminder("Is {name}’s bike on the van?", due=hours(14)),
            Solves(
                "It’s on the van, {first}. The driver is called Moira and knows about the torn label.",
                after=hours(8),
            ),
            FollowsUp(after=minutes(3)),
            Confirms(after=hours(20), chance=0.8),
            Rates("yes", 5, "Bike is lovely. The week before was not.", True, chance=0.6),
        ),
    ),
    Story(
        topic="missing",
        weight=4,
        about="clothing",
        impact=Impact.BLOCKED,
        is_complaint=True,
        subject=("Third parcel in a row that never came", "Again nothing. Again “delivered”."),
        text=(
            (
                "This is the third order in a row that is “delivered” and isn’t here. I wrote about the first, I "
                "rang about the second. Each time a very friendly person promised to look into it. I don’t want "
                "friendly. I want the {item} I paid {price} for, or my money."
            ),
        ),
        wants=("The money, or the jacket with a person attached to it.",),
        impact_reason="{price} is a week’s food for us.",
        steps=(
            Sets(priority=Priority.HIGH, tags=("third-time",), chance=0.8),
            We(
                "{first}, three times is not bad luck, it is us. I have read the first two so that you don’t need "
                "to tell me again. I’ll decide today and write to you {by}: money or jacket, not a third "
                "investigation.",
                says_next=hours(4),
                after=hours(3),
            ),
            Notes(
                "All three went by the same van. Asked Jonas whether we can use the other courier there."
            ),
            We(
                "The money is on its way: {price}, back to your card. And from now on your parcels go by the "
                "post and not by that courier. I’ll look {by} whether the bank has it.",
                late=minutes(95),
                says_next=hours(16),
                kind=Promise.Kind.RESULT,
            ),
            They("Late again, but thank you for deciding.", after=hours(5)),
            Solves(
                "Late again, yes. I said a time and missed it. The refund is booked; your bank shows it within "
                "two days.",
                outcome=Outcome.ALTERNATIVE,
                after=hours(4),
            ),
            Confirms(after=days(1.5), chance=0.5),
            Rates(
                "partly",
                2,
                "You fixed the money. You didn’t fix the three weeks.",
                True,
                chance=0.9,
            ),
        ),
    ),
    Story(
        topic="late",
        weight=7,
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=(
            "When does my {item} arrive?",
            "Will {order} be here before {coming_day}?",
            "{model} for {plan}: in time?",
        ),
        text=(
            (
                "We’re leaving for {plan} on {coming_date} and the {item} isn’t here yet. No panic. Slight "
                "humming."
            ),
            "A quick one: will my {item} ({order}) be here before {coming_date}? It’s for {plan}.",
        ),
        wants=("A date.", "To stop humming."),
        steps=(
            Solves(
                "Hello {first}, yes: it leaves us tomorrow and takes two days, so you have it well before "
                "{coming_date}. If anything changes I’ll write before you need to ask.",
                after=hours(1.5),
            ),
            Confirms(after=hours(7), chance=0.6),
            Rates("yes", 7, "Quick!", chance=0.4),
        ),
    ),
    Story(
        topic="late",
        weight=4,
        about="ebike",
        impact=Impact.NUISANCE,
        subject=("{model}: the date moved again", "New date for my {model}, the fourth"),
        text=(
            (
                "The delivery date of my {item} has moved again. First March, then “spring”, now {coming_date}. "
                "Is there a real one, or shall I stop opening the mails?"
            ),
        ),
        wants=("One true date, even if it is a late one.",),
        steps=(
            We(
                "Hello {first}, fair question. The motor is what is missing, and I have asked our buyer when they are "
                "really here rather than when they should be. You’ll hear {by}.",
                says_next=hours(9),
            ),
            We(
                "Here is the honest answer: the motors clear customs around {coming_date}, then two days to build and two "
                "to bring it. I hold this with you until it stands in your hall.",
                then=State.ON_HOLD,
                says_next=hours(30),
                hold="The motors are at customs.",
                after=hours(5),
            ),
            We(
                "A word as promised: nothing new, and that is good news. They are still expected around {coming_date}.",
                then=State.ON_HOLD,
                says_next=hours(40),
                hold="The motors are at customs.",
                after=hours(24),
            ),
            They("Thanks for writing even with no news. That’s oddly calming.", after=hours(4)),
            We("That’s what it is for. Next word {by}.", says_next=hours(30), after=hours(3)),
            Solves(
                "They’re here, {first}: yours is on the stand since this morning and leaves us tomorrow.",
                after=hours(20),
            ),
            Confirms(after=days(2), chance=0.8),
            Rates("yes", 6, "I always knew where I stood.", True, chance=0.7),
        ),
    ),
    Story(
        topic="address",
        weight=5,
        about="pack",
        impact=Impact.CAN_WAIT,
        subject=("New address for {order}", "We’re moving before my {model} arrives"),
        text=(
            (
                "We move on {coming_date} and my {item} will arrive at a house with no us in it. Can it go to the new "
                "place in {city}?"
            ),
        ),
        wants=("The parcel where I am.",),
        answers={"change": "The address", "to": "Flat 2, {number} Castle Street, {city}"},
        steps=(
            Solves(
                "Done, {first}: {order} goes to {number} Castle Street in {city}. Happy unpacking.",
                after=minutes(50),
            ),
            Confirms(after=hours(5), chance=0.5),
        ),
    ),
    Story(
        topic="address",
        weight=3,
        about="bike",
        impact=Impact.NUISANCE,
        subject=("Please not on {coming_day}", "Deliver {order} another day"),
        text=(
            "You want to bring the {item} on {coming_day}. That’s the day of {plan}. Any other day!",
        ),
        wants=("Any other day.",),
        answers={"change": "The day"},
        steps=(
            We(
                "Hello {first}, of course. The day after, same time? I’ll keep it here until you say yes.",
                then=State.WAITING,
                after=hours(1),
            ),
            Notes("Carton put to one side, rack 4.", chance=0.4),
            They("Yes!", after=hours(26), via=Message.Via.PAGE),
            Solves("Booked. Enjoy the day out.", after=hours(1)),
        ),
    ),
    Story(
        topic="wrong",
        weight=5,
        about="part",
        subject=(
            "Ordered a {model}, got a garden hose",
            "There is a garden hose in my parcel",
            "{order}: not quite a {thing}",
        ),
        text=(
            (
                "I ordered a {item}. I unpacked eleven metres of garden hose. It’s a good hose. I don’t have a "
                "garden."
            ),
        ),
        wants=("The {thing}. You may have the hose.",),
        pictures=(),
        steps=(
            We(
                "Hello {first}, we don’t even sell hoses, so somebody in {city} is now trying to water roses with "
                "your {model}. A new one leaves us today; you’ll get the tracking number {by}.",
                after=hours(1.2),
                says_next=hours(6),
            ),
            Solves(
                "On its way: {tracking}. The hose is yours if you find it a garden; the courier doesn’t "
                "want it either.",
                after=hours(3),
            ),
            Confirms(after=days(2), chance=0.85),
            Rates("yes", 7, "Gave the hose to {neighbour}. Everyone wins.", chance=0.7),
        ),
    ),
    Story(
        topic="wrong",
        weight=4,
        about="clothing",
        subject=(
            "{model}: {colour} ordered, {other_colour} received",
            "Wrong colour: {item}, {order}",
        ),
        text=(
            (
                "The {item} is {other_colour}. I ordered {colour}. It’s for {plan}, and {other_colour} makes me "
                "look unwell."
            ),
        ),
        wants=("{colour}.",),
        steps=(
            We(
                "Hello {first}, I’ve looked on the shelf: we have {colour} in {size}, one left, and it has your "
                "name on it now. It leaves tomorrow; you’ll have the number {by}. Keep the other one until "
                "it’s here.",
                after=hours(2),
            ),
            Solves(
                "Sent: {tracking}. A label for the {other_colour} one is in the parcel.",
                after=hours(5),
            ),
            NotYet(
                "The parcel is here. It’s {other_colour} again. I laughed, but only once.",
                after=days(2),
            ),
            We(
                "Oh no. I’m walking to the shelf myself now, and write {by} with a photo of what is in the bag.",
                after=minutes(50),
                says_next=hours(4),
            ),
            Notes(
                "All bags on that shelf carry the wrong colour sticker since the last delivery. Told goods-in.",
                after=minutes(25),
            ),
            Solves(
                "Photo in my hand: it is {colour}, I took it to the window to be sure. Sent by express, {tracking}.",
                after=hours(2),
            ),
            Confirms(after=days(1.5), chance=0.9),
            Rates("yes", 4, "Third time. But you walked to the window!", True, chance=0.8),
        ),
    ),
    Story(
        topic="late",
        weight=3,
        about="clothing",
        via=Message.Via.PHONE,
        subject=("Rang: where is {order}?", "{name} rang about a {model}"),
        text=(
            (
                "Rang from the car. {item}, order {order}, should have come on {past_day}. Needs it for {plan}. "
                "Prefers a call over mail."
            ),
        ),
        steps=(
            We(
                "Hello {first}, as we said on the phone: I’m asking the depot and ring you back {by}.",
                kind=Promise.Kind.CALL,
                says_next=hours(4),
                after=minutes(12),
            ),
            HandsOff(
                team="orders",
                after=minutes(40),
                chance=0.45,
                wants="The {thing} before the weekend.",
                known="Order {order}, left us three days ago.",
                tried="Depot doesn’t pick up.",
                promised="A call back.",
                dont_ask="The order number.",
            ),
            Solves(
                "Good to talk to you, {first}. To have it in writing: it comes tomorrow before noon.",
                after=hours(2),
            ),
        ),
    ),
    Story(
        topic="missing",
        weight=3,
        about="gadget",
        impact=Impact.NUISANCE,
        subject=("The box came, the {model} didn’t", "Empty box ({order})"),
        text=(
            (
                "The box is beautiful, the padding is beautiful, the little card is beautiful. The {item} is not in "
                "it."
            ),
        ),
        wants=("The contents.",),
        pictures=("hole-in-the-carton",),
        steps=(
            We(
                "Hello {first}, thank you for the photo; I can see where somebody opened it. I have to tell "
                "the courier’s insurers, but you needn’t wait for them. I’ll write {by}.",
                says_next=hours(6),
            ),
            Holds("The courier’s insurers look at the carton.", chance=0.5, after=minutes(8)),
            Resumes(after=hours(3), chance=0.001),
            Solves(
                "A new {model} left us a minute ago: {tracking}. The insurers can take their time; you "
                "shouldn’t have to.",
                after=hours(4),
            ),
            Confirms(after=days(2.2), chance=0.7),
            Rates("yes", 6, chance=0.5),
        ),
    ),
    Story(
        topic="late",
        weight=3,
        about="part",
        impact=Impact.CAN_WAIT,
        subject=("No confirmation mail for {order}", "Did my order of a {model} go through?"),
        text=(
            "I ordered a {item} on {past_day} and got no mail. Did it work? I don’t want to own two.",
        ),
        wants=("To own exactly one.",),
        steps=(
            We(
                "Hello {first}, it worked, and there is exactly one. The mail bounced: is there a typo in the "
                "address that you gave with the order?",
                then=State.WAITING,
                after=hours(1),
            ),
            Waits("", after=minutes(2), chance=0.001),
            They("Ha. “gmial”. Yes. That was me.", after=hours(30), via=Message.Via.PAGE),
            Solves(
                "Corrected, and the mail is on its way again. Happens to the best.", after=hours(1)
            ),
        ),
    ),
)
