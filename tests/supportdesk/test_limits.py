from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from supportdesk.lib.limits import allowed
from tests.factories import NOW


def test_the_fourth_of_three_is_refused_until_the_window_ends(db: None) -> None:
    tries = [allowed("form", "a", times=3, seconds=60, at=NOW) for _ in range(4)]
    assert tries == [True, True, True, False]

    assert allowed("form", "b", times=3, seconds=60, at=NOW)
    assert not allowed("form", "a", times=3, seconds=60, at=NOW + timedelta(seconds=59))
    assert allowed("form", "a", times=3, seconds=60, at=NOW + timedelta(seconds=60))


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_let_through_exactly_ten_times() -> None:
    def one_try(_n: int) -> bool:
        try:
            return allowed("form", "crowd", times=10, seconds=60, at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = list(pool.map(one_try, range(50)))
    assert answers.count(True) == 10
