"""Days on which many write about one thing; and those who sell lamps to a lamp shop."""

from supportdesk.demo.script import (
    Confirms,
    IsNotSpam,
    IsSpam,
    Notes,
    Rates,
    Sets,
    Solves,
    Story,
    They,
    We,
    days,
    hours,
    minutes,
)
from tickets.models import Promise
from tickets.states import Impact, Outcome, State

_WHEELS = Story(
    topic="broken-bike",
    burst=(4.0, 10.0),
    words={"model": "Tarn 2", "item": "Tarn 2 gravel bike"},
    subject=(
        "Tarn 2: front wheel is bent ({order})",
        "Bent rim on a brand new Tarn 2, {city}",
        "New bike, bent wheel, order {order}",
        "Wheel out of true straight from the carton ({city})",
        "Tarn 2 arrived on {past_day} with a dent in the rim",
        "Front rim dented: {frame}",
    ),
    text=(
        (
            "Unpacked my Tarn 2 in {city} this morning. The front wheel has a dent as big as a thumb. The carton "
            "looked fine until I turned it over."
        ),
        (
            "The front wheel of my new Tarn 2 wobbles so much that it won’t pass the fork. Order {order}. I had "
            "so looked forward to it."
        ),
        "Is it normal that a new wheel goes “tick, tick, SCRAPE”? It has a flat spot next to the valve.",
    ),
    wants=(
        "A round wheel.",
        "A new front wheel before {plan}.",
        "A wheel, and a thicker carton for the next one.",
    ),
    impact=Impact.BLOCKED,
    answers={"part": "Wheel"},
    pictures=(),
    steps=(
        Sets(tags=("tarn-2-wheels",), after=minutes(25)),
        We(
            "Hello {first}, you’re not the only one, and it isn’t you: the cartons since last week are too thin on that "
            "side. Please don’t ride it. A new wheel is set aside in your name; you’ll hear {by} on which "
            "day it comes, and the courier takes the bent one along.",
            after=hours(2),
            says_next=hours(12),
        ),
        They("Thank you. At least it’s not me.", after=hours(5), chance=0.35),
        We(
            "Your wheel leaves us tomorrow. I’ll write again {by} to hear that it is round.",
            after=hours(6),
            says_next=hours(24),
            late=None,
            kind=Promise.Kind.RESULT,
        ),
        Solves("Is it round, {first}? Then so is this.", after=hours(14)),
        Confirms(after=days(1), chance=0.6),
        Rates("yes", 5, "Sorted. Somebody should weigh those cartons.", chance=0.5),
    ),
)

_WHEELS_ANGRY = Story(
    topic="broken-bike",
    burst=(3.5, 9.0),
    is_complaint=True,
    words={"model": "Tarn 2", "item": "Tarn 2 gravel bike"},
    subject=(
        "£1,890 for a bent wheel ({order})",
        "Tarn 2: I expected a bicycle, {city}",
        "Your carton is a joke, my wheel is the punchline ({order})",
    ),
    text=(
        (
            "I have waited five weeks for this bike. The wheel is bent, the phone plays a panpipe version of something, "
            "and the web page says “we’ll be in touch soon”. When is soon?"
        ),
    ),
    wants=("A wheel, a date, and the panpipes switched off.",),
    impact=Impact.BLOCKED,
    impact_reason="Five weeks of waiting, and now I get to wait.",
    answers={"part": "Wheel"},
    pictures=("rim-dent-by-valve",),
    steps=(
        Sets(tags=("tarn-2-wheels",), after=minutes(40)),
        We(
            "{first}, “soon” was a bad word. Here is a better one: {by} you have a date for the wheel from me, "
            "even if I have to carry it to the van. I’ve passed the panpipes on to somebody with authority.",
            after=hours(2.5),
            says_next=hours(7),
        ),
        We(
            "I said a moment and missed it; that was mine to see to, and I didn’t. The date: it leaves us "
            "tomorrow and is with you the day after. I’ll write {by} with its number.",
            late=minutes(70),
            says_next=hours(9),
        ),
        They("I’ll believe it when it rolls.", after=hours(3)),
        Solves("Its number is {tracking}. It rolls; I tried.", after=hours(4)),
        Confirms(after=days(1.5), chance=0.5),
        Rates("partly", 2, "Wheel good. Promise not good.", True, chance=0.8),
    ),
)

_CHARGED = Story(
    topic="charged",
    burst=(17.1, 17.32),
    about="clothing",
    impact=Impact.NUISANCE,
    subject=(
        "Charged twice for {order}",
        "Two payments of {price}",
        "{model}: money taken, no order",
        "Your checkout froze and took {price} ({order})",
        "Paid twice, ordered once ({order})",
    ),
    text=(
        (
            "The page froze after I pressed “Pay”. I pressed it again. Now {price} are gone twice and I have one "
            "mail about one {item}."
        ),
        (
            "My bank shows two payments of {price} within a minute. I only want one {thing}. Is this your shop or "
            "my thumb?"
        ),
    ),
    wants=("{price} back, once.",),
    answers={"amount": "{price}"},
    steps=(
        Sets(tags=("checkout-outage",), after=minutes(20)),
        We(
            "Hello {first}, it was our shop, not your thumb: between six and nine tonight it took payments twice. "
            "Each second payment goes back by itself. I’ll check yours by hand and write {by}.",
            after=hours(1.5),
            says_next=hours(12),
            kind=Promise.Kind.RESULT,
        ),
        Solves("Checked by hand: {price} went back to your card this morning.", after=hours(8)),
        Confirms(after=days(2.5), chance=0.5),
        Rates("yes", 5, "Fast and clear, thanks.", chance=0.4),
    ),
)

_SPAM = Story(
    topic="praise",
    weight=4,
    is_verified=False,
    impact="",
    subject=(
        "Rank #1 in {city} with AI links",
        "Re: your invoice {number}",
        "Partnership proposal for K&P Ltd",
        "Loan approved: {price}",
        "{n}00 followers for your tyres",
    ),
    text=(
        (
            "Dear Sir/Madam/Team, I visited your website and it is very nice but it is not on first page. We place "
            "1,000 links per day. Reply YES."
        ),
        (
            "Hello dear, I represent a factory for premium valves (car, bike, heart). Best price. Catalogue on "
            "request."
        ),
    ),
    steps=(IsSpam(after=hours(2)),),
)

_NOT_SPAM = Story(
    topic="praise",
    weight=1,
    is_verified=False,
    impact="",
    subject=(
        "I have valves for you",
        "FREE: {n} boxes of brochures",
        "Congratulations!!! ({city})",
    ),
    text=(
        "Congratulations!!! on {n} years of the {city} shop. I still have {n}0 of your first brochures in my garage and you can have them for FREE.",
    ),
    steps=(
        IsSpam(after=hours(2)),
        IsNotSpam(after=minutes(20)),
        Notes(
            "Three exclamation marks, but he means it. Marketing would love those.",
            after=minutes(5),
        ),
        Solves(
            "Hello {first}, thank you, and forgive us: your three exclamation marks looked like somebody selling something. We’d love "
            "to have them; somebody from {shop} comes round with a van.",
            after=minutes(30),
        ),
        Confirms(after=days(1), chance=0.8),
        Rates("yes", 7, "Bring a big van!!!", chance=0.8),
    ),
)

_UNVERIFIED = Story(
    topic="before",
    weight=2,
    is_verified=False,
    about="ebike",
    impact=Impact.CAN_WAIT,
    subject=(
        "Does the {model} fit in a train lift?",
        "Can two children sit on a {model}?",
        "How loud is the {model}?",
    ),
    text=(
        "A question before I buy a {item}: it’s for {plan} and I need to know whether it works for us.",
    ),
    wants=("An honest yes or no.",),
    steps=(
        Notes(
            "Nobody has confirmed this address yet. Answer is fine, order details aren’t.",
            chance=0.5,
        ),
        Solves(
            "Hello {first}, an honest “nearly always”. I’ve put the measures below, and you can try one "
            "in {shop} without buying anything.\n\n- 188 cm long\n- 26 kg with the battery\n- 58 dB, which "
            "is a quiet conversation",
            after=hours(3),
            outcome=Outcome.FULL,
        ),
    ),
)

_PRAISE = Story(
    topic="praise",
    weight=3,
    impact=Impact.CAN_WAIT,
    subject=("A thank-you for {shop}", "Your woman in the {shop} shop", "Nothing is wrong"),
    text=(
        (
            "Nothing is wrong. I only wanted to say that somebody in your {shop} shop spent half an hour on a "
            "squeak that turned out to be my shoe, and never once smiled about it. Give her a rise."
        ),
    ),
    wants=("That she hears of it.",),
    steps=(
        We(
            "That was Agnieszka, and I’ve just read it out to her. She smiled now. Thank you for writing when nothing is wrong.",
            then=State.WAITING,
            after=hours(4),
            chance=0.2,
        ),
        Solves(
            "{first}, it’s on the board in the {shop} workshop now, next to the kettle. Thank you!",
            after=hours(3),
        ),
        Confirms(after=hours(8), chance=0.7),
        Rates("yes", 7, chance=0.6),
    ),
)

#: Each with the share of all tickets that it makes.
BURSTS = ((_WHEELS, 0.06), (_WHEELS_ANGRY, 0.02), (_CHARGED, 0.035))
STORIES = (_SPAM, _NOT_SPAM, _UNVERIFIED, _PRAISE)
