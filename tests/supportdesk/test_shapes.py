"""HTML with named places: what fills them is escaped, once."""

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from supportdesk.lib.shapes import Shape, joined

TAG = Shape("""
    <p title="{title}">
        {words}
    </p>
""")


def test_what_fills_a_place_is_escaped() -> None:
    drawn = TAG(title='"onload="x', words="<script>&")

    assert drawn == '<p title="&quot;onload=&quot;x">&lt;script&gt;&amp;</p>'
    assert isinstance(drawn, SafeString)


def test_what_was_drawn_before_stays_as_it_is() -> None:
    assert TAG(title="", words=TAG(title="", words="<")) == ('<p title=""><p title="">&lt;</p></p>')


def test_numbers_lazy_words_and_nothing_are_written_out() -> None:
    assert TAG(title=gettext_lazy("Open"), words=7) == '<p title="Open">7</p>'
    assert TAG(title=None, words=None) == '<p title=""></p>'


def test_signs_of_formatting_in_what_people_wrote_mean_nothing() -> None:
    assert TAG(title="%s {words}", words="100 %d {0}") == '<p title="%s {words}">100 %d {0}</p>'
    assert Shape('<line x2="100%"/>{rest}')(rest="%") == '<line x2="100%"/>%'


def test_the_spaces_of_a_line_are_kept_and_indentation_is_not() -> None:
    assert Shape(" selected ")() == " selected "
    assert (
        Shape("""
        <b>
            {words}
        </b>
    """)(words=" x ")
        == "<b> x </b>"
    )


def test_a_place_that_is_not_filled_is_an_error() -> None:
    with pytest.raises(KeyError, match="words"):
        TAG(title="")


def test_joined_pieces_are_escaped_too() -> None:
    assert joined(["<", TAG(title="", words="")]) == '&lt;<p title=""></p>'
