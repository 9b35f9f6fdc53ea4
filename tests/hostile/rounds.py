"""How much of the corpus one run goes through: a little, or as many rounds as ``HOSTILE`` says."""

import os

from tests.hostile.payloads import payloads

IS_WHOLE = "HOSTILE" in os.environ


def rounds() -> list[int]:
    """Return where in the corpus each round starts."""
    many = int(os.environ.get("HOSTILE", "1"))
    return [n * len(payloads()) // many for n in range(many)]
