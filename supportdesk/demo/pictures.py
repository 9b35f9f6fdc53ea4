"""The photographs that customers send along, drawn by hand."""

import io
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from supportdesk.models import User
from tickets import files
from tickets.models import Attachment

SIZE = (760, 570)
WOOD, SHADE, INK, STEEL = (214, 196, 168), (176, 154, 124), (44, 40, 38), (150, 154, 158)
RUBBER, PAPER, CARTON, RED = (52, 50, 50), (246, 243, 236), (190, 148, 98), (186, 52, 40)
NYLON, LEAF = (60, 92, 104), (92, 122, 74)

Pen = ImageDraw.ImageDraw


def draw(
    names: Sequence[str], rng: Random, *, at: datetime, by: User | None = None
) -> list[Attachment]:
    """Draw the pictures called so and keep them like uploads, until a message claims them."""
    kept = []
    for name in names:
        paint, kind = _PICTURES[name]
        content = _developed(paint, kind, rng)
        kept.append(
            files.store_bytes(
                content,
                f"{name}.{kind.lower().replace('jpeg', 'jpg')}",
                user=by,
                session="" if by else "demo",
                held_for="demo",
                at=at,
            )
        )
    return kept


def _developed(paint: Callable[[Pen, Random], None], kind: str, rng: Random) -> bytes:
    image = Image.new("RGB", SIZE, WOOD if kind == "JPEG" else PAPER)
    paint(ImageDraw.Draw(image), rng)
    if kind == "JPEG":
        image = image.filter(ImageFilter.GaussianBlur(0.8)).rotate(
            rng.uniform(-4, 4), resample=Image.Resampling.BILINEAR, fillcolor=SHADE
        )
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def _floor(pen: Pen, rng: Random) -> None:
    for y in range(0, SIZE[1], 44):
        pen.line((0, y, SIZE[0], y + rng.randint(-3, 3)), fill=SHADE, width=3)


def _bent_wheel(pen: Pen, rng: Random) -> None:
    _floor(pen, rng)
    middle, dent = (380, 285), rng.uniform(0.3, 1.2)
    rim = []
    for degree in range(0, 361, 3):
        turn = math.radians(degree)
        reach = 215 - 38 * math.exp(-((turn - dent) ** 2) / 0.02)
        rim.append((middle[0] + reach * math.cos(turn), middle[1] + reach * math.sin(turn)))
    for spoke in range(0, 120, 5):
        pen.line((middle, rim[spoke]), fill=STEEL, width=2)
    pen.line(rim, fill=RUBBER, width=20, joint="curve")
    pen.line(rim, fill=STEEL, width=5, joint="curve")
    pen.ellipse((355, 260, 405, 310), fill=INK)
    x, y = rim[int(math.degrees(dent) / 3)]
    pen.ellipse((x - 46, y - 46, x + 46, y + 46), outline=RED, width=5)


def _carton(pen: Pen, rng: Random) -> None:
    _floor(pen, rng)
    pen.polygon([(120, 150), (620, 120), (650, 470), (140, 500)], fill=CARTON, outline=INK)
    pen.line((120, 320, 650, 296), fill=(214, 190, 140), width=34)
    x, y = rng.randint(220, 480), rng.randint(190, 250)
    hole = [
        (x + rng.randint(38, 70) * math.cos(t / 5), y + rng.randint(28, 56) * math.sin(t / 5))
        for t in range(32)
    ]
    pen.polygon(hole, fill=INK)
    pen.rectangle((430, 380, 600, 450), fill=PAPER)
    for line in range(4):
        pen.line((444, 394 + line * 14, 586 - line * 22, 394 + line * 14), fill=INK, width=3)


def _torn_seam(pen: Pen, rng: Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill=NYLON)
    for fold in range(9):
        x = fold * 96 + rng.randint(-20, 20)
        pen.line((x, 0, x + 60, SIZE[1]), fill=(72, 106, 118), width=14)
    pen.line((60, 300, 700, 270), fill=(36, 60, 70), width=8)
    pen.polygon([(280, 288), (400, 240), (520, 280), (400, 318)], fill=(20, 32, 38))
    for thread in range(14):
        x = 290 + thread * 17
        pen.line((x, 284, x + rng.randint(-14, 14), 262 - rng.randint(0, 26)), fill=PAPER, width=2)


def _display(pen: Pen, rng: Random) -> None:
    _floor(pen, rng)
    pen.rounded_rectangle((230, 70, 530, 500), 40, fill=INK)
    pen.rounded_rectangle((256, 110, 504, 430), 10, fill=(196, 208, 190))
    pen.text((300, 150), f"E{rng.randint(10, 29)}", fill=INK, font_size=110)
    pen.text((292, 290), "SENSOR ?", fill=INK, font_size=40)
    pen.text((292, 352), "PRESS OK", fill=INK, font_size=40)
    pen.ellipse((360, 446, 400, 486), fill=RED)


def _empty_bag(pen: Pen, rng: Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill=LEAF)
    for _ in range(420):
        x, y = rng.randint(0, SIZE[0]), rng.randint(0, SIZE[1])
        pen.line(
            (x, y, x + rng.randint(-6, 6), y - rng.randint(8, 26)), fill=(112, 146, 88), width=2
        )
    pen.polygon([(140, 250), (600, 190), (630, 300), (160, 360)], fill=(206, 112, 50), outline=INK)
    pen.ellipse((575, 186, 655, 306), fill=INK)
    pen.text((250, 252), "POLES", fill=PAPER, font_size=46)


def _worn_chain(pen: Pen, rng: Random) -> None:
    _floor(pen, rng)
    for link in range(16):
        x, y = 30 + link * 45, 285 + 40 * math.sin(link / 2.4)
        pen.rounded_rectangle((x, y - 16, x + 52, y + 16), 15, fill=STEEL, outline=INK, width=4)
        rust = (168, 96, 50) if rng.random() < 0.4 else INK
        pen.ellipse((x + 6, y - 7, x + 20, y + 7), fill=rust)
    pen.rectangle((60, 400, 700, 450), fill=(222, 200, 60))
    for mark in range(40):
        pen.line((64 + mark * 16, 400, 64 + mark * 16, 424 if mark % 5 else 436), fill=INK, width=2)


def _label(pen: Pen, rng: Random) -> None:
    _floor(pen, rng)
    pen.rectangle((170, 60, 590, 510), fill=PAPER, outline=INK, width=3)
    pen.text((200, 84), "KESTREL & PINE", fill=INK, font_size=40)
    pen.text((200, 150), "RETURN", fill=RED, font_size=60)
    x = 200
    while x < 560:
        wide = rng.choice((3, 3, 5, 8))
        pen.rectangle((x, 260, x + wide, 420), fill=INK)
        x += wide + rng.choice((3, 5, 7))
    pen.text((250, 440), f"KP{rng.randint(10**8, 10**9)}GB", fill=INK, font_size=34)


def _invoice(pen: Pen, rng: Random) -> None:
    pen.text((60, 40), "KESTREL & PINE", fill=INK, font_size=34)
    pen.text((60, 92), f"Invoice {rng.randint(48000, 52000)}", fill=INK, font_size=26)
    total = 0
    for line in range(3):
        price = rng.randint(12, 190)
        total += price
        pen.text((60, 190 + line * 48), ("Bike", "Bag", "Carriage")[line], fill=INK, font_size=24)
        pen.text((600, 190 + line * 48), f"{price}.00", fill=INK, font_size=24)
    pen.line((60, 350, 700, 350), fill=INK, width=3)
    pen.text((60, 370), "Total", fill=INK, font_size=28)
    pen.text((600, 370), f"{total}.00", fill=INK, font_size=28)


_PICTURES: dict[str, tuple[Callable[[Pen, Random], None], str]] = {
    "rim-dent-by-valve": (_bent_wheel, "JPEG"),
    "hole-in-the-carton": (_carton, "JPEG"),
    "torn-seam": (_torn_seam, "JPEG"),
    "display": (_display, "JPEG"),
    "empty-pole-bag": (_empty_bag, "JPEG"),
    "chain": (_worn_chain, "JPEG"),
    "return-label": (_label, "PNG"),
    "invoice": (_invoice, "PDF"),
}
