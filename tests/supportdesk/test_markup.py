"""What staff write in Markdown becomes HTML that is harmless on a page and in a mail."""

import pytest

from supportdesk.lib import markup


@pytest.mark.parametrize(
    "target", ["java%0ascript:x()", "//evil.example/", "/desk/", "?next=x", "javascript:x()", "x"]
)
def test_a_link_that_depends_on_its_page_is_only_words(target: str) -> None:
    """A customer reads it in a mail, where there is no page; on ours it would lead anywhere."""
    assert "href" not in markup.render(f"[here]({target})")


@pytest.mark.parametrize("target", ["https://a.example/?b=c", "mailto:a@b.example", "tel:+44123"])
def test_a_link_that_says_all_is_a_link(target: str) -> None:
    assert f'href="{target}"' in markup.render(f"[here]({target})")
    assert 'rel="noopener noreferrer nofollow"' in markup.render(f"[here]({target})")
