"""What lies on the desk when a visitor walks in."""

from supportdesk.demo.script import (
    Assigns,
    Belongs,
    Complains,
    Confirms,
    FollowsUp,
    HandsOff,
    Holds,
    IsNotSpam,
    IsSpam,
    Notes,
    NotYet,
    Rates,
    Resumes,
    Sets,
    SetsReminder,
    Solves,
    Story,
    Takes,
    TakesBack,
    They,
    We,
    days,
    hours,
    minutes,
)
from tickets.models import Message, Promise
from tickets.states import Impact, Outcome, Priority, State

STORIES = (
    # Three that teach the desk. Nobody owns them.
    Story(
        topic="before",
        who="wren",
        is_verified=True,
        ago=minutes(27),
        subject=("Try it: press r to answer me",),
        text=(
            (
                "Hello! I’m here to practise on. Open me with Enter, press r, and write what you like. "
                "Choose when I hear from you next, and send: that moment is a promise, and the ribbon above "
                "starts to run.\n\nNothing leaves this machine. Your mail turns up in the demo mailbox, where "
                "you can answer as me."
            ),
        ),
        wants=("That you get the feel of it.",),
        impact=Impact.CAN_WAIT,
    ),
    Story(
        topic="before",
        who="wren",
        is_verified=True,
        ago=minutes(26),
        subject=("Try it: press n to leave a note that I never see",),
        text=(
            (
                "Press n. The paper turns yellow, the address line goes away and the button says what it does. "
                "A note has no address, so it cannot end up with me by mistake.\n\nThen press a to give me to "
                "somebody, or t to change what I’m about."
            ),
        ),
        wants=("To never read what you say about me.",),
        impact=Impact.CAN_WAIT,
    ),
    Story(
        topic="before",
        who="wren",
        is_verified=True,
        ago=minutes(25),
        subject=("Try it: press e to solve me, then take it back",),
        text=(
            (
                "Press e and say what I got: all of it, a part, something else, or nothing and why. You can undo "
                "it for ten seconds; after that I am asked whether it is solved, and if I say “not yet” "
                "I’m back with you, one step more urgent.\n\nj and k walk through the list."
            ),
        ),
        wants=("A solution, or an honest no.",),
        impact=Impact.CAN_WAIT,
    ),
    # Today’s, not answered yet.
    Story(
        topic="broken-gear",
        who="yuki",
        is_verified=True,
        about="tent",
        ago=minutes(97),
        subject=("Tent poles missing: leaving for Skye tomorrow",),
        text=(
            (
                "I wanted to try the Bothy 2 in the garden before we go, and the pole bag is empty. Not “one "
                "section short”. Empty. Photo attached.\n\nThe ferry is tomorrow at 14:15. The shop in Newcastle "
                "shuts at five today and I could be there by half past four if somebody tells me that they have a "
                "set."
            ),
        ),
        wants=("A set of poles I can pick up today, or the address of somebody who has one.",),
        impact=Impact.BLOCKED,
        impact_reason="Without poles it is a very light picnic rug.",
        answers={"order": "K-20911"},
        pictures=("empty-pole-bag",),
    ),
    Story(
        topic="invoice",
        who="oluwaseun",
        is_verified=True,
        ago=minutes(52),
        subject=("Invoice without VAT number",),
        text=(
            (
                "Dear all, the invoice for our six helmets and the pump (attached) does not show your VAT number. "
                "Our finance people need it before month end. No hurry from me, but they are starting to hover."
            ),
        ),
        wants=("The same invoice with the number on it, as a PDF.",),
        impact=Impact.CAN_WAIT,
        answers={"order": "K-20877"},
        pictures=("invoice",),
    ),
    Story(
        topic="late",
        ago=minutes(34),
        is_verified=False,
        subject=("Is my {item} really out for delivery?",),
        text=(
            (
                "The van icon on the tracking page has been in the same field outside {city} since nine o’clock. "
                "Either the driver has found a very good field or something is wrong. I’m in until one."
            ),
        ),
        wants=("To know whether to wait in.",),
        impact=Impact.NUISANCE,
    ),
    # Broken this morning.
    Story(
        topic="broken-bike",
        who="bartholomew",
        is_verified=True,
        owner="priya",
        ago=hours(27),
        subject=("Brake lever came off on a descent",),
        text=(
            (
                "Yesterday on the way down from Carter Bar the left brake lever of my Corrie 29 came off in my "
                "hand. Not loose: off. I stopped with the other one and a hedge. I have ridden this bike for three "
                "weeks and I have not touched the brakes.\n\nI would like somebody who builds these to ring me. "
                "Not an e-mail, please. My hand is bandaged and typing is slow."
            ),
        ),
        wants=(
            "A call from somebody who builds them, and to know that nobody else’s is about to do this.",
        ),
        impact=Impact.DANGER,
        impact_reason="Somebody could be killed by this. It was nearly me.",
        answers={"order": "K-20788", "part": "Brakes"},
        steps=(
            Takes(ago=hours(26.8)),
            Sets(ago=hours(26.7), priority=Priority.URGENT, tags=("safety", "corrie-29")),
            We(
                "Bartholomew, I’m glad you are writing this and not somebody else for you. Please don’t ride "
                "it, not even to the station. I’ve taken your lever to the people who build the Corrie and asked "
                "for the torque records of your frame.\n\nOne of them will ring you {by}, on the number in "
                "your account. You don’t need to type anything.",
                ago=hours(26),
                kind=Promise.Kind.CALL,
                next_ago=minutes(130),
            ),
            Notes(
                "Frame C2-55-204417, built 12 weeks ago on line 2. Neil in the workshop has the records and "
                "wants to make the call himself. @Ruth this could be more than one bike.",
                ago=hours(25),
            ),
            They("I’m all right. The bike isn’t. Nobody has called me back.", ago=minutes(75)),
        ),
    ),
    # Broken once, angry, and promised again: breaks soon.
    Story(
        topic="broken-bike",
        who="aleksandra",
        is_verified=True,
        owner="tomas",
        ago=days(3.2),
        subject=("Front wheel of my Tarn 2 arrived bent, race on {soon_day}",),
        text=(
            (
                "The front wheel of my Tarn 2 was bent when I took it out of the box. It rubs on the brake on every "
                "turn and I can’t true it, the rim itself has a dent next to the valve. The carton had a hole on "
                "that side."
            ),
        ),
        wants=(
            "A straight wheel on my doorstep the evening before, at the latest. I don’t need a voucher.",
        ),
        impact=Impact.BLOCKED,
        impact_reason="I race on {soon_day}. I have trained for it since October.",
        answers={"order": "K-20817", "part": "Wheel"},
        pictures=("rim-dent-by-valve", "hole-in-the-carton"),
        is_complaint=True,
        steps=(
            We(
                "Hello Aleksandra, thank you for the photos: that rim is finished, and the carton is how it "
                "happened. You don’t need to do anything with the old wheel.\n\nI’m putting a new one aside for "
                "you and will tell you {by} when it leaves us.",
                ago=days(3.1),
                next_ago=days(2.1),
            ),
            Sets(ago=days(3.09), tags=("tarn-2-wheels",), priority=Priority.HIGH),
            We(
                "Aleksandra, the wheel leaves our warehouse in Leeds tomorrow at noon. You will have the tracking "
                "number {by}.",
                ago=days(2.3),
                next_ago=days(1.15),
                kind=Promise.Kind.RESULT,
            ),
            They(
                "You said the wheel would leave your warehouse by noon today. I took the morning off to wait for "
                "a tracking number. There is none.\n\nThat’s the second time I explain this. I race on {soon_day}. "
                "Is there a wheel, yes or no?",
                ago=days(1.1),
            ),
            Complains(ago=days(1.095), quote="That’s the second time I explain this.", chance=0),
            We(
                "Aleksandra, no: there wasn’t one. I promised you noon without checking the shelf in Leeds, and "
                "it was empty. That’s on me.\n\nTwo shops have your wheel. I’m calling both and will write to "
                "you {by} with a courier’s name, or with another way to get you to the start line.",
                ago=days(1.07),
                next_ago=-minutes(112),
            ),
            Notes(
                "@Tomás Leeds shop has one, put aside in my name. Courier can have it at her door before 12:00 "
                "the day after. Needs a yes within the hour and a half. Amends up to £60 are yours to give, no "
                "need to ask.",
                by="priya",
                ago=minutes(18),
            ),
        ),
    ),
    Story(
        topic="electrics",
        who="guadalupe",
        is_verified=True,
        owner="tomas",
        about="gadget",
        ago=days(1.6),
        subject=("Bike computer won’t pair with the Tarn 2 sensor",),
        text=(
            (
                "My Wayfinder 3 finds my phone, my headphones and my neighbour’s television. It does not find the "
                "speed sensor that came with the bike. I have changed the battery in the sensor."
            ),
        ),
        wants=("To see how fast I’m not going.",),
        answers={"km": "40"},
        pictures=("display",),
        steps=(
            We(
                "Hello Guadalupe, the television made us laugh. Three things, in this order: forget the sensor "
                "under Settings > Sensors, spin the wheel ten times, and hold the computer right beside the "
                "hub while it searches. Does the light on the sensor blink green or red?",
                then=State.WAITING,
                ago=days(1.4),
            ),
            They("I’ve tried the three steps. It blinks red, then nothing.", ago=hours(3.4)),
            We(
                "Red means that its radio is asleep for good: that sensor won’t come back. I’m finding out "
                "whether Newcastle can hand you one over the counter, and you’ll hear from me {by}.",
                ago=hours(2.9),
                next_ago=-minutes(38),
            ),
        ),
    ),
    Story(
        topic="subscription",
        who="owusu",
        is_verified=True,
        owner="rosa",
        ago=hours(5.2),
        subject=("Cancel our bike subscription",),
        text=(
            (
                "We’d like to cancel the subscription for both bikes at the end of the month. We’re moving to Accra. "
                "Please just confirm the end date. We don’t need an offer."
            ),
        ),
        wants=("A date in writing. No offer.",),
        impact=Impact.CAN_WAIT,
        steps=(
            Assigns(ago=hours(5)),
            Sets(ago=hours(4.9), tags=("wants-to-leave",)),
            We(
                "Dear Chidi and Ama, I’ve put it in. The warehouse has to book the pick-up before the system gives me "
                "a date, and I won’t guess one. You have it in writing {by}.\n\nAll the best for Accra. I hope "
                "the roads are kind to you.",
                ago=hours(4.2),
                next_ago=-hours(3.8),
                kind=Promise.Kind.RESULT,
            ),
        ),
    ),
    Story(
        topic="wrong",
        who="larsgunnar",
        is_verified=True,
        owner="mina",
        about="clothing",
        ago=days(2.3),
        subject=("Wrong size sent twice",),
        text=(
            (
                "Good day. I ordered the Larch down jacket in XL. I received M. I sent it back. I received M. I am "
                "1.96 m tall. In M I look like a man who has borrowed his son’s jacket for a bet."
            ),
        ),
        wants=("One jacket in XL. Zero jackets in M.",),
        impact=Impact.NUISANCE,
        answers={"order": "K-20804"},
        steps=(
            We(
                "Dear Lars-Gunnar, I’m sorry about the bet. The shelf in our warehouse is labelled XL and filled "
                "with M; I asked somebody to hold one up to a tape measure this time. You’ll hear {by} what "
                "they found.",
                ago=days(1.9),
                next_ago=-hours(19),
            ),
            Notes(
                "Shelf C-14 relabelled. Eleven other orders went out from it this week.",
                ago=days(1.2),
            ),
            They("Now I own two jackets in M. I ordered XL. Both times.", ago=hours(4.6)),
        ),
    ),
    Story(
        topic="refund",
        who="siobhan",
        is_verified=True,
        owner="tomas",
        about="part",
        ago=days(4.4),
        subject=("Refund for the returned panniers",),
        text=(
            (
                "It’s been nine days since I posted the Harbour panniers back and there is nothing on my card. The "
                "tracking says you signed for them on the 4th. Somebody called “K. Pine”, which I don’t believe "
                "for a second."
            ),
        ),
        wants=("My £84.",),
        answers={"order": "K-20599"},
        pictures=("return-label",),
        steps=(
            We(
                "Hello Siobhán, K. Pine is the stamp in our goods-in, and I agree that it should learn to spell "
                "its name. The panniers are here. The refund needs a second pair of eyes in accounts; I’ll tell "
                "you {by} that it is on its way.",
                ago=days(3.9),
                next_ago=days(2.9),
            ),
            HandsOff(
                team="billing",
                queue="billing",
                ago=days(3.8),
                chance=0,
                wants="Her £84 back.",
                known="Panniers arrived, signed for on the 4th.",
            ),
            We(
                "It is approved, Siobhán. Your bank has it and usually takes two working days; I’ll look again "
                "and write to you {by}, whether it shows or not.",
                ago=days(3.1),
                next_ago=-hours(21),
                kind=Promise.Kind.RESULT,
            ),
            SetsReminder("See whether Siobhán’s £84 arrived", ago=days(3.05), due_ago=minutes(55)),
        ),
    ),
    Story(
        topic="custom",
        who="wolfgang",
        is_verified=True,
        owner="ines",
        language="de",
        ago=days(5.3),
        subject=("Gravur auf dem Rahmen lautet „Mozrat“",),
        text=(
            (
                "Sehr geehrte Damen und Herren,\n\nbestellt war die Gravur „Mozart“. Geliefert wurde „Mozrat“. Ich "
                "kann darüber lachen. Meine Frau, deren Geschenk es ist, kann es noch nicht.\n\nMit freundlichem "
                "Gruß\nW. A. v. Trotta-Schellenberg"
            ),
        ),
        wants=(
            "Ein Rahmen mit dem richtigen Komponisten, bevor meine Frau wieder mit mir spricht.",
        ),
        impact=Impact.NUISANCE,
        steps=(
            We(
                "Sehr geehrter Herr von Trotta-Schellenberg,\n\nwir haben Ihre Bestellung vor uns: Dort steht "
                "Mozart. Der Fehler liegt bei uns. Ich frage in der Gravurwerkstatt, ob sich das R "
                "überreden lässt, und melde mich {by}.",
                ago=days(5),
                next_ago=days(4.1),
            ),
            We(
                "Der Graveur sagt: nicht überreden, neu machen. Er hat einen Rahmen in Ihrer Größe zurückgelegt und "
                "graviert ihn am Montag. Bis dahin liegt es bei ihm; ich schreibe Ihnen trotzdem {by}.",
                ago=days(4.2),
                then=State.ON_HOLD,
                next_ago=-days(2),
                hold="Der Graveur fertigt den Rahmen neu.",
            ),
        ),
    ),
    Story(
        topic="before",
        who="noor",
        is_verified=True,
        owner="ines",
        about="pack",
        ago=days(2.7),
        subject=("Is the Ridgeline 40 coming back in moss?",),
        text=(
            (
                "The moss one has been sold out since I started saving for it. I don’t want slate. Everybody has "
                "slate."
            ),
        ),
        wants=("To know whether to wait.",),
        impact=Impact.CAN_WAIT,
        steps=(
            We(
                "Hello Noor, yes: 200 of them are on a ship, and the ship is in Rotterdam. They should be on the "
                "shelf within three weeks. I can put one aside in your name, without any obligation. Shall I?",
                ago=days(2.4),
                then=State.WAITING,
            ),
            They("Then I’ll wait. Could you tell me when?", ago=days(2.2)),
            We(
                "I’ll write on the day they are unpacked. One question so that I put the right one aside: "
                "do you wear it with the short or the long back?",
                ago=days(1.9),
                then=State.WAITING,
            ),
        ),
    ),
    Story(
        topic="repair",
        who="piet",
        is_verified=True,
        owner="ines",
        about="part",
        ago=days(4.8),
        subject=("Saddle bag clip broke after a week",),
        text=(
            "The clip of the Satchel 12 broke after one week. I am a quiet rider. It was a quiet week.",
        ),
        wants=("A clip.",),
        steps=(
            We(
                "Hello Piet, that clip was made too brittle in the cold, and we have a better one since. It went "
                "into the post just now, no need to send anything back. I’ll ask you {by} whether it "
                "holds.",
                ago=days(4.5),
                next_ago=days(1.8),
            ),
            Solves(
                "The clip should be with you, Piet. Does it hold?",
                ago=days(2),
                outcome=Outcome.FULL,
            ),
            They("Thanks Ines, the new clip fits. Riding again!", ago=days(1.4)),
            Solves("That’s good to read. Quiet miles!", ago=days(1.3)),
            Confirms(ago=hours(20)),
            Rates("yes", 7, "One mail, one clip. That is how it should be.", True, ago=hours(19.9)),
        ),
    ),
    # Solved, not solved, taken back, passed on: each once for certain.
    Story(
        topic="fitting",
        who="desmond",
        is_verified=True,
        owner="priya",
        ago=days(6.2),
        subject=("Fork makes a noise like a small goose",),
        text=(
            (
                "Dear workshop, when I brake gently the fork honks. When I brake hard it doesn’t. My grandchildren "
                "find this wonderful. I don’t."
            ),
        ),
        wants=("A quiet fork.",),
        answers={"model": "Causeway"},
        steps=(
            Takes(ago=days(6.1)),
            We(
                "Dear Desmond, a goose is nearly always the headset, two turns too loose.",
                ago=days(6.05),
            ),
            TakesBack(after=minutes(0.08)),
            We(
                "Dear Desmond, a goose is nearly always a glazed brake pad. Rub both pads with sandpaper, "
                "twenty strokes, and wipe the rim with alcohol. If the goose survives that, write to me and "
                "we’ll look at the headset.",
                ago=days(6.03),
                then=State.WAITING,
            ),
            They("Done. Silence. The grandchildren are disappointed.", ago=days(5.2)),
            Solves(
                "Then I’ll call that solved, with apologies to the grandchildren.", ago=days(5.1)
            ),
            NotYet("It is back. Only when it rains, which is to say always.", ago=days(2.6)),
            We(
                "Then it’s the pads themselves, Desmond: these are made for dry places, and you live in "
                "Kelso. A wet-weather pair is on its way, and I’ll write {by} to hear whether it worked.",
                ago=days(2.4),
                next_ago=-hours(26),
            ),
        ),
    ),
    Story(
        topic="wrong",
        who="marjorie",
        is_verified=True,
        owner="callum",
        about="clothing",
        ago=days(3.6),
        via=Message.Via.PHONE,
        subject=("Ordered a rain jacket, was charged for three",),
        text=(
            (
                "Mrs Pettigrew rang. One Squall jacket in the parcel, three on the invoice, £495 taken from her card. "
                "She has rung twice before and was cut off both times. She would like this to be the last time."
            ),
        ),
        steps=(
            Complains(
                quote="I have rung twice and been cut off twice. It feels as if it was done on purpose.",
                ago=days(3.58),
            ),
            HandsOff(
                team="billing",
                queue="billing",
                ago=days(3.5),
                wants="£330 back, and not to explain it a fourth time.",
                known="Order K-20781, one Squall in M delivered, three billed. Card ends in 4410.",
                tried="Goods-out weighed the parcel: one jacket. So the mistake is in the invoice.",
                promised="A call back today.",
                dont_ask="Order number, card, whether she has looked in the box. She has.",
            ),
            We(
                "Dear Mrs Pettigrew, I have everything that you told Callum, so you won’t have to tell it again. Two jackets too "
                "many were charged, and that is our mistake. I have started the refund of £330 and will write "
                "to you {by} when the bank has taken it. My direct line is at the bottom of the letter that is "
                "in the post to you: it cannot cut you off.",
                ago=days(3.3),
                next_ago=days(2.2),
                kind=Promise.Kind.RESULT,
            ),
            Solves(
                "The £330 left us this morning, Mrs Pettigrew, and the invoice now says one jacket. Thank you "
                "for your patience, which we had not earned.",
                ago=days(2.4),
            ),
            Confirms(ago=days(1.5)),
            Rates(
                "yes",
                3,
                "Right in the end. Third time lucky should not be a policy.",
                True,
                ago=days(1.49),
            ),
        ),
    ),
    Story(
        topic="before",
        who="heike",
        is_verified=True,
        owner="ines",
        language="de",
        ago=days(7.4),
        subject=("Frage",),
        text=(
            (
                "Hallo, seit der Tour um den Bodensee knackt die hintere Nabe bei jeder Umdrehung. Mein Mann sagt, er höre nichts. "
                "Er fährt vorn."
            ),
        ),
        wants=("Dass es aufhört, oder dass mein Mann es hört.",),
        steps=(
            Takes(ago=days(7.2)),
            Sets(ago=days(7.19), subject="Hintere Nabe knackt", topic="repair", queue="bikes"),
            We(
                "Guten Tag Frau Sandmann, knacken bei jeder Umdrehung ist meistens das Lager. Ich frage die Werkstatt, ob sie "
                "es da hat, und schreibe Ihnen {by}.",
                ago=days(7.15),
                next_ago=days(6.1),
            ),
            Holds("Wir warten auf das Lager aus Schweinfurt.", ago=days(6.9)),
            SetsReminder("Ist das Lager da?", ago=days(6.89), due_ago=days(6.3)),
            FollowsUp(ago=days(6.25)),
            Resumes(ago=days(6.24)),
            Solves(
                "Das Lager ist da und geht heute mit einer Zeichnung an Sie. Knackt es danach noch, nehmen wir das Rad.",
                ago=days(6.2),
            ),
            Confirms(ago=days(3.3)),
            Rates(
                "yes",
                6,
                "Stille. Jetzt hört auch mein Mann nichts mehr, aber zu Recht.",
                True,
                ago=days(3.29),
            ),
        ),
    ),
    Story(
        topic="else",
        who="rufus",
        is_verified=True,
        owner="mina",
        ago=days(5.6),
        subject=("FREE JACKETS!!! {n} of them",),
        text=(
            (
                "CAPS LOCK IS STUCK, SORRY. YOU SENT US {n} JACKETS INSTEAD OF ONE. THEY ARE FREE IF NOBODY COLLECTS THEM. MY FRIEND "
                "DESMOND ORDERED; I ONLY OPENED THE DOOR."
            ),
        ),
        wants=("SOMEBODY TO COLLECT THEM.",),
        impact=Impact.CAN_WAIT,
        steps=(
            IsSpam(ago=days(5.5)),
            IsNotSpam(ago=days(5.45)),
            Belongs(to="desmond", ago=days(5.44)),
            Sets(
                ago=days(5.43),
                subject="Several jackets instead of one",
                topic="wrong",
                queue="orders",
            ),
            Solves(
                "Dear Desmond, forgive us: with those capitals we took Rufus for an advertisement. The courier collects the "
                "spare jackets on Thursday, and you keep one more than you ordered, for the trouble.",
                ago=days(5.3),
            ),
        ),
    ),
)
