"""The customers of Kestrel & Pine. Nobody of them exists; every address is on ``.example``."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from customers.models import Customer, Identity, Organization, OrganizationDomain

#: Those whom a story names, with language and address.
NAMED = {
    "aleksandra": ("Aleksandra Wiśniewska-Montgomery", "en", "aleks.wisniewska@postbox.example"),
    "bartholomew": ("Bartholomew Nwachukwu", "en", "barty@nwachukwu.example"),
    "yuki": ("Yuki Tanabe", "en", "yuki.tanabe@inbox.example"),
    "guadalupe": ("Guadalupe Hernández Ruiz", "en", "lupe.hr@mail.example"),
    "owusu": ("Chidi & Ama Owusu", "en", "owusu.family@postbox.example"),
    "larsgunnar": ("Lars-Gunnar Söderqvist", "en", "lgs@fjallpost.example"),
    "siobhan": ("Siobhán O’Rourke", "en", "siobhan.orourke@inbox.example"),
    "oluwaseun": (
        "Dr. Oluwaseun Adébáyò-Fairweather",
        "en",
        "o.fairweather@northumbria-outdoor.example",
    ),
    "wolfgang": (
        "Wolfgang Amadeus Freiherr von Trotta-Schellenberg",
        "de",
        "wolfgang@trotta-schellenberg.example",
    ),
    "noor": ("Noor El-Amin", "en", "noor.elamin@mail.example"),
    "piet": ("Piet van der Heijden", "en", "piet@heijden.example"),
    "wren": ("Wren (a practice customer)", "en", "wren@practice.example"),
    "marjorie": ("Marjorie Pettigrew", "en", "marjorie.pettigrew@postbox.example"),
    "desmond": ("Desmond Achterberg", "en", "desmond@achterberg.example"),
    "heike": ("Heike Sandmann", "de", "heike.sandmann@briefkasten.example"),
    "rufus": ("Rufus Kingsley-Odell", "en", "rufus.ko@inbox.example"),
}

ORGANIZATIONS = {
    "Alnwick Cycling Club": "alnwick-cc.example",
    "Northumbria Outdoor School": "northumbria-outdoor.example",
    "Borders Mountain Rescue": "borders-rescue.example",
    "Tyne Courier Collective": "tynecouriers.example",
    "Fellside Primary School": "fellside-primary.example",
    "Hof Buchenrain": "hof-buchenrain.example",
    "Velokurier Hamburg": "velokurier.example",
    "Alpenverein Sektion Isartal": "isartal-alpin.example",
    "Stadtwerke Lindau": "stadtwerke-lindau.example",
    "Ravensworth & Daughters": "ravensworth.example",
}
GERMAN_ORGANIZATIONS = {
    "Hof Buchenrain",
    "Velokurier Hamburg",
    "Alpenverein Sektion Isartal",
    "Stadtwerke Lindau",
}

FIRST = {
    "en": (
        "Amelia Oliver Isla Harry Niamh Callum Freya Rhys Eilidh Gareth Sioned Angus Maeve Declan "
        "Zainab Imran Anjali Rohan Meera Arjun Olumide Adaeze Kwame Abena Thandiwe Kofi Nia Malik "
        "Leila Farid Yasmin Omar Katarzyna Piotr Magda Tomasz Ilinca Radu Beatriz Tiago Inês Luca "
        "Giulia Matteo Sofia Nikos Eleni Astrid Magnus Saoirse Hamish Morag Winifred Percival Edith "
        "Desmond Joyce Wei Mei-Ling Jun Haruka Minh Linh Somchai Ngozi Chukwuemeka Fatoumata Idris "
        "Esther Solomon Ruthanne Barnaby Clementine Jasper Tabitha"
    ).split(),
    "de": (
        "Anneliese Bernd Christiane Detlef Elke Friedhelm Gudrun Holger Ilse Jürgen Karin Lothar "
        "Marlies Norbert Petra Rainer Sabine Torsten Ulrike Volker Wiebke Lea Finn Emilia Matteo "
        "Aylin Emre Zeynep Murat Jana Lukas Mareike Sören Nele Jannik Franziska Korbinian Leonie "
        "Xaver Svenja Hauke Antje Ruben Oksana Dmytro Milena"
    ).split(),
}
LAST = {
    "en": (
        "Armstrong Charlton Robson Milburn Heslop Fenwick Ogle Thirlwell Pattinson Dodd MacLeod "
        "MacGregor Sinclair Gallagher O’Sullivan Byrne Llewellyn Pritchard Okonkwo Adeleke Mensah "
        "Boateng Dlamini Khan Hussain Begum Patel Sharma Chowdhury Nair Kowalski Nowak Zieliński "
        "Popescu Ferreira Carvalho Rossi Moretti Papadopoulos Lindqvist Haugen Chen Wong Nguyen "
        "Tran Suzuki Hargreaves Ashworth Braithwaite Sutcliffe Bickerstaff Featherstone Winterbottom "
        "Postlethwaite Quigley Trelawney Penhaligon Ramsbottom Oyelaran Diallo Haddad Rahimi"
    ).split(),
    "de": (
        "Albrecht Brinkmann Clausen Dietrich Eberhardt Fuhrmann Grothe Hinrichs Jansen Kleinschmidt "
        "Lehnert Möller Nagel Oberhuber Petersen Quandt Reuter Schlüter Tiedemann Uhlig Vollmer "
        "Wiesner Zimmermann Yıldız Demir Kaya Öztürk Kovačević Melnyk Bachmeier Hölzl Kirchgässner "
        "Stellbrink Ammersinn"
    ).split(),
}
MAILBOXES = {
    "en": ("postbox.example", "inbox.example", "mail.example", "quickmail.example"),
    "de": ("briefkasten.example", "post.example", "mail.example", "nachricht.example"),
}


@dataclass(frozen=True)
class Writer:
    """A customer with the address and the number that they write and call from."""

    customer: Customer
    email: Identity
    phone: Identity | None


@dataclass
class Public:
    """Everybody who may write, by language, in an order that nobody can guess."""

    named: dict[str, Writer]
    by_language: dict[str, list[Writer]]

    def somebody(self, language: str, rng: Random, *, with_phone: bool = False) -> Writer:
        """Most people write once; some write often."""
        crowd = [one for one in self.by_language[language] if one.phone or not with_phone]
        return crowd[min(int(rng.random() ** 1.25 * len(crowd)), len(crowd) - 1)]


def settle(many: int, rng: Random, *, at: datetime) -> Public:
    """Make ``many`` customers, some of them in organizations."""
    organizations = _organizations()
    wanted = list(NAMED.values())
    taken = {email for _name, _language, email in wanted}
    while len(wanted) < many:
        one = _invented(rng)
        if one[2] not in taken:
            taken.add(one[2])
            wanted.append(one)
    customers = Customer.objects.bulk_create(
        Customer(
            name=name,
            language=language,
            organization=organizations.get(email.rpartition("@")[2]),
            created_at=at - timedelta(days=61 + rng.random() ** 2 * 1900),
            is_demo=True,
        )
        for name, language, email in wanted
    )
    identities = [
        Identity(
            customer=customer,
            kind=Identity.Kind.EMAIL,
            value=email,
            verified_at=customer.created_at if rng.random() < 0.86 else None,
        )
        for customer, (_name, _language, email) in zip(customers, wanted, strict=True)
    ]
    phones = _phones(customers, rng)
    Identity.objects.bulk_create([*identities, *phones.values()])
    writers = [
        Writer(customer, email, phones.get(customer.pk))
        for customer, email in zip(customers, identities, strict=True)
    ]
    crowd = writers[len(NAMED) :]
    rng.shuffle(crowd)
    return Public(
        named=dict(zip(NAMED, writers, strict=False)),
        by_language={
            language: [one for one in crowd if one.customer.language == language]
            for language in ("en", "de")
        },
    )


def _organizations() -> dict[str, Organization]:
    made = Organization.objects.bulk_create(
        Organization(name=name, shares_tickets=name.startswith(("Velokurier", "Northumbria")))
        for name in ORGANIZATIONS
    )
    OrganizationDomain.objects.bulk_create(
        OrganizationDomain(organization=one, domain=ORGANIZATIONS[one.name]) for one in made
    )
    return {ORGANIZATIONS[one.name]: one for one in made}


def _invented(rng: Random) -> tuple[str, str, str]:
    language = "de" if rng.random() < 0.3 else "en"
    first, last = rng.choice(FIRST[language]), rng.choice(LAST[language])
    domain = rng.choice(MAILBOXES[language])
    if rng.random() < 0.16:
        name = rng.choice(
            [one for one in ORGANIZATIONS if (one in GERMAN_ORGANIZATIONS) == (language == "de")]
        )
        domain = ORGANIZATIONS[name]
    local = rng.choice(
        (f"{first}.{last}", f"{first[0]}{last}", f"{first}{last[:3]}{rng.randint(2, 99)}")
    )
    return f"{first} {last}", language, f"{_plain(local)}@{domain}"


def _plain(text: str) -> str:
    said = text.lower()
    for letter, plain in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("ı", "i"),
        ("ł", "l"),
    ):
        said = said.replace(letter, plain)
    return unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode()


def _phones(customers: list[Customer], rng: Random) -> dict[int, Identity]:
    """Numbers out of the ranges that are kept free for stories."""
    free = {
        "en": [f"+447700900{n:03}" for n in range(1000)],
        "de": [f"+493023125{n:03}" for n in range(1000)],
    }
    for numbers in free.values():
        rng.shuffle(numbers)
    return {
        customer.pk: Identity(
            customer=customer, kind=Identity.Kind.PHONE, value=free[customer.language].pop()
        )
        for customer in customers
        if rng.random() < 0.45
    }
