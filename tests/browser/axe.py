"""What axe says of a page in both widths and both lights, and whether it scrolls sideways."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: The one rule that asks for colours, and half the work: the others say the same in every light.
COLOURS = ["color-contrast"]
LOOKS = ((WIDE, "light", RULES), (WIDE, "dark", COLOURS), (NARROW, "dark", RULES))
#: Frames hold mails, behind a wall that axe cannot pass: it would wait there for nothing.
HOW = {"resultTypes": ["violations"], "iframes": False}
ASK = """async options => (await axe.run(document, options)).violations.flatMap(
  wrong => wrong.nodes.map(node => `${wrong.id}: ${node.html.slice(0, 150)}`))"""
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"


def complaints(page: Page) -> list[str]:
    said = []
    page.evaluate(AXE_SCRIPT)
    for size, light, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=light, reduced_motion="reduce")
        found = page.evaluate(ASK, HOW | {"runOnly": rules})
        if (pixels := page.evaluate(TOO_WIDE)) > 0:
            found.append(f"{pixels} px too wide")
        said += [f"{size['width']} px, {light}: {each}" for each in found]
    page.set_viewport_size(WIDE)
    return said
