"""One notation for each address and number, however it is typed."""

import pytest
from django.core.exceptions import ValidationError

from customers import identities


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Noor@Mail.Example", "noor@mail.example"),
        ("  noor@mail.example\n", "noor@mail.example"),
        ("noor@MÜLLER.example", "noor@xn--mller-kva.example"),
        ("noor+wheel@mail.example", "noor+wheel@mail.example"),
    ],
)
def test_an_address_in_its_one_notation(typed: str, value: str) -> None:
    assert identities.email(typed) == ("email", value)
    assert identities.normalised(typed) == ("email", value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "noor",
        "noor@",
        "@mail.example",
        "noor@mail",
        "a@b@mail.example",
        "noor@mail.example\nBcc: all@mail.example",
        "noor@mail..example",
        f"noor@{'a.' * 130}example",
        "noor @mail.example",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(ValidationError):
        identities.email(typed)


@pytest.mark.parametrize(
    ("typed", "region", "value"),
    [
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946-0958", "DE", "+442079460958"),
        ("0044 20 7946 0958", "GB", "+442079460958"),
        ("030 / 12 34 56 78", "DE", "+493012345678"),
    ],
)
def test_a_number_in_any_notation(typed: str, region: str, value: str) -> None:
    assert identities.phone(typed, region) == ("phone", value)


@pytest.mark.parametrize("typed", ["", "12", "call me", "0000000000000000000000"])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(ValidationError):
        identities.phone(typed)
    assert identities.normalised(typed) is None
