import csv
import io

import pytest

from supportdesk.lib.csv_files import cell, csv_file


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1+1",
        "\u00a0=1",
        "'=1".lstrip("'"),
    ],
)
def test_what_looks_like_a_formula_stays_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_the_rest_stays_as_it_is() -> None:
    assert [cell(value) for value in ("Zoë", "a=b", "5 - 3", -3, 2.5, 0, "")] == [
        "Zoë",
        "a=b",
        "5 - 3",
        "-3",
        "2.5",
        "0",
        "",
    ]


def test_quotes_commas_and_lines_come_back_whole() -> None:
    row = ['say "no", or', "two\nlines", "Grüße"]
    answer = csv_file("people", ["a", "b", "c"], [row])

    text = answer.content.decode()
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:])))[1] == row
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
