"""The look of pages without JavaScript is the design's, and asks nobody for anything."""

import re
from pathlib import Path

from salon.features.conversations.rendering import style as module
from salon.features.conversations.rendering.document import closing, house_line, opening
from salon.features.conversations.rendering.style import style, style_source

ROOT = Path(__file__).resolve().parents[4]


def test_tokens_are_those_of_the_web_app() -> None:
    own = Path(module.__file__).with_name("tokens.css").read_text()
    assert own == (ROOT / "web/src/styles/tokens.css").read_text(), "copy web/src/styles/tokens.css over it"


def test_every_token_that_is_used_is_defined_in_light_and_dark() -> None:
    sheet = style()
    defined = set(re.findall(r"(--[\w-]+):", sheet))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= defined
    night = sheet[sheet.index("prefers-color-scheme: dark") :]
    assert "--canvas: oklch(16.5%" in night
    assert 'data-theme="dark"' not in sheet


def test_the_sheet_loads_nothing_and_is_named_by_its_hash() -> None:
    assert "url(" not in style()
    assert "@import" not in style()
    assert re.fullmatch(r"'sha256-[\w+/=]{44}'", style_source())


def test_a_page_has_its_sheet_and_an_escaped_title() -> None:
    page = opening("<b>&", head="<meta>") + house_line("<i>") + closing()
    assert "<title>&lt;b&gt;&amp;</title>" in page
    assert f"<style>{style()}</style>" in page
    assert "<i>" not in page
    assert page.endswith("</html>\n")
