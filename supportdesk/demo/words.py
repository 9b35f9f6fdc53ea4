"""What the placeholders in the stories stand for, drawn for each ticket."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

#: Kind to (model, what it is, auf Deutsch, price in pounds).
THINGS = {
    "bike": (
        ("Tarn 2", "gravel bike", "Gravelrad", 1890),
        ("Tarn 1", "gravel bike", "Gravelrad", 1290),
        ("Corrie 29", "mountain bike", "Mountainbike", 1640),
        ("Skerry 7", "city bike", "Stadtrad", 890),
        ("Causeway", "touring bike", "Reiserad", 1490),
        ("Burn 20", "kids’ bike", "Kinderrad", 420),
    ),
    "ebike": (
        ("Fell E", "e-bike", "E-Bike", 3290),
        ("Skerry E", "e-bike", "E-Bike", 2690),
        ("Drover E", "cargo bike", "Lastenrad", 4890),
    ),
    "part": (
        ("Grit 45", "tyre", "Reifen", 46),
        ("Harbour", "pannier", "Packtasche", 84),
        ("Lantern 600", "front light", "Frontlicht", 72),
        ("Otter", "mudguard set", "Schutzblech-Set", 42),
        ("Perch", "saddle", "Sattel", 88),
        ("Hitch", "rear rack", "Gepäckträger", 58),
    ),
    "gadget": (
        ("Wayfinder 3", "bike computer", "Radcomputer", 229),
        ("Wayfinder Mini", "bike computer", "Radcomputer", 129),
    ),
    "pack": (
        ("Ridgeline 40", "backpack", "Rucksack", 129),
        ("Ridgeline 25", "backpack", "Rucksack", 94),
        ("Satchel 12", "bike bag", "Fahrradtasche", 69),
    ),
    "tent": (
        ("Bothy 2", "tent", "Zelt", 349),
        ("Bothy 3", "tent", "Zelt", 419),
        ("Plover 1", "tent", "Zelt", 289),
    ),
    "clothing": (
        ("Larch", "down jacket", "Daunenjacke", 210),
        ("Squall", "rain jacket", "Regenjacke", 165),
        ("Moss", "merino shirt", "Merinoshirt", 68),
        ("Thistle", "walking trousers", "Wanderhose", 92),
        ("Gannet", "wind vest", "Windweste", 79),
    ),
}
_COLOURS = {
    "en": ("moss", "slate", "rust", "heather", "gorse", "ink blue"),
    "de": ("Moosgrün", "Schiefergrau", "Rostrot", "Heidelila", "Tintenblau"),
}
_CITIES = {
    "en": (
        "Alnwick",
        "Hexham",
        "Keswick",
        "Kelso",
        "Durham",
        "Whitby",
        "Penrith",
        "Ullapool",
        "Bristol",
        "Norwich",
        "Swansea",
        "Ludlow",
        "Galway",
        "Leeds",
        "Stirling",
        "Hebden Bridge",
        "Lewes",
    ),
    "de": (
        "Freiburg",
        "Lindau",
        "Hamburg",
        "Göttingen",
        "Graz",
        "Bregenz",
        "Leipzig",
        "Garmisch",
        "Münster",
        "Flensburg",
        "Erfurt",
        "Passau",
        "Potsdam",
    ),
}
_PLANS = {
    "en": (
        "a ride along Hadrian’s Wall",
        "three days in the Cairngorms",
        "my sister’s wedding",
        "the school’s cycling week",
        "the Dales with my dad",
        "a week on Skye",
        "my first hundred miles",
        "the coast and castles route",
        "the club’s spring ride",
    ),
    "de": (
        "den Donauradweg",
        "drei Tage im Karwendel",
        "die Klassenfahrt",
        "den Bodensee mit den Kindern",
        "den Geburtstag meiner Frau",
        "den Rennsteig",
        "die Tour mit meinem Vater",
        "den Harz",
    ),
}
_NEIGHBOURS = {
    "en": (
        "number 14",
        "the bakery downstairs",
        "Mrs Pym",
        "the dentist next door",
        "the flat above",
    ),
    "de": ("Frau Kruse", "der Bäckerei unten", "der Zahnarztpraxis", "Familie Albers", "dem Kiosk"),
}
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
}


def draw(
    rng: Random, *, language: str, about: str, at: datetime, since: datetime
) -> dict[str, str]:
    """Return the words of one ticket. Order numbers grow with time, as they do in a shop."""
    model, noun, german, price = rng.choice(THINGS[about])
    order = 20100 + int((at - since) / timedelta(hours=1)) // 2 + rng.randint(0, 40)
    colour, other_colour = rng.sample(_COLOURS[language], 2)
    past = timezone.localtime(at) - timedelta(days=rng.randint(2, 6))
    coming = timezone.localtime(at) + timedelta(days=rng.randint(8, 20))
    currency = "£{:,.2f}".format if language == "en" else _euros
    return {
        "model": model,
        "item": f"{model} {noun}" if language == "en" else f"{german} {model}",
        "thing": noun if language == "en" else german,
        "price": currency(price),
        "third": currency(round(price / 3)),
        "tenth": currency(max(5, round(price / 10))),
        "order": f"K-{order}",
        "colour": colour,
        "other_colour": other_colour,
        "size": rng.choice(("S", "M", "L")),
        "other_size": rng.choice(("XL", "XS")),
        "city": rng.choice(_CITIES[language]),
        "plan": rng.choice(_PLANS[language]),
        "neighbour": rng.choice(_NEIGHBOURS[language]),
        "past_day": _WEEKDAYS[language][past.weekday()],
        "past_date": date_in_words(past, language),
        "coming_day": _WEEKDAYS[language][coming.weekday()],
        "coming_date": date_in_words(coming, language),
        "soon_day": _WEEKDAYS[language][(timezone.localtime(at).weekday() + 5) % 7],
        "n": str(rng.randint(3, 9)),
        "km": str(rng.randint(12, 380) * 10),
        "frame": f"{model[:1]}{rng.randint(1, 9)}-5{rng.randint(0, 9)}-{rng.randint(100000, 999999)}",
        "tracking": f"KP{rng.randint(10**9, 10**10 - 1)}GB",
        "shop": rng.choice(("Leeds", "Newcastle", "Edinburgh")),
        "number": f"{rng.randint(10, 99)}",
    }


def _euros(amount: float) -> str:
    return f"{amount:,.2f} €".replace(",", " ").replace(".", ",").replace(" ", ".", amount >= 1000)


def date_in_words(moment: datetime, language: str) -> str:
    day, month = moment.day, _MONTHS[language][moment.month - 1]
    return f"{day}. {month}" if language == "de" else f"{day} {month}"


def by_when(moment: datetime, *, at: datetime, language: str) -> str:
    """Say a promised moment as one writes it: "today by 16:00", „morgen bis 12:00 Uhr“."""
    local, today = timezone.localtime(moment), timezone.localtime(at)
    away = (local.date() - today.date()).days
    german = language == "de"
    on = "am" if german else "on"
    if away == 0:
        day = "heute" if german else "today"
    elif away == 1:
        day = "morgen" if german else "tomorrow"
    elif away < 6:
        day = f"{on} {_WEEKDAYS[language][local.weekday()]}"
    else:
        day = f"{on} {_WEEKDAYS[language][local.weekday()]}, {date_in_words(local, language)},"
    return f"{day} bis {local:%H:%M} Uhr" if german else f"{day} by {local:%H:%M}"


class Unfilled(dict[str, str]):
    """A placeholder without words is a mistake in the story, and is said."""

    def __missing__(self, key: str) -> str:
        raise KeyError(f"no words for {{{key}}}")


def fill(text: str, words: Mapping[str, str]) -> str:
    return text.format_map(Unfilled(words))
