"""Tents, packs, clothing, and what goes back in a parcel."""

from supportdesk.demo.script import (
    Complains,
    Confirms,
    Notes,
    NotYet,
    Rates,
    Sets,
    Solves,
    Story,
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
        topic="gear-use",
        weight=5,
        about="tent",
        subject=(
            "{model} drips from the inside",
            "Condensation or leak? ({model})",
            "It rains in my {model} when it doesn’t rain",
        ),
        text=(
            "We woke up in our {item} with wet noses. It hadn’t rained. Is this a leak, or are we breathing wrong?",
        ),
        wants=("To know whether to mend the tent or ourselves.",),
        impact=Impact.CAN_WAIT,
        steps=(
            Solves(
                "Hello {first}, you’re breathing perfectly: two sleepers make half a litre a night. Open both vents and pitch "
                "the tail into the wind, and it goes outside. If it still drips at a seam, tell me which.",
                after=hours(3),
            ),
            NotYet(
                "Tail into the wind, vents open, and one drop comes through above my head, always the same one. I’ve named it.",
                after=days(4),
            ),
            We(
                "A drop with a name is a leak. Send it to us with this label, we’ll tape the seam; it’s back within the week, and "
                "you’ll hear {by} that it has arrived here.",
                after=hours(3),
                says_next=hours(20),
            ),
            Solves(
                "Taped, hosed for ten minutes, dry inside. It’s on its way back, without the drop.",
                after=hours(16),
            ),
            Confirms(after=days(3), chance=0.7),
            Rates("yes", 6, "Farewell, Gerald.", chance=0.6),
        ),
    ),
    Story(
        topic="broken-gear",
        weight=6,
        about="pack",
        pictures=("torn-seam",),
        subject=(
            "Seam of my {model} gave up",
            "{model}: strap tore on day {n}",
            "{item}, torn at the shoulder",
        ),
        text=(
            "On day {n} of {plan} the left strap of my {item} came out of its seam. I finished with string. The string held.",
        ),
        wants=("A strap as good as the string.", "A pack before {coming_date}."),
        steps=(
            We(
                "Hello {first}, beaten by string: I’ve shown your photo to the woman who designs it, and she went quiet. New pack or "
                "mended pack? The new one is quicker, the mended one keeps its memories.",
                then=State.WAITING,
                after=hours(4),
            ),
            They("Mended, please. It has been places.", after=days(1)),
            We(
                "Good. The label is attached; it’s ten days in the workshop, and I’ll write {by} whether or not there’s something to say.",
                says_next=hours(30),
                after=hours(2),
                pictures=("return-label",),
            ),
            Notes("Goods-in: arrived, on Dilys’s bench.", after=hours(9), chance=0.6),
            Solves(
                "Restitched with the thread that we use for harnesses. It’s in the post, memories included.",
                after=hours(14),
            ),
            Confirms(after=days(2.5), chance=0.7),
            Rates("yes", 7, "Better than new.", chance=0.7),
        ),
    ),
    Story(
        topic="size",
        weight=7,
        about="clothing",
        impact=Impact.CAN_WAIT,
        subject=(
            "{model} in {size} is too small",
            "Swap {model} {size} for {other_size}",
            "{item}: wrong size, my fault",
            "Exchange, {order}",
        ),
        text=(
            "I ordered the {item} in {size}, following your chart. Your chart thinks well of me. Could I have {other_size}?",
        ),
        wants=("{other_size}.",),
        answers={"size": "{other_size}"},
        steps=(
            Solves(
                "Hello {first}, of course: {other_size} leaves us today, and the label for the {size} is attached. No hurry with it.",
                after=hours(2),
            ),
            Confirms(after=days(2), chance=0.65),
            Rates("yes", 7, "Easy.", chance=0.5),
        ),
    ),
    Story(
        topic="size",
        weight=3,
        about="clothing",
        subject=("The sleeves of the {model}", "{model}: arms for an orang-utan"),
        text=(
            "The {item} fits, but its sleeves end a hand’s width after mine. Have you thought of people who aren’t orang-utans?",
        ),
        wants=("Shorter sleeves, or a reason.",),
        steps=(
            We(
                "Hello {first}, they’re cut for arms on handlebars, which is a reason but no comfort. I’ll ask whether we can take them up, and write {by}.",
                after=hours(3),
                says_next=hours(10),
            ),
            We(
                "We can, four centimetres, for nothing, and it takes a week. Or you send it back. What do you prefer?",
                then=State.WAITING,
                after=hours(5),
            ),
            They("Four centimetres would be perfect.", after=days(3.5), chance=0.5),
            Solves(
                "Then send it with this label, and it’s back within the week.",
                outcome=Outcome.FULL,
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.4),
        ),
    ),
    Story(
        topic="send-back",
        weight=5,
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=(
            "Sending back the {model}",
            "Return {order}, nothing wrong with it",
            "{item}: we bought two by mistake",
        ),
        text=("We both bought a {item} for the other’s birthday. Very romantic. We need one.",),
        wants=("To send one back without explaining it to the post office.",),
        answers={"unused": "Not used"},
        steps=(
            Solves(
                "Hello {first}, congratulations to both. The label is attached; the money is back within three days of it arriving.",
                after=hours(3),
            ),
            Confirms(after=days(5), chance=0.4),
        ),
    ),
    Story(
        words={
            "model": "Larch",
            "item": "Larch down jacket",
            "thing": "jacket",
            "price": "£210.00",
        },
        topic="send-back",
        weight=4,
        about="clothing",
        subject=("Return refused: {order}", "“Used outside”, says your warehouse ({model})"),
        text=(
            (
                "You sent my {item} back to me because it was “used outside”. I wore it to the letter box. Once. It is a jacket. Where else would "
                "one try it?"
            ),
        ),
        wants=("My {price} back.",),
        answers={"unused": "Used outside"},
        impact=Impact.NUISANCE,
        steps=(
            Complains(
                quote="I wore it to the letter box. Once. It is a jacket.", after=minutes(15)
            ),
            We(
                "Hello {first}, I have the warehouse’s photo in front of me: a leaf on the sleeve. I agree that a leaf isn’t a season. I need Jonas to "
                "overrule the label, and you’ll hear {by}.",
                after=hours(3),
                says_next=hours(8),
            ),
            Notes(
                "One leaf. Policy says resaleable; it’s resaleable. Please allow.",
                after=minutes(10),
            ),
            Solves(
                "Overruled. {price} are on their way back, and I’ve asked for the rule to mention leaves.",
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.7),
            Rates("yes", 4, "Right answer. It shouldn’t have needed a letter.", True, chance=0.8),
        ),
    ),
    Story(
        topic="send-back",
        weight=3,
        about="pack",
        subject=("Sent back after 11 months: {model}", "{model} isn’t for me after all"),
        text=(
            "I’ve had the {item} for eleven months and never got on with it. Can I still return it? I’ll understand a no.",
        ),
        wants=("A yes; but I’ll understand a no.",),
        answers={"unused": "Used outside"},
        impact=Impact.CAN_WAIT,
        steps=(
            Solves(
                "Hello {first}, thank you for making the no easy: after a hundred days we can’t take it back. But the second-hand corner in our {shop} "
                "shop sells it for you without commission; the form is attached.",
                outcome=Outcome.ALTERNATIVE,
                after=hours(5),
                reason="",
            ),
            They("Fair. I’ll bring it in. Thanks for the idea.", after=hours(10), chance=0.6),
            Solves("See you in {shop}!", outcome=Outcome.ALTERNATIVE, after=hours(3)),
            Confirms(after=days(1), chance=0.5),
        ),
    ),
    Story(
        topic="before",
        weight=4,
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=(
            "{model}: does it stand on rock?",
            "Will a 1.94 m person fit into a {model}?",
            "{model} or Bothy 3 for two and a dog?",
        ),
        text=(
            "We’re two people, 1.94 m and 1.60 m, with a dog who sleeps across. Is the {item} enough for {plan}?",
        ),
        wants=("The truth about the dog.",),
        steps=(
            We(
                "Hello {first}, for two: yes. For the dog: which way across?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("Diagonally. Always.", after=hours(14)),
            Solves(
                "Then Bothy 3, {first}. I have such a dog. You can try both in {shop}, dog included.",
                after=hours(2),
            ),
            Confirms(after=days(1), chance=0.5),
            Rates("yes", 7, "They asked about the dog!", chance=0.6),
        ),
    ),
    Story(
        topic="before",
        weight=3,
        about="clothing",
        impact=Impact.CAN_WAIT,
        subject=("Is the down in the {model} traceable?", "{model}: where is it made?"),
        text=(
            "Before I buy a {item} I’d like to know where it is made and by whom. The page says “with care”.",
        ),
        wants=("A place and a name.",),
        steps=(
            We(
                "Hello {first}, “with care” is indeed no country. I’ve asked our buyer for the factory and the last audit; you’ll have them {by}.",
                after=hours(4),
                says_next=hours(16),
            ),
            Solves(
                "Porto, a family firm of sixty, audited in the spring; the report is on our page from today because you asked.",
                after=hours(10),
            ),
            Confirms(after=days(1), chance=0.7),
            Rates("yes", 7, "A straight answer. Bought it.", chance=0.7),
        ),
    ),
    Story(
        topic="broken-gear",
        weight=3,
        about="clothing",
        pictures=("torn-seam",),
        subject=("Zip of my {model} opens from below", "{model}: zip with a will of its own"),
        text=(
            "The zip of the {item} unzips itself from below when I sit down. On a bus this is a conversation.",
        ),
        wants=("A zip that follows orders.",),
        steps=(
            Sets(tags=("zip",), after=minutes(15)),
            We(
                "Hello {first}, that slider was too soft and we know it. New slider by post, or the jacket to us? The slider takes five minutes and pliers.",
                then=State.WAITING,
                after=hours(4),
            ),
            They("I own pliers!", after=hours(11), chance=0.8),
            Solves("It’s in the post with three drawings.", after=hours(3)),
            Confirms(after=days(4), chance=0.5),
            Rates("yes", 6, chance=0.5),
        ),
    ),
    Story(
        topic="gear-use",
        weight=3,
        about="tent",
        impact=Impact.DANGER,
        impact_reason="It’s a stove in a tent.",
        subject=("Stove flares up ({order})", "Ember stove: flame as high as my {model}"),
        text=(
            "The Ember stove flared up to the roof of the porch when I lit it. I threw it out. Nobody hurt. Is there something wrong with it?",
        ),
        wants=("To know whether others should stop using it.",),
        steps=(
            Sets(priority=Priority.URGENT, tags=("safety", "ember"), after=minutes(8)),
            We(
                "Hello {first}, I’m glad that you threw it. Please don’t light it again. We want it here tomorrow, at our cost, and I’ll ring you {by}.",
                after=minutes(20),
                says_next=hours(5),
                kind=Promise.Kind.CALL,
            ),
            Notes("Rang at once: gasket was rolled. Batch on hold, Ruth knows.", after=hours(1.5)),
            Solves(
                "As I said on the phone: a gasket sat wrong. The whole batch is off the shelves, and yours is replaced by the new model.",
                after=hours(8),
            ),
            Confirms(after=days(2), chance=0.9),
            Rates("yes", 6, "You took it as seriously as I did.", True, chance=0.9),
        ),
    ),
    Story(
        topic="before",
        weight=2,
        about="pack",
        via=Message.Via.PHONE,
        subject=("Rang: rain cover for the {model}", "{name} rang for a matching hip belt"),
        text=(
            "Would like the {colour} rain cover for the {item}, which the web shop doesn’t list. Happy to wait, not happy to search.",
        ),
        steps=(
            Waits("Buyer is asked; the customer said that there is no hurry.", after=minutes(4)),
            Solves(
                "Hello {first}, found: it’s called “cape”, heaven knows why. One is set aside for you in {shop}.",
                after=hours(6),
            ),
        ),
    ),
)
