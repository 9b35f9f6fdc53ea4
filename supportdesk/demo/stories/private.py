"""What only a few may read: requests about people’s data."""

from supportdesk.demo.script import Confirms, Notes, Solves, Story, They, We, days, hours
from tickets.models import Promise
from tickets.states import Impact, Outcome, State

STORIES = (
    Story(
        topic="my-data",
        weight=2,
        impact=Impact.CAN_WAIT,
        answers={"what": "See what you have about me"},
        subject=(
            "What do you know about me?",
            "Request under Article 15",
            "A copy of my data, please",
        ),
        text=(
            "Under Article 15 I’d like a copy of what you hold about me. I’m not cross. I’m curious.",
        ),
        wants=("All of it, in something I can open.",),
        steps=(
            We(
                "Hello {first}, curiosity is the best reason. Before I hand anything out I have to know that it’s you: please reply from the address that you order with. You’ll "
                "hear {by} how long it takes.",
                says_next=hours(20),
                after=hours(4),
            ),
            They("It’s me. I order from this one.", after=hours(12)),
            Notes("Address matches orders since 2021. No other identity needed.", after=hours(2)),
            Solves(
                "Everything we have is in your account under “My data”, as a file that any spreadsheet opens: orders, letters, one birthday.",
                after=hours(9),
            ),
            Confirms(after=days(2), chance=0.6),
        ),
    ),
    Story(
        topic="my-data",
        weight=2,
        impact=Impact.NUISANCE,
        answers={"what": "Have it deleted"},
        subject=(
            "Please forget me",
            "Delete my account",
            "Right to be forgotten, and the catalogue",
        ),
        text=(
            "Please delete my account and stop the catalogue. My recycling bin can’t take any more.",
        ),
        wants=("To be forgotten. Kindly.",),
        steps=(
            We(
                "Hello {first}, we’ll forget you, with two exceptions that the law makes: invoices of the last six years. Shall I go ahead?",
                then=State.WAITING,
                after=hours(5),
            ),
            They("Go ahead.", after=hours(16), chance=0.7),
            Solves(
                "Done on our side; the backup forgets you within thirty days. No catalogue, no farewell mail.",
                outcome=Outcome.PARTIAL,
                after=hours(8),
            ),
        ),
    ),
    Story(
        topic="my-data",
        weight=1,
        language="de",
        impact=Impact.NUISANCE,
        answers={"what": "Have it corrected"},
        subject=("Mein Name ist nicht „Firma“", "Falsche Anrede seit Jahren"),
        text=(
            "Seit drei Jahren schreiben Sie mir „Sehr geehrte Firma {name}“. Ich bin eine Person. Bitte ändern Sie das.",
        ),
        wants=("Einen Vornamen.",),
        steps=(
            We(
                "Guten Tag {name}, Sie haben völlig recht. Ich lasse das Feld in allen drei Systemen ändern und melde mich {by}.",
                says_next=hours(12),
                after=hours(4),
                kind=Promise.Kind.RESULT,
            ),
            Solves("Erledigt: Sie sind jetzt überall eine Person.", after=hours(8)),
            Confirms(after=days(1), chance=0.7),
        ),
    ),
)
