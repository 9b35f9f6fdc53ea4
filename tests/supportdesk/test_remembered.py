"""An answer is given again while it is good, and asked for anew after that."""

import pytest

from supportdesk.lib import remembered


def test_it_is_asked_once_in_its_time(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MODE = "trial"  # type: ignore[attr-defined]
    clock = [100.0]
    monkeypatch.setattr(remembered.time, "monotonic", lambda: clock[0])
    asked: list[int] = []

    @remembered.remembered(5)
    def ask(n: int) -> list[int]:
        asked.append(n)
        return [n]

    assert (ask(1), ask(2)) == ([1], [1])
    clock[0] += 4.9
    assert ask(3) == [1]
    clock[0] += 0.2
    assert (ask(4), asked) == ([4], [1, 4])
