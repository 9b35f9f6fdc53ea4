"""One thread of more than sixty messages: a tandem, made to measure, with opinions."""

from collections.abc import Iterator

from supportdesk.demo.script import Notes, Step, Story, They, We, days, hours, minutes
from tickets.states import Impact, State

#: What he wrote, and what he was answered.
_TALK = (
    (
        "Is the rear seat adjustable for somebody who is 1.52 m and does not like being adjusted?",
        "It goes down to 1.48 m, and the lever is on the outside, so that she can do it herself.",
    ),
    ("She read that. She approves of the lever.", "One down. Which of you sits in front?"),
    ("We’re discussing it.", "Take your time; the frame is the same length either way."),
    (
        "We’re still discussing it. Can the front and the rear pedal at different speeds?",
        "They can, with a second freewheel. It’s £90 and has saved several marriages.",
    ),
    ("We’ll take it.", "Noted in the build sheet as “second freewheel (marriage)”."),
    (
        "Colour: I said green. She says that there are eleven greens.",
        "There are fourteen. The cards went into the post today, numbered on the back.",
    ),
    (
        "The cards came. It’s number 9. Or 11. Which one looks less like a hospital?",
        "11. 9 is very much a hospital.",
    ),
    ("11 then. She says 9.", "Shall I hold both until Sunday?"),
    ("Please.", "Held."),
    ("It’s 12.", "12 it is. A good one: it’s the green of our first bike."),
    ("You say that to everybody.", "I don’t. To the last three I said 4."),
    (
        "Does it fit in a train to Inverness?",
        "Not in one piece. With couplings it goes in two bags, £310. Without them you’re riding there.",
    ),
    (
        "How long does uncoupling take?",
        "Neil: four minutes. You, the first time: a chapter of the Bible.",
    ),
    ("Which chapter?", "Psalm 119."),
    (
        "Couplings please.",
        "In the sheet. Delivery moves by a week, to the middle of next month; I’ll confirm in writing.",
    ),
    (
        "Brakes. I’m 96 kg, she isn’t saying, and there is luggage.",
        "Then a drum at the back beside the two discs. It holds a small car on the Hardknott.",
    ),
    ("We have a small car. Could we try?", "Neil says no, but he smiled."),
    (
        "Saddles: mine is the Perch. Hers is a subject.",
        "We send her four to sit on for a week. She keeps one and posts back three.",
    ),
    ("She kept two.", "Everybody does. The second is on us."),
    ("Lights?", "Dynamo in the front hub, so that nobody has to remember to charge anything."),
    ("I’d have remembered.", "She rang us about that, this morning."),
    ("She did WHAT?", "She was very nice. Dynamo."),
    (
        "Can we have our names on the top tube?",
        "Up to 24 letters. Please write them exactly as you’d like them; a Mozart has taught us to ask twice.",
    ),
    ("RUFUS & BERYL", "R-U-F-U-S and B-E-R-Y-L, with a “&”. Yes?"),
    ("BERYL & RUFUS, I’m told.", "B-E-R-Y-L, “&”, R-U-F-U-S. Final?"),
    ("Final.", "Sent to the engraver, with your mail pinned to it."),
    ("Mudguards?", "In 12 too, if you like, for £30."),
    ("Is that wise?", "It’s beautiful. Wise is black."),
    ("Black.", "I’ll tell nobody."),
    ("She says 12.", "12."),
    (
        "How is it coming along?",
        "It’s a triangle and a half. I’ll send a picture as soon as it has two wheels.",
    ),
    (
        "Picture? It’s her birthday on Friday and I’d like to put one into the card.",
        "I’ll have one taken tomorrow at noon, in daylight, with the names to the camera.",
    ),
)


def _steps() -> Iterator[Step]:
    """Spread the talk over the weeks; the last question was asked this morning."""
    first, last = days(38), days(1.1)
    gap = (first - last) / len(_TALK)
    for place, (asked, answered) in enumerate(_TALK):
        moment = first - gap * place
        yield They(asked, ago=moment)
        is_last = place == len(_TALK) - 1
        next_ago = -hours(20) if is_last else moment - gap - hours(6)
        yield We(answered, ago=moment - hours(5), next_ago=next_ago)
        if place == 11:
            yield Notes(
                "They’re lovely. If this ever gets a review, I want to be in it.",
                ago=moment - hours(5.2),
            )
    yield They(
        "She found the card. She’d like the picture anyway, and so would I. Is there one?",
        ago=minutes(140),
    )


STORIES = (
    Story(
        topic="custom",
        who="rufus",
        is_verified=True,
        owner="priya",
        ago=days(39),
        subject=("A tandem for two people who do not agree",),
        text=(
            "We’ve been married for 31 years and would like a tandem. We agree that it should have two wheels. That’s as far as we have got.\n\nCould somebody patient help us?",
        ),
        wants=("A tandem, and to still be married when it arrives.",),
        impact=Impact.CAN_WAIT,
        steps=(
            We(
                "Dear Rufus, gladly: I have patience and a very large build sheet. What would you like to know first? You’ll hear from me {by} in any case.",
                ago=days(38.6),
                next_ago=days(37.5),
                then=State.OPEN,
            ),
            *_steps(),
        ),
    ),
)
