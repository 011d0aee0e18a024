"""Markdown of strangers: what is let through is a short list, whatever is written."""

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salon.features.conversations.rendering.markdown import MOST_LETTERS, is_harmless, to_html

SHARED = Path(os.environ.get("SALON_SHARED", Path(__file__).resolve().parents[5] / "shared"))
PAYLOADS = SHARED / "suites/xss/xss-payload-list.txt"
TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "section", "span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"aria-label", "class", "href", "rel", "start", "tabindex", "title"}
WRAPPERS = (
    "{}",
    "[x]({})",
    "![x]({})",
    "<{}>",
    "```{}\nx\n```",
    "| {} |\n|---|\n",
    "[x]: {}\n\n[x]",
    "[^1]\n\n[^1]: {}",
)


class Reader(HTMLParser):
    """Fails on whatever a page could act on."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            assert name != "href" or is_harmless(value or ""), value


def check(text: str) -> None:
    reader = Reader(convert_charrefs=True)
    reader.feed(to_html(text))
    reader.close()


@given(st.text(max_size=200))
@example('<a href="javascript:alert(1)" onclick=alert(1)>')
@example("[a](https://x.example 'b\" onclick=\"c')")
@example("![a](https://x.example/\"onerror=alert(1) 'b')")
def test_any_text_becomes_harmless_html(text: str) -> None:
    for wrapper in WRAPPERS:
        check(wrapper.format(text))


def test_no_payload_of_the_public_list_becomes_anything_but_text() -> None:
    if not PAYLOADS.is_file():
        pytest.skip("the list of payloads is not on this machine")
    payloads = PAYLOADS.read_text(errors="replace").splitlines()
    assert len(payloads) > 6000
    for number, payload in enumerate(payloads):
        check(WRAPPERS[number % len(WRAPPERS)].format(payload))
    check("\n\n".join(payloads)[:MOST_LETTERS])


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc",
     "vbscript:x", "//evil.example", "/relative", "#here", "https:", "blob:https://x/y"],
)  # fmt: skip
def test_other_addresses_stay_text(address: str) -> None:
    assert "<a" not in to_html(f"[x]({address})")
    assert not is_harmless(address)
    assert not is_harmless("http://[bad")


def test_pictures_become_links_and_load_nothing() -> None:
    assert to_html("![A cat](https://evil.example/c.png?q=1)") == (
        '<p><a class="picture" href="https://evil.example/c.png?q=1" rel="noopener noreferrer nofollow ugc">'
        "A cat</a></p>\n"
    )


def test_formulas_keep_their_signs() -> None:
    for text in (r"\(a_1 * b_2*c\)", "$a_1 * b_2*c$", "$$a_1 * b_2*c$$", r"\[a_1 * b_2*c\]"):
        assert "a_1 * b_2*c" in to_html(text)
    assert "$5 and $6" in to_html("It costs $5 and $6.")
    assert to_html(r"\(open").count("(open") == 1


def test_footnotes_are_numbered_and_stand_at_the_end() -> None:
    shown = to_html(
        "A keeper[^who], later a clock[^2].\n\n[^2]: Since *1921*.\n[^who]: A person.\n\nIt shines[^who]."
    )
    assert shown == (
        "<p>A keeper<sup>1</sup>, later a clock<sup>2</sup>.</p>\n<p>It shines<sup>1</sup>.</p>\n"
        '<section class="notes" aria-label="Footnotes"><ol>\n<li><p>A person.</p>\n</li>\n'
        "<li><p>Since <em>1921</em>.</p>\n</li>\n</ol></section>\n"
    )
    assert to_html("Nowhere[^3].") == "<p>Nowhere[^3].</p>\n"


def test_headings_stand_below_those_of_the_page_and_tables_need_no_style() -> None:
    assert to_html("# A\n###### B") == "<h3>A</h3>\n<h6>B</h6>\n"
    table = to_html("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert 'class="to-center"' in table
    assert "style=" not in table


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        r"\(",
        r"\[",
        "**a _b ",
        "<a@",
        "$a$",
        "[a](",
        "> ",
        "1. a\n",
        "`a``",
        "[^",
        "[^1]",
        "[^1]: ",
    ],
)
def test_texts_made_to_hurt_do_not(piece: str) -> None:
    to_html(piece * (MOST_LETTERS // len(piece)))
    to_html("[^1]: x\n\n" + piece * (MOST_LETTERS // len(piece) - 3))


def test_a_text_too_long_for_the_parser_is_shown_whole() -> None:
    text = "<b>*a*</b> " * (MOST_LETTERS // 10)
    shown = to_html(text)
    assert shown.startswith('<div class="plain">&lt;b&gt;*a*')
    assert len(shown) > len(text)
