"""Auf Deutsch: Zelte und Kleidung, Rückgaben, Geld."""

from supportdesk.demo.script import (
    Complains,
    Confirms,
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
from tickets.states import Impact, Outcome, State

STORIES = (
    Story(
        topic="size",
        weight=5,
        language="de",
        about="clothing",
        impact=Impact.CAN_WAIT,
        answers={"size": "{other_size}"},
        subject=(
            "{model} in {size} ist zu klein",
            "Umtausch {order}: {other_size} statt {size}",
            "{item}: meine Schuld, falsche Größe",
        ),
        text=(
            "Ich habe nach Ihrer Tabelle {size} bestellt. Ihre Tabelle meint es gut mit mir. Ginge {other_size}?",
        ),
        wants=("{other_size}.",),
        steps=(
            Solves(
                "Guten Tag {first}, gern: {other_size} geht heute raus, das Etikett für {size} liegt bei. Eilt nicht.",
                after=hours(3),
            ),
            Confirms(after=days(2), chance=0.6),
            Rates("yes", 7, "Einfach.", chance=0.5),
        ),
    ),
    Story(
        topic="refund",
        weight=5,
        language="de",
        about="clothing",
        subject=(
            "Rücksendung {order}: wo ist mein Geld?",
            "{price} fehlen noch",
            "{model} zurück, Geld nicht",
        ),
        text=(
            "{order} ist laut Beleg seit dem {past_date} wieder bei Ihnen. Meine {price} sind es noch nicht bei mir.",
        ),
        wants=("{price}.",),
        pictures=("return-label",),
        steps=(
            We(
                "Guten Tag {first}, angekommen ist alles, nur freigegeben hat es niemand. Das habe ich nachgeholt; ob es gebucht ist, schreibe ich {by}.",
                after=hours(3),
                says_next=hours(12),
                kind=Promise.Kind.RESULT,
            ),
            SetsReminder("Ist die Erstattung an {name} gebucht?", due=hours(9), chance=0.4),
            Solves("Gebucht: {price}. Die Bank zeigt es in ein bis zwei Tagen.", after=hours(8)),
            Confirms(after=days(2), chance=0.6),
            Rates("yes", 5, chance=0.5),
        ),
    ),
    Story(
        topic="invoice",
        weight=4,
        language="de",
        about="part",
        impact=Impact.CAN_WAIT,
        subject=(
            "Rechnung für {order}",
            "Rechnung bitte auf den Verein ({order})",
            "USt-IdNr. fehlt auf der Rechnung",
        ),
        text=(
            "Könnten Sie die Rechnung zu {order} auf unseren Verein ausstellen? {n} Stück, ein sehr genauer Kassenwart.",
        ),
        wants=("Ein PDF, das den Kassenwart freut.",),
        steps=(
            Solves(
                "Guten Tag {first}, anbei, auf den Verein und mit Nummer. Grüße an den Kassenwart.",
                after=hours(3),
            ),
            Confirms(after=hours(20), chance=0.6),
            Rates("yes", 7, "Der Kassenwart nickt.", chance=0.5),
        ),
    ),
    Story(
        topic="gear-use",
        weight=4,
        language="de",
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=("{model} tropft von innen", "Kondenswasser oder undicht? ({model})"),
        text=(
            "Wir wachten im {model} mit nassen Nasen auf. Geregnet hatte es nicht. Ist es undicht, oder atmen wir falsch?",
        ),
        wants=("Zu wissen, wen wir reparieren müssen.",),
        steps=(
            Solves(
                "Guten Tag {first}, Sie atmen tadellos: Zu zweit ist das ein halber Liter pro Nacht. Beide Lüfter auf, Heck in den Wind. Tropft es dann noch an einer Naht, "
                "sagen Sie mir, an welcher.",
                after=hours(4),
            ),
            NotYet(
                "Heck im Wind, Lüfter offen, und ein Tropfen kommt immer an derselben Stelle. Er heißt jetzt Gerald.",
                after=days(4),
            ),
            We(
                "Ein Tropfen mit Namen ist ein Leck. Mit diesem Etikett kommt das Zelt zu uns; dass es da ist, schreibe ich {by}.",
                after=hours(3),
                says_next=hours(24),
            ),
            Solves(
                "Naht geklebt, zehn Minuten unter dem Schlauch, innen trocken. Es ist auf dem Heimweg.",
                after=hours(18),
            ),
            Confirms(after=days(3), chance=0.7),
            Rates("yes", 6, "Mach’s gut, Gerald.", chance=0.6),
        ),
    ),
    Story(
        topic="broken-gear",
        weight=3,
        language="de",
        about="pack",
        pictures=("torn-seam",),
        subject=("Träger gerissen am {n}. Tag ({model})", "{model}: Naht hat aufgegeben"),
        text=(
            "Am {n}. Tag riss der linke Träger am {model} aus der Naht. Den Rest ging ich mit Schnur. Die Schnur hielt.",
        ),
        wants=("Einen Träger, der so gut ist wie die Schnur.",),
        steps=(
            We(
                "Guten Tag {first}, von einer Schnur geschlagen: Ich habe das Foto der Entwicklerin gezeigt, sie wurde still. Neuer Rucksack oder reparierter? Der neue ist schneller, der "
                "alte kennt die Wege.",
                then=State.WAITING,
                after=hours(4),
            ),
            They("Repariert, bitte. Er war schon überall.", after=days(1), chance=0.8),
            We(
                "Gut. Etikett liegt bei, zehn Tage Werkstatt; ich melde mich {by}, auch wenn es nichts zu sagen gibt.",
                says_next=hours(30),
                after=hours(2),
            ),
            Solves(
                "Vernäht mit dem Garn unserer Klettergurte. Er ist auf dem Heimweg, samt Erinnerungen.",
                after=hours(20),
            ),
            Confirms(after=days(3), chance=0.7),
            Rates("yes", 7, "Besser als neu.", chance=0.6),
        ),
    ),
    Story(
        topic="charged",
        weight=3,
        language="de",
        about="clothing",
        answers={"amount": "{price}"},
        subject=("Doppelt abgebucht ({order})", "Zweimal {price} für {order}"),
        text=(
            "Auf dem Konto stehen zwei Abbuchungen über {price}, im Schrank hängt {model} nur einmal. Ich mag Symmetrie, aber nicht so.",
        ),
        wants=("Einmal {price} zurück.",),
        steps=(
            We(
                "Guten Tag {first}, die zweite war unsere Kasse, nicht Ihr Daumen. Sie geht zurück; dass sie gebucht ist, schreibe ich {by}.",
                after=hours(2),
                says_next=hours(10),
            ),
            Solves("Zurückgebucht. Damit stimmt die Symmetrie wieder.", after=hours(6)),
            Confirms(after=days(2), chance=0.6),
        ),
    ),
    Story(
        topic="subscription",
        weight=3,
        language="de",
        about="ebike",
        impact=Impact.CAN_WAIT,
        subject=("Abo {model} kündigen", "Abo pausieren, Handgelenk gebrochen"),
        text=(
            "Bitte beenden Sie mein Abo für das {item} zum Monatsende. Es liegt an mir, nicht am Rad.",
        ),
        wants=("Ein Datum. Keine Mail mit „Wir vermissen Sie“.",),
        steps=(
            Sets(tags=("wants-to-leave",), chance=0.5),
            Solves(
                "Guten Tag {first}, zum Monatsende eingetragen, ohne „Sind Sie sicher?“. Alles Gute.",
                after=hours(3),
            ),
            Confirms(after=hours(14), chance=0.6),
            Rates("yes", 7, "Ohne Theater. Respekt.", chance=0.5),
        ),
    ),
    Story(
        words={
            "model": "Larch",
            "item": "Daunenjacke Larch",
            "thing": "Daunenjacke",
            "price": "229,00 €",
        },
        topic="send-back",
        weight=3,
        language="de",
        about="clothing",
        answers={"unused": "Used outside"},
        subject=("Rückgabe abgelehnt: {order}", "„Draußen benutzt“? ({model})"),
        text=(
            "Sie schicken mir die {model} zurück, weil sie „draußen benutzt“ wurde. Ich trug sie zum Briefkasten. Einmal. Es ist eine Jacke. Wo probiert man die sonst?",
        ),
        wants=("Meine {price}.",),
        steps=(
            Complains(
                quote="Ich trug sie zum Briefkasten. Einmal. Es ist eine Jacke.", after=minutes(12)
            ),
            We(
                "Guten Tag {first}, auf dem Foto des Lagers ist ein Blatt am Ärmel. Ein Blatt ist keine Saison. Jonas muss die Ablehnung aufheben; Sie hören {by} von mir.",
                after=hours(3),
                says_next=hours(8),
            ),
            Notes("Ein Blatt. Die Jacke ist verkäuflich. Bitte freigeben.", after=minutes(8)),
            Solves(
                "Aufgehoben, {price} sind unterwegs, und in der Regel stehen jetzt Blätter.",
                after=hours(4),
            ),
            Confirms(after=days(2), chance=0.7),
            Rates(
                "yes",
                4,
                "Richtig entschieden. Hätte keinen Brief brauchen sollen.",
                True,
                chance=0.8,
            ),
        ),
    ),
    Story(
        topic="before",
        weight=3,
        language="de",
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=("{model} für zwei und einen Hund?", "Passt jemand mit 1,94 m ins {model}?"),
        text=(
            "Wir sind zu zweit (1,94 m und 1,60 m) und haben einen Hund, der quer schläft. Reicht das {item}?",
        ),
        wants=("Die Wahrheit über den Hund.",),
        steps=(
            We(
                "Guten Tag {first}, zu zweit: ja. Mit Hund: wie quer?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("Diagonal. Immer.", after=hours(14), chance=0.85),
            Solves(
                "Dann das Bothy 3. Ich habe auch so einen.", outcome=Outcome.FULL, after=hours(2)
            ),
            Confirms(after=days(1), chance=0.6),
            Rates("yes", 7, "Sie haben nach dem Hund gefragt!", chance=0.6),
        ),
    ),
    Story(
        topic="sign-in",
        weight=2,
        language="de",
        subject=("Der Code kommt zu spät", "Anmelden geht nicht mehr seit {past_day}"),
        text=(
            "Ich fordere einen Code an, warte, nichts. Dann kommen vier auf einmal, alle abgelaufen.",
        ),
        wants=("Einen Code, rechtzeitig.",),
        steps=(
            We(
                "Guten Tag {first}, Ihr Mailanbieter hält unsere Codes zehn Minuten fest, sie gelten fünf. Ihrer gilt jetzt dreißig. Versuchen Sie es noch einmal?",
                then=State.WAITING,
                after=hours(2),
            ),
            They("Bin drin!", after=hours(7), via=Message.Via.PAGE, chance=0.75),
            Solves("Wunderbar. Für alle bei Ihrem Anbieter gelten sie nun länger.", after=hours(2)),
            Confirms(after=hours(9), chance=0.6),
        ),
    ),
)
