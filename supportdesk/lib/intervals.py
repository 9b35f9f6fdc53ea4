"""How far a share can be trusted."""

from dataclasses import dataclass
from math import sqrt

#: The two-sided 95 % point of the normal distribution.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """Shares between 0 and 1."""

    low: float
    high: float


def wilson(k: int, n: int, *, z: float = Z95) -> Interval:
    """Return Wilson’s score interval for ``k`` of ``n``; from 0 to 1 if ``n`` is 0.

    The formula is (4) in L. D. Brown, T. T. Cai and A. DasGupta, “Interval
    Estimation for a Binomial Proportion”, Statistical Science 16 (2001),
    101–133, who recommend it for small ``n``; it is E. B. Wilson’s of 1927.
    It never leaves 0 to 1 and has a width at 0 and at ``n``, where p̂ ± 1.96·se
    has none.

    Raises ValueError if ``k`` is not within 0 and ``n``.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Interval(0.0, 1.0)
    share, weight = k / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    # What stands at an end stands there exactly, whatever the arithmetic rounds to.
    return Interval(
        0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half)
    )
