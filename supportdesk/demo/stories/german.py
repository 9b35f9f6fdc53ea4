"""Auf Deutsch: Lieferung, Räder und Teile."""

from supportdesk.demo.script import (
    A_BREATH_LATE,
    Confirms,
    HandsOff,
    Notes,
    NotYet,
    Rates,
    Sets,
    Solves,
    Story,
    Takes,
    They,
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
        weight=6,
        language="de",
        about="part",
        subject=(
            "Sendung {order} angeblich zugestellt",
            "{item}: zugestellt, aber nicht bei mir",
            "Wo ist mein Paket? ({order})",
        ),
        text=(
            (
                "Guten Tag,\n\nlaut Sendungsverfolgung wurde {order} am {past_day} „an der Haustür übergeben“. Ich stand den ganzen Tag hinter "
                "dieser Tür. Da war niemand. Bei {neighbour} habe ich auch gefragt."
            ),
        ),
        wants=("Das Paket. Oder ein zweites.", "Jemanden, der den Fahrer fragt."),
        steps=(
            Takes(chance=0.3),
            We(
                "Guten Tag {first}, das klingt nach einer anderen Haustür. Ich lasse mir vom Zusteller das Foto und den Ort der Übergabe "
                "geben und melde mich {by}.",
                after=hours(2),
                says_next=hours(7),
            ),
            We(
                "Auf dem Foto ist eine blaue Tür mit einem Fuchs aus Messing. Sagt Ihnen das etwas?",
                then=State.WAITING,
                after=hours(3),
            ),
            They(
                "Der Fuchs! Das ist der Zahnarzt. Ich gehe heute Abend hin.",
                after=hours(6),
                chance=0.85,
            ),
            Solves(
                "Viel Glück. Falls der Fuchs nichts hat, drücken Sie „Noch nicht“, dann geht am selben Tag Ersatz raus.",
                after=hours(2),
            ),
            Confirms(after=hours(16), chance=0.7),
            Rates("yes", 6, "Der Fuchs hatte es.", chance=0.5),
        ),
    ),
    Story(
        topic="late",
        weight=5,
        language="de",
        about="tent",
        impact=Impact.CAN_WAIT,
        subject=(
            "Kommt das {item} vor dem {coming_date}?",
            "{order}: reicht es noch für den Urlaub?",
            "Liefertermin {model}",
        ),
        text=(
            "Hallo, am {coming_date} brauchen wir das {item} für {plan}. Es ist noch nicht da. Noch keine Panik. Ein leises Summen.",
        ),
        wants=("Ein Datum.",),
        steps=(
            Solves(
                "Hallo {first}, es geht morgen raus und braucht zwei Tage. Das Summen können Sie einstellen. Sollte sich etwas ändern, "
                "schreibe ich, bevor Sie fragen müssen.",
                after=hours(2),
            ),
            Confirms(after=hours(9), chance=0.6),
            Rates("yes", 7, "Flott!", chance=0.5),
        ),
    ),
    Story(
        topic="broken-bike",
        weight=4,
        language="de",
        impact=Impact.BLOCKED,
        pictures=("rim-dent-by-valve",),
        answers={"part": "Wheel"},
        subject=(
            "Vorderrad verbogen geliefert ({order})",
            "{model} mit Achter ab Werk",
            "Delle in der Felge, {model}",
        ),
        text=(
            (
                "Das Vorderrad meines neuen {model} hat eine Delle neben dem Ventil. Der Karton hatte auf derselben Seite ein Loch, das passt also "
                "zusammen. Nur das Rad passt nicht mehr in die Gabel."
            ),
        ),
        wants=("Ein rundes Rad vor dem {coming_date}.",),
        impact_reason="Ich brauche es für {plan}.",
        steps=(
            Sets(tags=("transportschaden",), after=minutes(15)),
            We(
                "Guten Tag {first}, danke für das Foto, das erspart uns beiden viel. Bitte nicht fahren. Ein neues Rad liegt mit Ihrem Namen im Regal; "
                "{by} sage ich Ihnen, an welchem Tag es kommt.",
                after=hours(2),
                says_next=hours(9),
            ),
            Notes("Rad reserviert, Regal B-7. Kurier nimmt das alte mit.", after=minutes(20)),
            We(
                "Es kommt am {coming_day}, vormittags. Ich frage {by} nach, ob es rund ist.",
                says_next=hours(20),
                after=hours(4),
            ),
            Solves("Ist es rund, {first}?", after=hours(12)),
            Confirms(after=days(1), chance=0.75),
            Rates("yes", 6, "Kreisrund.", chance=0.6),
        ),
    ),
    Story(
        topic="fitting",
        weight=4,
        language="de",
        subject=(
            "{model}: zwei Schrauben übrig",
            "Was macht die dritte Unterlegscheibe? ({model})",
            "Aufbau {model}",
        ),
        text=(
            "Ich habe das {item} nach der Anleitung aufgebaut. Es sieht aus wie ein Fahrrad. Zwei Schrauben sind übrig und schauen mich an.",
        ),
        wants=("Die Gewissheit, dass es nicht unterwegs auseinanderfällt.",),
        steps=(
            We(
                "Guten Tag {first}, mögen Sie mir die beiden fotografieren, mit einer Münze daneben? Bitte bis dahin nicht fahren.",
                then=State.WAITING,
                after=hours(2),
            ),
            They(
                "Hier sind sie. Die Münze ist ein Schilling, leider.",
                after=hours(8),
                pictures=("display",),
            ),
            Solves(
                "Die halten nur den Transportklotz und haben Feierabend. Sie dürfen fahren und die Schrauben behalten.",
                after=hours(2),
            ),
            Confirms(after=hours(8), chance=0.8),
            Rates("yes", 7, "Klare Ansage, danke.", chance=0.6),
        ),
    ),
    Story(
        topic="electrics",
        weight=4,
        language="de",
        about="ebike",
        impact=Impact.BLOCKED,
        subject=(
            "{model} geht nicht an",
            "Akku voll, Motor tot ({model})",
            "Fehler E14 beim {model}",
        ),
        text=(
            "Der Akku zeigt vier Balken, der Motor nichts. Ich fahre damit zwei Kinder in die Kita. Zurzeit schiebe ich zwei Kinder in die Kita.",
        ),
        wants=("Einen Motor, der mitmacht. Oder so lange ein anderes Rad.",),
        impact_reason="Acht Kilometer, ein Berg, zwei Kinder.",
        steps=(
            Sets(priority=Priority.HIGH, chance=0.6),
            We(
                "Guten Tag {first}, zuerst das Einfache: Akku heraus, Knopf fünfzehn Sekunden halten, Akku hinein, bis es zweimal klickt. Wacht die Anzeige auf?",
                then=State.WAITING,
                after=hours(1.5),
            ),
            They(
                "Sie wacht auf, sagt E14 und schläft wieder ein. Nachvollziehbar.", after=hours(6)
            ),
            We(
                "E14 ist der Stecker am Motor; er mag kein Streusalz. Unser Partner in {city} nimmt sich das am {coming_day} vor. Ob es so lange ein Leihrad gibt, "
                "sage ich Ihnen {by}.",
                after=hours(2),
                says_next=hours(6),
            ),
            We(
                "Das Leihrad steht bereit, mit zwei Kindersitzen. Wie es um Ihres steht, schreibe ich {by}.",
                late=A_BREATH_LATE,
                says_next=hours(18),
            ),
            Solves(
                "Ihr {model} läuft wieder, neuer Stecker, diesmal dicht. Das kostet Sie nichts.",
                after=hours(12),
            ),
            Confirms(after=days(1.5), chance=0.8),
            Rates("yes", 6, "Das Leihrad hat die Woche gerettet.", True, chance=0.7),
        ),
    ),
    Story(
        topic="repair",
        weight=4,
        language="de",
        pictures=("chain",),
        subject=("Kette springt nach {km} km ({model})", "{model}: Verschleiß oder Garantie?"),
        text=(
            "Nach {km} km springt die Kette an meinem {item}. Der Händler am Ort sagt „das ist normal“ und verkaufte mir ein Öl.",
        ),
        wants=("Zu wissen, ob man mir ein Öl verkauft hat.",),
        steps=(
            We(
                "Guten Tag {first}, man hat Ihnen ein Öl verkauft. Auf dem Foto ist die Kette gelängt, und das ist bei {km} km früh. Die Kassette geht auf uns, die Kette auf Sie: "
                "einverstanden?",
                then=State.WAITING,
                after=hours(4),
            ),
            They("Sehr einverstanden.", after=days(1), via=Message.Via.PAGE, chance=0.8),
            Solves(
                "Beides ist unterwegs, samt einem Bild, wie herum.",
                outcome=Outcome.PARTIAL,
                after=hours(3),
            ),
            Confirms(after=days(3), chance=0.6),
            Rates("yes", 6, "Ein ehrliches Halb ist besser als ein höfliches Nein.", chance=0.6),
        ),
    ),
    Story(
        topic="repair",
        weight=3,
        language="de",
        is_complaint=True,
        impact=Impact.BLOCKED,
        subject=(
            "Seit {n} Wochen in der Werkstatt ({model})",
            "Mein {model} wohnt jetzt bei Ihnen",
        ),
        text=(
            (
                "Mein {item} ist seit {n} Wochen wegen eines Quietschens in Reparatur. Ich habe viermal angerufen. Ich hörte „morgen“, „das Teil fehlt“, „der Kollege ist "
                "krank“ und „welches Rad?“. Das Letzte tat weh."
            ),
        ),
        wants=("Mein Rad. Notfalls mit Quietschen.",),
        impact_reason="Ich fahre Bus. Der Bus quietscht auch.",
        steps=(
            Sets(priority=Priority.HIGH),
            We(
                "{first}, „welches Rad?“ hätte nicht passieren dürfen. Ich rufe die Werkstatt nicht an, ich gehe hin, und schreibe {by} einen Tag.",
                after=hours(3),
                says_next=hours(7),
            ),
            We(
                "Ich stehe davor. Es ist seit neun Tagen fertig, unter falschem Namen abgelegt, und niemand hat es Ihnen gesagt. Das tut mir leid, und zu spät bin ich "
                "damit auch noch. Passt der {coming_day}?",
                late=minutes(80),
                then=State.WAITING,
            ),
            They("Neun Tage. Gut. {coming_day} nach fünf.", after=hours(5)),
            Solves("Nach fünf, ohne Quietschen und ohne Rechnung.", after=hours(3)),
            Confirms(after=days(3), chance=0.6),
            Rates("partly", 2, "Rad gut. Warum musste ich fragen?", True, chance=0.9),
        ),
    ),
    Story(
        topic="wrong",
        weight=3,
        language="de",
        about="part",
        subject=("Gartenschlauch statt {model}", "{order}: Schlauch statt {thing}"),
        text=(
            "Bestellt: {item}. Erhalten: elf Meter Gartenschlauch. Ein guter Schlauch. Ich habe keinen Garten.",
        ),
        wants=("Was ich bestellt habe. Den Schlauch dürfen Sie behalten.",),
        steps=(
            We(
                "Guten Tag {first}, wir verkaufen gar keine Schläuche. Irgendwo gießt jetzt jemand Rosen mit Ihrem {model}. Ersatz geht heute raus, die Nummer bekommen Sie {by}.",
                after=hours(2),
                says_next=hours(6),
            ),
            HandsOff(
                team="orders",
                chance=0.3,
                wants="Das Bestellte.",
                known="Falscher Inhalt, Karton unversehrt.",
                promised="Sendungsnummer heute.",
                dont_ask="Fotos.",
            ),
            Solves("Unterwegs: {tracking}. Der Schlauch gehört Ihnen.", after=hours(3)),
            NotYet("Es kam noch ein Schlauch.", after=days(2)),
            We(
                "Jetzt packe ich selbst. {by} haben Sie ein Foto vom Inhalt, bevor der Karton zugeht.",
                after=minutes(40),
                says_next=hours(5),
            ),
            Solves("Gepackt, fotografiert, kein Schlauch.", after=hours(2)),
            Confirms(after=days(2), chance=0.9),
            Rates("yes", 5, "22 Meter Schlauch abzugeben.", chance=0.8),
        ),
    ),
    Story(
        topic="late",
        weight=2,
        language="de",
        about="ebike",
        via=Message.Via.PHONE,
        subject=("Anruf: wann kommt {order}?", "{name} rief an wegen {model}"),
        text=(
            "Rief von unterwegs an. {item}, {order}, sollte am {past_day} da sein. Möchte zurückgerufen werden, nicht gemailt.",
        ),
        steps=(
            We(
                "Guten Tag {first}, wie besprochen: Ich rufe den Spediteur an und melde mich telefonisch, {by}.",
                kind=Promise.Kind.CALL,
                says_next=hours(4),
                after=minutes(10),
            ),
            Solves(
                "Schön, dass wir sprechen konnten. Schriftlich: Es kommt morgen vor zwölf.",
                after=hours(2),
            ),
            Confirms(after=days(1.2), chance=0.4),
        ),
    ),
)
