"""The customer pages’ one colour: made readable in both themes, whatever was chosen."""

import re
from dataclasses import dataclass

#: The look’s fountain-pen blue, for a desk that has not chosen.
DEFAULT = "#2f4bb5"

#: The grounds that a colour must be read on: the lightest and darkest sheets of the two themes.
_LIGHT_GROUND = (0xF3, 0xEF, 0xE8)
_DARK_GROUND = (0x2A, 0x27, 0x24)
#: WCAG asks for 4.5 : 1; a little more survives rounding.
_ENOUGH = 4.6

Rgb = tuple[int, int, int]


class NotAColour(ValueError):
    """What was given is not a colour like ``#2f4bb5``."""


@dataclass(frozen=True)
class Brand:
    """A colour’s forms: text and fill, and what is written upon the fill, per theme."""

    light: str
    on_light: str
    dark: str
    on_dark: str


def parse(colour: str) -> Rgb:
    """Return red, green and blue of ``#rrggbb`` or ``#rgb``. Raises NotAColour."""
    digits = colour.strip().removeprefix("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise NotAColour(colour)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours as WCAG counts it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def brand(colour: str) -> Brand:
    """Return the forms of ``colour`` that reach 4.5 : 1: darker by day, lighter by night.

    A colour that is readable already stays exactly as chosen. Raises NotAColour.
    """
    chosen = parse(colour)
    light = _until_readable(chosen, on=_LIGHT_GROUND, towards=(0, 0, 0))
    dark = _until_readable(chosen, on=_DARK_GROUND, towards=(255, 255, 255))
    return Brand(light=_hex(light), on_light=_ink_on(light), dark=_hex(dark), on_dark=_ink_on(dark))


def stylesheet(colour: str) -> str:
    """Return the few rules that put a desk’s colour in the place of the accent."""
    if not colour or colour.lower() == DEFAULT:
        return ""
    it = brand(colour)
    return (
        "@layer components{.shop{"
        f"--accent:light-dark({it.light},{it.dark});"
        f"--accent-fill:light-dark({it.light},{it.dark});"
        "--accent-fill-hover:color-mix(in oklab,var(--accent-fill) 86%,var(--ink));"
        f"--on-accent:light-dark({it.on_light},{it.on_dark});"
        "--accent-wash:color-mix(in oklab,var(--accent) 10%,var(--paper));"
        "--accent-line:color-mix(in oklab,var(--accent) 45%,var(--paper));"
        "}}\n"
    )


def _until_readable(colour: Rgb, *, on: Rgb, towards: Rgb) -> Rgb:
    for step in range(101):
        mixed = _mix(colour, towards, step / 100)
        if contrast(mixed, on) >= _ENOUGH:
            return mixed
    return towards


def _ink_on(fill: Rgb) -> str:
    white, black = (255, 255, 255), (20, 18, 16)
    return _hex(white if contrast(white, fill) >= contrast(black, fill) else black)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
