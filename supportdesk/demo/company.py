"""Kestrel & Pine: who works there, in which teams, and what customers write to them about."""

from dataclasses import dataclass, field

from supportdesk.models import Role
from tickets.models import TopicField

Kind = TopicField.Kind

HOURS = {str(day): [["08:00", "18:00"]] for day in range(5)} | {"5": [["09:00", "14:00"]]}
DOMAIN = "kestrelandpine.example"


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    team: str
    role: str = Role.AGENT
    language: str = "en"
    time_zone: str = "Europe/London"
    leads: bool = False


#: The first of each role is the one that a visitor of the trial desk walks in as.
STAFF = (
    Person("tomas", "Tomás Okafor", "bikes"),
    Person("priya", "Priya Subramaniam", "bikes"),
    Person("ines", "Ines Brandt", "bikes", language="de", time_zone="Europe/Berlin"),
    Person("ruth", "Ruth Abernathy", "bikes", role=Role.SUPERVISOR, leads=True),
    Person("mina", "Mina Kowalczyk", "orders", language="de", time_zone="Europe/Berlin"),
    Person("callum", "Callum Fraser", "orders"),
    Person("chiara", "Chiara Bianchi", "orders", time_zone="Europe/Rome"),
    Person(
        "jonas",
        "Jonas Weidner",
        "orders",
        role=Role.SUPERVISOR,
        language="de",
        time_zone="Europe/Berlin",
        leads=True,
    ),
    Person("rosa", "Rosa Aaltonen", "billing", time_zone="Europe/Helsinki"),
    Person("katrin", "Katrin Vogel", "billing", language="de", time_zone="Europe/Vienna"),
    Person("femi", "Femi Adeyemi", "billing", role=Role.SUPERVISOR, leads=True),
    Person("hyejin", "Hye-jin Park", "", role=Role.ADMIN),
)

TEAMS = {
    "bikes": "Bikes & parts",
    "orders": "Orders & delivery",
    "billing": "Billing & accounts",
}


@dataclass(frozen=True)
class Stream:
    key: str
    name: str
    team: str
    address: str
    first_reply: int = 240
    update: int = 480
    is_private: bool = False


QUEUES = (
    Stream("bikes", "Bikes & parts", "bikes", "workshop"),
    Stream("gear", "Tents, packs & clothing", "bikes", "gear"),
    Stream("orders", "Orders & delivery", "orders", "orders", 180, 480),
    Stream("returns", "Returns & exchanges", "orders", "returns"),
    Stream("billing", "Billing & accounts", "billing", "accounts", 300, 600),
    Stream("privacy", "Data protection", "billing", "privacy", 480, 1200, is_private=True),
)


@dataclass(frozen=True)
class Ask:
    """One extra field of the form."""

    key: str
    kind: str
    label: str
    de: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    when: tuple[str, str] = ("", "")
    help: str = ""


ORDER = Ask("order", Kind.ORDER, "Order number", "Bestellnummer", help="It starts with K.")


@dataclass(frozen=True)
class Branch:
    key: str
    name: str
    de: str
    icon: str = ""
    queue: str = ""
    asks: tuple[Ask, ...] = ()
    branches: "tuple[Branch, ...]" = field(default=())


PART = "Which part is it?"
TOPICS = (
    Branch(
        "delivery",
        "Delivery",
        "Lieferung",
        "truck",
        "orders",
        branches=(
            Branch(
                "missing",
                "My parcel is missing",
                "Mein Paket fehlt",
                asks=(
                    ORDER,
                    Ask(
                        "promised", Kind.DATE, "When should it have come?", "Wann sollte es kommen?"
                    ),
                ),
            ),
            Branch("late", "When does it come?", "Wann kommt es?", asks=(ORDER,)),
            Branch(
                "address",
                "Another address or day",
                "Andere Adresse oder anderer Tag",
                asks=(
                    ORDER,
                    Ask(
                        "change",
                        Kind.CHOICE,
                        "What should change?",
                        "Was soll sich ändern?",
                        ("The address", "The day", "Both"),
                        is_required=True,
                    ),
                    Ask(
                        "to",
                        Kind.TEXT,
                        "The new address",
                        "Die neue Adresse",
                        when=("change", "The address"),
                    ),
                ),
            ),
        ),
    ),
    Branch(
        "broken",
        "Something arrived broken or wrong",
        "Etwas kam kaputt oder falsch an",
        "box",
        "bikes",
        branches=(
            Branch(
                "broken-bike",
                "A bike or a part of it",
                "Ein Rad oder ein Teil davon",
                asks=(
                    ORDER,
                    Ask(
                        "part",
                        Kind.CHOICE,
                        PART,
                        "Welches Teil ist es?",
                        (
                            "Wheel",
                            "Brakes",
                            "Gears",
                            "Frame or fork",
                            "Motor or battery",
                            "Something else",
                        ),
                        is_required=True,
                    ),
                    Ask(
                        "which",
                        Kind.TEXT,
                        "Which one?",
                        "Welches?",
                        when=("part", "Something else"),
                    ),
                    Ask("photo", Kind.FILE, "A photo of the damage", "Ein Foto vom Schaden"),
                ),
            ),
            Branch(
                "broken-gear",
                "Tent, pack or clothing",
                "Zelt, Rucksack oder Kleidung",
                queue="gear",
                asks=(
                    ORDER,
                    Ask("photo", Kind.FILE, "A photo", "Ein Foto"),
                ),
            ),
            Branch(
                "wrong",
                "It is not what I ordered",
                "Es ist nicht, was ich bestellt habe",
                queue="orders",
                asks=(ORDER,),
            ),
        ),
    ),
    Branch(
        "return",
        "Return or exchange",
        "Rückgabe oder Umtausch",
        "again",
        "returns",
        branches=(
            Branch(
                "send-back",
                "I want to send something back",
                "Ich möchte etwas zurückgeben",
                asks=(
                    ORDER,
                    Ask(
                        "unused",
                        Kind.CHOICE,
                        "Has it been used?",
                        "Wurde es benutzt?",
                        ("Not used", "Tried on", "Used outside"),
                    ),
                ),
            ),
            Branch(
                "size",
                "The size is wrong",
                "Die Größe passt nicht",
                asks=(
                    ORDER,
                    Ask(
                        "size",
                        Kind.CHOICE,
                        "The size you need",
                        "Die Größe, die Sie brauchen",
                        ("XS", "S", "M", "L", "XL", "XXL"),
                    ),
                ),
            ),
            Branch(
                "refund",
                "Where is my refund?",
                "Wo bleibt mein Geld?",
                queue="billing",
                asks=(
                    ORDER,
                    Ask(
                        "sent",
                        Kind.DATE,
                        "When did you send it back?",
                        "Wann haben Sie es geschickt?",
                    ),
                ),
            ),
        ),
    ),
    Branch(
        "riding",
        "Fitting, setting up, riding",
        "Montieren, einstellen, fahren",
        "bike",
        "bikes",
        branches=(
            Branch(
                "fitting",
                "Putting it together",
                "Zusammenbauen",
                asks=(Ask("model", Kind.TEXT, "Which bike?", "Welches Rad?", is_required=True),),
            ),
            Branch(
                "electrics",
                "Motor, battery, lights, computer",
                "Motor, Akku, Licht, Computer",
                asks=(
                    Ask(
                        "km",
                        Kind.NUMBER,
                        "How far have you ridden it (km)?",
                        "Wie weit sind Sie gefahren (km)?",
                    ),
                ),
            ),
            Branch(
                "repair",
                "Wear, repair and warranty",
                "Verschleiß, Reparatur, Garantie",
                asks=(
                    ORDER,
                    Ask("since", Kind.DATE, "Since when?", "Seit wann?"),
                    Ask(
                        "km",
                        Kind.NUMBER,
                        "How far have you ridden it (km)?",
                        "Wie weit sind Sie gefahren (km)?",
                    ),
                    Ask("photo", Kind.FILE, "A photo", "Ein Foto"),
                ),
            ),
            Branch(
                "spares",
                "Spare parts",
                "Ersatzteile",
                asks=(
                    Ask(
                        "frame",
                        Kind.TEXT,
                        "Frame number",
                        "Rahmennummer",
                        help="Under the bottom bracket.",
                    ),
                ),
            ),
            Branch("custom", "A bike made for me", "Ein Rad nach Maß"),
            Branch(
                "gear-use",
                "Using tents, stoves and packs",
                "Zelte, Kocher und Rucksäcke benutzen",
                queue="gear",
            ),
        ),
    ),
    Branch(
        "money",
        "Payment and invoices",
        "Zahlung und Rechnung",
        "card",
        "billing",
        branches=(
            Branch(
                "charged",
                "I was charged wrongly",
                "Falsch abgebucht",
                asks=(
                    ORDER,
                    Ask("amount", Kind.NUMBER, "How much was taken?", "Wie viel wurde abgebucht?"),
                ),
            ),
            Branch("invoice", "I need an invoice", "Ich brauche eine Rechnung", asks=(ORDER,)),
            Branch("voucher", "Vouchers and gift cards", "Gutscheine"),
        ),
    ),
    Branch(
        "account",
        "My account or subscription",
        "Mein Konto oder Abo",
        "person",
        "billing",
        branches=(
            Branch("subscription", "Bike subscription", "Rad-Abo"),
            Branch("sign-in", "I can’t sign in", "Ich kann mich nicht anmelden"),
            Branch(
                "my-data",
                "My data",
                "Meine Daten",
                queue="privacy",
                asks=(
                    Ask(
                        "what",
                        Kind.CHOICE,
                        "What would you like?",
                        "Was möchten Sie?",
                        ("See what you have about me", "Have it corrected", "Have it deleted"),
                        is_required=True,
                    ),
                ),
            ),
        ),
    ),
    Branch(
        "else",
        "Something else",
        "Etwas anderes",
        "chat",
        "gear",
        branches=(
            Branch("before", "A question before I buy", "Eine Frage vor dem Kauf"),
            Branch("praise", "Praise, or a thought", "Lob oder ein Gedanke"),
        ),
    ),
)
