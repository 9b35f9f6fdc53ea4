"""Bikes and their parts: setting up, riding, wearing out."""

from supportdesk.demo.script import (
    A_BREATH_LATE,
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
        topic="fitting",
        weight=5,
        impact=Impact.NUISANCE,
        subject=(
            "{model}: two screws left over",
            "Built the {model}, three washers remain",
            "Is my {item} meant to have a spare bolt?",
        ),
        text=(
            (
                "I put my {item} together by the booklet. It looks like a bicycle. There are two screws left on the "
                "kitchen table and they look at me."
            ),
        ),
        wants=("To know that it won’t come apart on {plan}.",),
        steps=(
            We(
                "Hello {first}, can you send me a photo of the two, with a coin beside them? Please don’t ride until "
                "I’ve seen it.",
                then=State.WAITING,
                after=hours(1.2),
            ),
            They(
                "Here they are. The coin is a shilling, sorry.",
                after=hours(5),
                pictures=("display",),
            ),
            Solves(
                "Those hold the transport block and have done their duty. You can ride, and keep the screws as "
                "a souvenir.",
                after=hours(1.5),
            ),
            Confirms(after=hours(6), chance=0.8),
            Rates("yes", 7, "The kitchen table is free again.", chance=0.6),
        ),
    ),
    Story(
        topic="fitting",
        weight=5,
        subject=(
            "Disc brake of the {model} rubs",
            "{model} sings in the rain and in the dry",
            "Rubbing brake after unpacking ({model})",
        ),
        text=(
            (
                "The front disc of my {item} rubs once per turn. “Shh, shh, shh.” It’s like cycling with a "
                "librarian."
            ),
        ),
        wants=("Silence.",),
        steps=(
            We(
                "Hello {first}, two minutes and a 5 mm key: loosen the two bolts of the caliper, pull the brake lever and hold it, "
                "and tighten both while you hold. Does she still say shh?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("Quieter. Now only in left turns.", after=days(1.2)),
            We(
                "Then the disc has a small wave from the journey. Our shop in {shop} trues it while you "
                "wait, for nothing; shall I tell them you’re coming on {coming_day}?",
                then=State.WAITING,
                after=hours(3),
            ),
            They("{coming_day} is good.", after=hours(8), chance=0.75),
            Solves("They expect you. Ask for Agnieszka.", after=hours(2)),
            Confirms(after=days(3), chance=0.7),
            Rates("yes", 6, "The librarian has left.", chance=0.6),
        ),
    ),
    Story(
        topic="electrics",
        weight=5,
        about="ebike",
        impact=Impact.BLOCKED,
        subject=(
            "{model} won’t switch on",
            "{model}: battery shows four bars, motor shows nothing",
            "No help from the motor since {past_day} ({model})",
        ),
        text=(
            (
                "My {item} has been dead since {past_day}. The battery shows four lights, the display shows nothing. I use "
                "it to take two children to school. Now I take two children to school and a very heavy bike."
            ),
        ),
        wants=("A motor that helps, or something to ride until it does.",),
        impact_reason="Eight kilometres, a hill, two children.",
        steps=(
            Takes(chance=0.4),
            Sets(priority=Priority.HIGH, chance=0.5),
            We(
                "Hello {first}, I’d like to rule out the easy thing first: take the battery out, hold its button for fifteen "
                "seconds, and put it back till it clicks twice. Does the display wake?",
                then=State.WAITING,
                after=hours(1.5),
            ),
            They("It wakes, says E14, and goes back to sleep. Relatable.", after=hours(7)),
            We(
                "E14 is the plug under the motor, which doesn’t like salt. Our mechanic in {shop} can see it on "
                "{coming_day}, and I’m finding you a bike to ride until then. You’ll hear {by}.",
                says_next=hours(6),
                after=hours(2),
            ),
            Notes(
                "Loan bike: {shop} has a Skerry E in M. Booked from tomorrow, no charge.",
                after=minutes(30),
            ),
            We(
                "There’s a Skerry E with two child seats waiting for you in {shop} from tomorrow at nine. Yours is "
                "ready, I’m told, two days after; I’ll confirm {by}.",
                says_next=hours(18),
                late=A_BREATH_LATE,
                kind=Promise.Kind.RESULT,
            ),
            Solves(
                "Your {model} runs again: a new plug, sealed properly this time. No charge, and sorry about the hill.",
                after=hours(14),
            ),
            Confirms(after=days(1.5), chance=0.8),
            Rates("yes", 6, "The loan bike saved the week.", True, chance=0.7),
        ),
    ),
    Story(
        topic="electrics",
        weight=4,
        about="gadget",
        subject=(
            "{model} thinks I’m in {city}",
            "{model} says I rode 312 km/h",
            "GPS of my {model} is having a day",
        ),
        text=(
            "According to the {item} I crossed the harbour yesterday, under water, at 312 km/h. I was in {city}. I had a sandwich.",
        ),
        wants=("A computer that knows where I had the sandwich.",),
        steps=(
            We(
                "Hello {first}, impressive lap. Please update to 4.2 (Settings > About): it mends exactly this. Still submarine after that?",
                then=State.WAITING,
                after=hours(3),
            ),
            They(
                "4.2 is in. It now says that I’m in {city}. So am I.", after=days(1.5), chance=0.7
            ),
            Solves("Then computer and rider agree. Good sandwich!", after=hours(2)),
            Confirms(after=hours(12), chance=0.6),
            Rates("yes", 7, chance=0.5),
        ),
    ),
    Story(
        topic="repair",
        weight=6,
        subject=(
            "Chain skips after {km} km ({model})",
            "{model}: is this wear or warranty?",
            "New cassette already? {model}, {km} km",
        ),
        text=(
            (
                "At {km} km the chain of my {item} skips on the small sprockets. The dealer here says “that’s normal” and sold me "
                "an oil. Is it normal?"
            ),
        ),
        wants=("To hear whether I’ve been sold an oil.",),
        pictures=("chain",),
        steps=(
            We(
                "Hello {first}, you have been sold an oil. From your photo: the chain is stretched past 0.75, so chain and "
                "cassette are due. At {km} km that’s fair wear with hills, early without. Have you hills?",
                then=State.WAITING,
                after=hours(4),
            ),
            They("I live in {city}. There is one hill. I avoid it.", after=days(1)),
            We(
                "Then it’s early, and half of it is ours: cassette on us, chain on you. Say yes and it leaves "
                "tomorrow; either way I’ll write {by}.",
                says_next=hours(12),
                after=hours(3),
            ),
            They("Yes. Very fair.", after=hours(3), via=Message.Via.PAGE),
            Solves(
                "On its way, with a picture of which way round it goes.",
                after=hours(4),
                outcome=Outcome.PARTIAL,
            ),
            Confirms(after=days(3), chance=0.7),
            Rates("yes", 6, "An honest half is better than a polite no.", chance=0.7),
        ),
    ),
    Story(
        topic="repair",
        weight=4,
        impact=Impact.DANGER,
        impact_reason="If it breaks I’m on the floor.",
        subject=("Crack in the frame? ({model}, {frame})", "{model}: a line by the bottom bracket"),
        text=(
            (
                "There is a fine line in the paint of my {item} just above the bottom bracket. My nail catches in it. Frame "
                "number {frame}. I have stopped riding it but I’d like to know."
            ),
        ),
        wants=("Somebody who looks at it, and an answer that isn’t “probably”.",),
        steps=(
            Assigns(chance=0.5),
            Sets(priority=Priority.URGENT, tags=("safety",)),
            We(
                "Hello {first}, stopping was right. A courier collects it from you, so you don’t have to bring it anywhere, and Neil in the "
                "frame shop puts dye on it. You’ll hear {by} on which day the courier comes.",
                after=minutes(40),
                says_next=hours(5),
            ),
            Notes("Same batch as two others, none of them a crack so far.", by="ruth", chance=0.5),
            We(
                "The courier comes on {coming_day} morning. Then it’s Neil’s turn; I’ll tell you what he sees {by}.",
                then=State.ON_HOLD,
                hold="The frame is with our frame shop.",
                says_next=hours(30),
                after=hours(3),
            ),
            We(
                "Dye says: paint, not metal. Neil wants a second look under the microscope before he says it aloud. "
                "Next word {by}.",
                says_next=hours(10),
                after=hours(22),
            ),
            SetsReminder("Neil’s microscope: {frame}", due=hours(7), chance=0.6),
            Solves(
                "It’s the paint, with a photograph to prove it. He has sanded and sprayed the spot; it’s on its way "
                "home to you.",
                after=hours(7),
            ),
            FollowsUp(after=minutes(4)),
            Confirms(after=days(3), chance=0.8),
            Rates("yes", 6, "“Probably” was never said. Thank you.", True, chance=0.8),
        ),
    ),
    Story(
        topic="spares",
        weight=5,
        about="part",
        subject=(
            "Part for an old {model}",
            "Do you still have the bracket of the {model}?",
            "Spare for {frame}",
        ),
        text=(
            "Do you still have the small plastic bracket for the {item}? The dog had it. The dog is fine.",
        ),
        wants=("One bracket. Dog-proof if possible.",),
        impact=Impact.CAN_WAIT,
        steps=(
            Solves(
                "Hello {first}, we do: it’s in an envelope to you, and so is a second one, as I have a dog too.",
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.7),
            Rates("yes", 7, "Greetings from Biscuit.", chance=0.6),
        ),
    ),
    Story(
        topic="spares",
        weight=3,
        subject=("Hanger for {frame}", "Which derailleur hanger fits the {model}?"),
        text=(
            "I bent the hanger of my {item}. There are 43 of them on the internet, and all of them say “fits most”.",
        ),
        wants=("The right one of 43.",),
        impact=Impact.BLOCKED,
        steps=(
            We(
                "Hello {first}, it’s number 17. It’s out of stock with us until {coming_day}; I could have the workshop file one down, or you wait. "
                "Which?",
                then=State.WAITING,
                after=hours(3),
            ),
            They(
                "I’ll wait. Number 17 sounds like it knows what it’s doing.",
                after=hours(20),
                chance=0.6,
            ),
            Solves("Number 17 left us just now.", after=hours(16), outcome=Outcome.FULL),
            Confirms(after=days(2), chance=0.6),
        ),
    ),
    Story(
        topic="broken-bike",
        weight=4,
        about="ebike",
        answers={"part": "Motor or battery"},
        subject=("{model}: charger hums a note (B flat)", "Charger of my {model} gets hot"),
        text=("The charger of my new {item} hums and gets hotter than tea. Is that how it is?",),
        wants=("A cold, quiet charger.",),
        impact=Impact.DANGER,
        impact_reason="It stands under the stairs.",
        steps=(
            Sets(priority=Priority.URGENT, tags=("safety",), after=minutes(10)),
            We(
                "Hello {first}, no. Please pull the plug and leave it out. A new one leaves today by express, and I’d like the old one "
                "back to find out why. I’ll write {by} that it’s on the van.",
                after=minutes(25),
                says_next=hours(4),
            ),
            Solves(
                "It’s on the van: {tracking}. The box has a label for the old one.", after=hours(2)
            ),
            Confirms(after=days(2), chance=0.7),
            Rates("yes", 7, "Answered in half an hour. I’m impressed.", chance=0.6),
        ),
    ),
    Story(
        topic="broken-bike",
        weight=5,
        answers={"part": "Gears"},
        pictures=("hole-in-the-carton",),
        subject=(
            "{model} arrived with a bent derailleur",
            "Gears of my new {model} point the wrong way",
            "Transport damage on {order}",
        ),
        text=(
            "The carton had a hole and so, nearly, had the gears. The derailleur of my {item} points at the pavement.",
        ),
        wants=("Gears. I can fit them, I only want the part.", "Somebody who fits it."),
        steps=(
            We(
                "Hello {first}, thank you for the photo. If you can fit it, the part is with you in two days and I’ll take "
                "£40 off for your afternoon. Or our van comes. Which?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("I’ll do it. I like afternoons.", after=hours(9)),
            We(
                "Sent, with a new cable. I’ll ask {by} how it shifts.",
                says_next=hours(26),
                after=hours(1),
            ),
            Solves(
                "How does it shift, {first}? If it doesn’t, say “Not yet” and the van comes.",
                after=hours(18),
            ),
            NotYet("It shifts up. It doesn’t shift down. A bit like my career.", after=days(1)),
            We(
                "One cable turn anticlockwise, at the derailleur. If that’s not it, the van comes on {coming_day} and I’ll "
                "confirm the hour {by}.",
                after=hours(1.5),
                says_next=hours(9),
            ),
            They("Half a turn did it!", after=hours(4)),
            Solves("Onwards and downwards, then. The £40 are on your card.", after=hours(2)),
            Confirms(after=hours(20), chance=0.8),
            Rates("yes", 6, "Good instructions.", chance=0.5),
        ),
    ),
    Story(
        topic="repair",
        weight=4,
        is_complaint=True,
        impact=Impact.BLOCKED,
        subject=(
            "{n} weeks in your workshop ({model})",
            "My {model} lives with you now",
            "Where is my {item}? It went in on {past_day} last month",
        ),
        text=(
            (
                "My {item} has been in your {shop} workshop for {n} weeks for a squeak. I’ve rung four times. I have been told "
                "“tomorrow”, “the part”, “Neil is ill” and “which bike?”. The last one was the worst."
            ),
        ),
        wants=("My bike. With the squeak if need be.",),
        impact_reason="I take the bus. The bus squeaks too.",
        steps=(
            Sets(priority=Priority.HIGH),
            We(
                "{first}, “which bike?” should not have happened. I’m driving to {shop} this afternoon to see it myself, and "
                "will write {by} with a day.",
                after=hours(3),
                says_next=hours(7),
            ),
            Notes(
                "Ticket in {shop} was filed under the wrong surname. Bike was finished nine days ago.",
                after=hours(2),
            ),
            We(
                "I’m standing next to it. It has been finished for nine days, filed under another name, and nobody told you; I’m sorry, and "
                "late with this as well. Can we bring it to you on {coming_day}?",
                late=minutes(110),
                then=State.WAITING,
            ),
            They(
                "Nine days. All right. {coming_day}, after five. And somebody should say sorry to my wife, who drove me.",
                after=hours(6),
            ),
            Solves(
                "It’ll be there after five, without the squeak and without a bill. The flowers are for your wife.",
                after=hours(3),
            ),
            Confirms(after=days(3), chance=0.6),
            Rates(
                "partly",
                2,
                "Bike is fine. I still don’t know why I had to be the one to ask.",
                True,
                chance=0.9,
            ),
        ),
    ),
    Story(
        topic="electrics",
        weight=3,
        about="ebike",
        via=Message.Via.PHONE,
        subject=("Rang about range: {model}", "{name} rang: battery lasts {n} km less"),
        text=(
            "Says that the {item} does 40 km and the brochure says 90. Heavy rider, cargo, headwind, “and the brochure”. Wants an honest figure.",
        ),
        steps=(
            Notes(
                "Battery report: 94 % health. It’s the hills, and the dog in the box.",
                after=minutes(20),
            ),
            Solves(
                "Hello {first}, thank you for the call. Honestly: 45 to 50 km with your load and your hills. The 90 is "
                "a light rider on a flat day, and the brochure should say so; I’ve told the people who write it.",
                after=hours(2),
                outcome=Outcome.NONE,
                reason="The battery is sound; the brochure was too rosy.",
            ),
            Confirms(after=hours(10), chance=0.3),
        ),
    ),
    Story(
        words={"model": "Grit 45", "item": "Grit 45 tyre", "thing": "tyre"},
        topic="repair",
        weight=3,
        about="part",
        subject=("{model} delaminates after {km} km", "Side wall of the {model} is coming off"),
        text=(
            "After {km} km the side of my {item} peels like a banana. A nice product otherwise.",
        ),
        wants=("A {thing} that isn’t fruit.",),
        steps=(
            We(
                "Hello {first}, that shouldn’t peel. A new one is on its way, without sending the old one back. Could you "
                "tell me the number on its edge? It tells us which week it is from.",
                then=State.WAITING,
                after=hours(5),
            ),
            Waits("", after=minutes(1), chance=0.001),
            They("Number 2217.", after=days(4.2), via=Message.Via.PAGE, chance=0.5),
            Solves(
                "Thank you: that week is off the shelves now. Enjoy the new one.", after=hours(4)
            ),
        ),
    ),
    Story(
        topic="custom",
        weight=2,
        subject=(
            "{model} in {colour}, with my grandmother’s bell",
            "Can you build me a {model} with a coaster brake?",
        ),
        text=(
            "I’d like a {item} in {colour} with a coaster brake and my grandmother’s bell, which I’d send you. Is this a thing you do?",
        ),
        wants=("A bike that sounds like my grandmother.",),
        impact=Impact.CAN_WAIT,
        steps=(
            We(
                "Hello {first}, it is now. I’ve asked the builder for a price and a week; you’ll have both {by}.",
                after=hours(5),
                says_next=hours(16),
            ),
            HandsOff(
                team="bikes",
                chance=0.4,
                wants="A {model} in {colour}, coaster brake, own bell.",
                known="Builder says yes in principle.",
                promised="A price and a week.",
                dont_ask="The colour.",
            ),
            We(
                "£240 on top and ready in six weeks. The bell gets its own page in the build sheet. Shall we?",
                then=State.WAITING,
                after=hours(9),
            ),
            They("We shall.", after=days(1.5), chance=0.6),
            Solves(
                "It’s in the book: frame {frame}. You’ll get a picture of each stage.",
                after=hours(5),
            ),
            Confirms(after=days(1), chance=0.8),
            Rates("yes", 7, "They asked me what the bell sounds like.", chance=0.8),
        ),
    ),
    Story(
        topic="repair",
        weight=3,
        impact=Impact.NUISANCE,
        subject=("Paint flaking off my {model}", "{model}: rust at {km} km?"),
        text=(
            "The paint of my {item} comes off in flakes near the rack. The man in {shop} said “they all do that”. That can’t be the answer.",
        ),
        wants=("An answer that is one.",),
        steps=(
            Complains(
                quote="The man in {shop} said “they all do that”. That can’t be the answer.",
                after=minutes(12),
            ),
            We(
                "Hello {first}, it isn’t the answer, and I’ve told {shop} so. Under warranty you can have it sprayed in our shop (two weeks), or £120 "
                "to have it done where you like. Which do you prefer?",
                then=State.WAITING,
                after=hours(4),
            ),
            They("The £120 please. I know a man.", after=days(1.1)),
            Solves(
                "It’s on its way to your card. Greetings to the man.",
                outcome=Outcome.ALTERNATIVE,
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.6),
            Rates("yes", 5, chance=0.6),
        ),
    ),
)
