"""What models and people write, as HTML that does nothing: no raw HTML, no foreign picture or address.

The text is parsed first, and every piece of it is escaped where it is written, so there is nothing to take
out afterwards. An address that is not of the web or of mail stays the text it was; a picture becomes a link
to it, for a picture that loads by itself tells its server who reads.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

MOST_LETTERS: Final = 60_000
"""Longer texts are shown as they are: what a parser takes for a text made to hurt grows with its square."""
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_CLOSERS: Final = {"\\(": "\\)", "\\[": "\\]"}
_NOTE_MARK: Final = re.compile(r"\[\^[^\s\]]{1,99}\]")
"""The end is looked for near its beginning only: openings without an end stay cheap."""
_LOWEST_HEADING: Final = 6
_NOTES: Final = {
    "block_open": '<section class="notes" aria-label="Footnotes"><ol>\n',
    "block_close": "</ol></section>\n",
    "open": "<li>",
    "close": "</li>\n",
    "anchor": "",
}
_DEEPER: Final = 2
"""A page has headings of its own above those of a message."""


def to_html(text: str) -> str:
    """Return a text in Markdown as HTML."""
    if len(text) > MOST_LETTERS:
        return f'<div class="plain">{escapeHtml(text)}</div>\n'
    return str(_PARSER.render(text))


def is_harmless(address: str) -> bool:
    """Tell whether a link may lead to ``address``: the web or mail, and nowhere that runs something."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    if is_harmless(str(token.attrs.get("href", ""))):
        token.attrSet("rel", "noopener noreferrer nofollow ugc")
    else:
        token.attrs.pop("href", None)  # an empty address, which would lead to the page itself
    return self.renderToken(tokens, index, options, env)


def _picture(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    address = str(token.attrGet("src") or "")
    shown = self.renderInlineAsText(token.children, options, env) or address
    if not is_harmless(address):
        return escapeHtml(shown)
    attributes = f'href="{escapeHtml(address)}" rel="noopener noreferrer nofollow ugc"'
    return f'<a class="picture" {attributes}>{escapeHtml(shown)}</a>'


def _table_open(*_: Any) -> str:
    return '<div class="wide" tabindex="0"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _note_mark(state: StateInline, silent: bool) -> bool:
    return _NOTE_MARK.match(state.src, state.pos) is not None and footnote_ref(state, silent)


def _note_number(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # No link: its target would need a name of its own among all messages of a page.
    return f"<sup>{tokens[index].meta['id'] + 1}</sup>"


def _always(html: str) -> Callable[..., str]:
    return lambda *_: html


def _formula(text: str, options: dict[str, Any]) -> str:
    return escapeHtml(text)


def _tame(state: StateCore) -> None:
    """Put headings below the page's own, and say by a class what is aligned: pages forbid inline styles."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(_LOWEST_HEADING, int(token.tag[1:]) + _DEEPER)}"
        style = token.attrs.pop("style", None)
        if style is not None:
            token.attrSet("class", str(style).replace("text-align:", "to-"))


def _bracketed(state: StateInline, silent: bool) -> bool:
    r"""Keep ``\(…\)`` and ``\[…\]`` as they were written: a formula, not Markdown's escapes."""
    closer = _CLOSERS.get(state.src[state.pos : state.pos + 2])
    if closer is None or _last_closers(state)[closer] < state.pos + 2:
        return False
    end = state.src.find(closer, state.pos + 2)
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _last_closers(state: StateInline) -> dict[str, int]:
    """Return where each closer stands last: looked for once, so that openings without an end stay cheap."""
    known = state.env.get("last_closers")
    if known is None or known[0] is not state.src:
        known = (state.src, {closer: state.src.rfind(closer) for closer in _CLOSERS.values()})
        state.env["last_closers"] = known
    return known[1]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True, renderer=_formula
    )
    parser.use(footnote_plugin, inline=False)
    parser.inline.ruler.at("footnote_ref", _note_mark)
    parser.inline.ruler.before("escape", "bracketed_math", _bracketed)
    parser.core.ruler.push("tame", _tame)
    parser.validateLink = is_harmless  # pyright: ignore[reportAttributeAccessIssue] - the documented way
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("footnote_ref", _note_number)
    for rule, html in _NOTES.items():
        parser.add_render_rule(f"footnote_{rule}", _always(html))
    return parser


_PARSER: Final = _parser()

__all__ = ["MOST_LETTERS", "is_harmless", "to_html"]
