"""The controls that we draw say what Django’s own templates say."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from supportdesk.lib.controls import Renderer

HOSTILE = "\"><script>x</script>&amp;'"


class _Form(forms.Form):
    name = forms.CharField(max_length=10, widget=forms.TextInput(attrs={"autofocus": True}))
    mail = forms.EmailField(required=False, disabled=True)
    number = forms.IntegerField(min_value=0, required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 2, HOSTILE[2:8]: False}))
    one = forms.ChoiceField(
        choices=[("", "none"), (HOSTILE, HOSTILE), ("Group", [("a", "A"), ("b", "B")])]
    )
    many = forms.MultipleChoiceField(choices=[("1", "one"), ("2", "two"), ("3", "three")])
    tick = forms.BooleanField(required=False)
    radio = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


class _Read(HTMLParser):
    """What a browser gets: tags with their attributes, and words without the space around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.found += [data.strip()] if data.strip() else []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {
            "name": HOSTILE,
            "words": f"\n{HOSTILE}",
            "one": HOSTILE,
            "many": ["1", "3"],
            "number": "x",
        },
        {"name": "", "words": "", "one": "b", "hidden": "0", "number": "0"},
    ],
)
def test_each_control_reads_as_djangos_own(data: dict[str, object] | None) -> None:
    for name in _Form.base_fields:
        ours = str(_Form(data, renderer=Renderer())[name])
        theirs = str(_Form(data, renderer=DjangoTemplates())[name])
        assert _Read(ours).found == _Read(theirs).found
        assert "<script>" not in ours
