import pytest

from supportdesk.lib.intervals import wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Computed with 50 digits from the formula in the source that is named there.
        (57, 61, 0.8432, 0.9742),
        (8, 10, 0.4902, 0.9433),
        (1, 10, 0.0179, 0.4042),
        (50, 100, 0.4038, 0.5962),
        (1, 1, 0.2065, 1.0),
        (0, 3, 0.0, 0.5615),
        (3, 3, 0.4385, 1.0),
    ],
)
def test_the_known_values(k: int, n: int, low: float, high: float) -> None:
    found = wilson(k, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_it_stays_within_0_and_1_around_the_share_and_narrows() -> None:
    for n in (1, 2, 5, 30, 1000):
        for k in range(0, n + 1, max(1, n // 7)):
            found = wilson(k, n)
            assert 0 <= found.low <= k / n <= found.high <= 1
            wider = wilson(k, n, z=2.6)
            assert wider.high - wider.low >= found.high - found.low
    assert wilson(500, 1000).high - wilson(500, 1000).low < 0.07


def test_none_of_none_can_be_anything() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    """Summed over every outcome, not drawn: near 95 of 100 for each share, and never far below."""
    from math import comb

    n, covered = 40, []
    for share in [x / 100 for x in range(5, 96, 5)]:
        inside = (k for k in range(n + 1) if wilson(k, n).low <= share <= wilson(k, n).high)
        covered.append(sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in inside))
    assert min(covered) > 0.92
    assert abs(sum(covered) / len(covered) - 0.95) < 0.01


@pytest.mark.parametrize(("k", "n"), [(2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(k, n)
