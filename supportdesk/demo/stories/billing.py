"""Money, vouchers, subscriptions and accounts."""

from supportdesk.demo.script import (
    Assigns,
    Complains,
    Confirms,
    FollowsUp,
    HandsOff,
    Notes,
    NotYet,
    Rates,
    Sets,
    SetsReminder,
    Solves,
    Story,
    They,
    We,
    days,
    hours,
    minutes,
)
from tickets.models import Message, Promise
from tickets.states import Impact, Priority, State

STORIES = (
    Story(
        topic="refund",
        weight=6,
        about="clothing",
        subject=(
            "Refund for {order}",
            "{model} is back with you, my {price} aren’t",
            "Still no refund, {order}",
        ),
        text=(
            "The {item} is back with you since {past_day} (signed for by somebody with a very round signature). My {price} aren’t back with me.",
            "I returned {order} {n} days ago. Your page says “refund processed”. My bank says “what refund?”. One of you is mistaken.",
        ),
        wants=("{price}.", "My money, and the page corrected."),
        steps=(
            We(
                "Hello {first}, the round signature is Derek’s, and the {thing} is here. The refund waited for a second pair of eyes, which I’ve just lent it. "
                "I’ll look {by} that it went out.",
                after=hours(3),
                says_next=hours(12),
                kind=Promise.Kind.RESULT,
            ),
            SetsReminder("Did {name}’s {price} go out?", due=hours(9), chance=0.4),
            Solves(
                "It went out this morning: {price} to the card that you paid with. Banks show it within two days.",
                after=hours(9),
            ),
            FollowsUp(after=minutes(2)),
            Confirms(after=days(2), chance=0.65),
            Rates("yes", 5, chance=0.5),
        ),
    ),
    Story(
        topic="refund",
        weight=3,
        about="ebike",
        impact=Impact.BLOCKED,
        is_complaint=True,
        impact_reason="It’s {price}. That isn’t a rounding error here.",
        subject=("{price} missing since {past_date}", "You have my {model} and my {price}"),
        text=(
            (
                "You have the {item} since {past_date} and my {price} since before that. I have written twice. I was told “within 14 days” by a robot, and "
                "“within 14 days” by a person reading from the robot."
            ),
        ),
        wants=("{price} today, or a person who can say why not.",),
        steps=(
            Assigns(),
            Sets(priority=Priority.HIGH),
            We(
                "{first}, I’m that person. The return was booked under the old frame number, so the system saw a bike but not a sale. I’ve joined the two; "
                "accounts must release it, and you’ll hear {by}.",
                after=hours(2),
                says_next=hours(6),
                kind=Promise.Kind.RESULT,
            ),
            Notes("@Femi, can you release? Above my limit.", after=minutes(10)),
            Notes(
                "Released. Please say sorry for the robot from me as well.",
                by="femi",
                after=hours(3),
            ),
            Solves(
                "Released: {price}, express, on your account tomorrow morning. I’m sorry about the robot, and about the person who sounded like one.",
                late=minutes(45),
            ),
            NotYet("Tomorrow morning was this morning. It isn’t there.", after=days(1.3)),
            We(
                "You’re right, and I’ve rung your bank: it’s booked with today’s date. I’ll write {by}, either way.",
                after=minutes(50),
                says_next=hours(6),
            ),
            They("14:10: it’s there. You may stop ringing my bank.", after=hours(4)),
            Solves(
                "Ringing stopped. Thank you for your patience, which we used up.", after=hours(1)
            ),
            Confirms(after=hours(9), chance=0.8),
            Rates("yes", 3, "Rosa was good. It should not have needed a Rosa.", True, chance=0.9),
        ),
    ),
    Story(
        topic="charged",
        weight=4,
        about="pack",
        answers={"amount": "{tenth}"},
        subject=(
            "{tenth} for “handling”?",
            "Charged {tenth} more than the basket said ({order})",
            "What is SVC FEE {tenth}?",
        ),
        text=(
            "My card shows {tenth} more than the basket did, called “SVC FEE”. What service? The {item} is lovely but it came by itself.",
        ),
        wants=("To know what it is, or have it back.",),
        steps=(
            We(
                "Hello {first}, we don’t charge a fee of that name, so I’m as curious as you. Could you send me the line from your bank, without the card "
                "number?",
                then=State.WAITING,
                after=hours(3),
            ),
            They(
                "It says: SVC FEE INTL {tenth}. Does “intl” help?",
                after=days(1),
                pictures=(),
                chance=0.75,
            ),
            Solves(
                "It does: that’s your bank’s fee for a foreign currency; our till had you in Switzerland for a moment. Our mistake, so it’s back on your card today.",
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.6),
            Rates("yes", 6, "Switzerland! I wish.", chance=0.5),
        ),
    ),
    Story(
        topic="invoice",
        weight=6,
        about="part",
        impact=Impact.CAN_WAIT,
        subject=(
            "Invoice for {order}",
            "Our accounts need {order} in the company’s name",
            "Invoice, please ({model} × {n})",
        ),
        text=(
            "Could I have the invoice for {order} made out to my employer rather than to me? {n} {thing}s, one very strict accountant.",
        ),
        wants=("A PDF that the accountant likes.",),
        steps=(
            Solves(
                "Hello {first}, attached, in your employer’s name and with the VAT number. Greetings to the accountant.",
                after=hours(3),
            ),
            Confirms(after=hours(20), chance=0.6),
            Rates("yes", 7, "The accountant nodded.", chance=0.5),
        ),
    ),
    Story(
        topic="invoice",
        weight=3,
        about="bike",
        pictures=("invoice",),
        subject=("Invoice {order} has the wrong name", "“Mrs Sr. Ltd.” isn’t my name ({order})"),
        text=(
            "The invoice for my {item} is made out to “Mrs Sr. Ltd.”. I’m none of them. It’s for the insurance, so it matters.",
        ),
        wants=("My name on it: {name}.",),
        steps=(
            We(
                "Hello {first}, three titles and none of them right. I’m having it issued again, which needs a stamp from Femi; it’s with you {by}.",
                after=hours(3),
                says_next=hours(8),
                kind=Promise.Kind.RESULT,
            ),
            Solves("Here it is: {name}, plain and correct.", after=hours(5)),
            Confirms(after=days(1), chance=0.7),
        ),
    ),
    Story(
        topic="voucher",
        weight=4,
        about="clothing",
        impact=Impact.NUISANCE,
        subject=(
            "Gift card says “already used”",
            "Voucher of my aunt doesn’t work",
            "Gift card: £0.00?",
        ),
        text=(
            "My aunt gave me a gift card of £50 for {plan}. The checkout says “already used”. My aunt says it wasn’t. I’d rather doubt the checkout.",
        ),
        wants=("For my aunt to be right.",),
        steps=(
            We(
                "Hello {first}, I’m with your aunt. Could I have the last four characters? Please not the whole code in a mail.",
                then=State.WAITING,
                after=hours(2),
            ),
            They("They are {number}QX.", after=hours(11), via=Message.Via.PAGE, chance=0.85),
            Solves(
                "Your aunt is right: it was never switched on at the till in {shop}. It is now, with £5 on top for the doubt.",
                after=hours(2),
            ),
            Confirms(after=days(1), chance=0.8),
            Rates("yes", 7, "Aunt vindicated.", chance=0.7),
        ),
    ),
    Story(
        topic="subscription",
        weight=5,
        about="ebike",
        subject=(
            "Pause my {model} subscription",
            "Subscription: two months off?",
            "Cancel at the end of the month ({model})",
        ),
        text=(
            "I’d like to pause the subscription of my {item} for two months. I broke my wrist, not on your bike.",
            "Please cancel my {model} subscription for the end of the month. It’s me, not the bike.",
        ),
        wants=("A date.", "No e-mails with the subject “We miss you”."),
        impact=Impact.CAN_WAIT,
        steps=(
            Sets(tags=("wants-to-leave",), chance=0.4),
            Solves(
                "Hello {first}, done, from the 1st, and without an “are you sure?”. Get well, or farewell, whichever applies.",
                after=hours(3),
            ),
            Confirms(after=hours(14), chance=0.7),
            Rates("yes", 7, "No drama. Respect.", chance=0.6),
        ),
    ),
    Story(
        topic="subscription",
        weight=3,
        about="ebike",
        is_complaint=True,
        impact=Impact.NUISANCE,
        subject=(
            "I cancelled in {past_day}’s mail, and paid again",
            "Third attempt to cancel ({model})",
        ),
        text=(
            (
                "This is the third time that I cancel. The first mail got an offer. The second got a survey about the offer. Please just stop taking "
                "{tenth} a month."
            ),
        ),
        wants=("An end, and the last two payments.",),
        steps=(
            Complains(quote="This is the third time that I cancel.", chance=0.001),
            We(
                "{first}, it ends today, and no offer is attached to this sentence. I’m getting your two payments back and will write {by} when they’re on the way.",
                after=hours(3),
                says_next=hours(8),
                kind=Promise.Kind.RESULT,
            ),
            HandsOff(
                team="billing",
                chance=0.4,
                wants="An end and two payments back.",
                known="Cancelled twice already, see the mails.",
                tried="Cancelled in the system.",
                promised="A word about the two payments today.",
                dont_ask="Why.",
            ),
            Solves(
                "Both payments went back this morning. We’ve also stopped answering goodbyes with offers.",
                after=hours(6),
            ),
            Confirms(after=days(2), chance=0.6),
            Rates("partly", 2, "In the end, yes. Why was a third time needed?", True, chance=0.8),
        ),
    ),
    Story(
        topic="sign-in",
        weight=4,
        impact=Impact.NUISANCE,
        subject=(
            "Can’t sign in since {past_day}",
            "The code never comes",
            "Signed out, again and again",
        ),
        text=(
            "I ask for a code, I wait, no code. Then four codes come at once, all of them too old. I feel like a pensioner at a disco.",
        ),
        wants=("One code, in time.",),
        steps=(
            We(
                "Hello {first}, your mail provider holds our codes back for ten minutes; they live for five. I’ve made yours live for thirty. Could you try once more?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("I’m in! Is it loud in here.", after=hours(6), chance=0.8),
            Solves(
                "Welcome to the disco. I’ve asked for longer codes for everyone on your provider.",
                after=hours(2),
            ),
            Confirms(after=hours(9), chance=0.7),
            Rates("yes", 6, chance=0.5),
        ),
    ),
    Story(
        topic="charged",
        weight=2,
        about="part",
        via=Message.Via.PHONE,
        subject=(
            "Rang: {order} paid by card and by invoice",
            "{name} rang: paid twice out of politeness",
        ),
        text=(
            "Paid by card in the shop, then paid the invoice too, “out of politeness”. {price} for a {item}. Would like one politeness back.",
        ),
        steps=(
            We(
                "Hello {first}, such manners are rare. One {price} goes back; you’ll hear {by} that it’s on its way.",
                after=minutes(15),
                says_next=hours(8),
            ),
            Solves("On its way to the account that you gave me.", after=hours(5)),
            Confirms(after=days(2), chance=0.4),
        ),
    ),
    Story(
        topic="refund",
        weight=3,
        about="part",
        subject=("Partly refunded: {third} of {price}", "You kept {third}? ({order})"),
        text=(
            "For {order} I got back everything but {third}. I sent everything back, including the ribbon.",
        ),
        wants=("The {third}. You may keep the ribbon.",),
        steps=(
            We(
                "Hello {first}, the warehouse counted two of three. I’m having the box looked at again and write {by}.",
                after=hours(3),
                says_next=hours(8),
            ),
            We(
                "The third one was in the ribbon’s paper. I’ve started the refund, and will tell you {by} that it’s booked.",
                after=hours(4),
                says_next=hours(10),
            ),
            Solves("Booked: {third}.", after=hours(6)),
            Confirms(after=days(2), chance=0.6),
            Rates("yes", 5, chance=0.5),
        ),
    ),
    Story(
        topic="voucher",
        weight=2,
        about="bike",
        impact=Impact.CAN_WAIT,
        subject=("Club discount for {n} riders?", "Ten per cent for a school?"),
        text=(
            "Our club needs {n} {thing}s for {plan}. Do you do a club price? We’d paint your name on something.",
        ),
        wants=("A price, and whether you’d like your name on something.",),
        steps=(
            We(
                "Hello {first}, we do: ten per cent, and please no paint. Who is the treasurer, so that the quote is right the first time?",
                then=State.WAITING,
                after=hours(4),
            ),
            They("I’m the treasurer, the secretary and the tea.", after=days(1), chance=0.7),
            Solves("The quote is attached, made out to all three.", after=hours(5)),
            Confirms(after=days(3), chance=0.5),
        ),
    ),
)
