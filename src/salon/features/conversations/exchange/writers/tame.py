"""Somebody's Markdown inside a document of ours: it stays what it is, and cannot pass for more.

A reader of Markdown may show raw HTML, load pictures and follow any address, and a heading of a message could
pass for the next speaker. So pictures become links, tags and headings are set off, and the outcome is read
again as the most trusting reader would: what still does more than words is put into a fence.
"""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from salon.features.conversations.rendering.markdown import MOST_LETTERS, is_harmless

_CODE_OR_TAG: Final = re.compile(
    r"(?P<code>(?<!`)(?P<run>`+)(?!`)[^`]*(?P=run)(?!`))|<(?=[A-Za-z/!?])|!(?=\[)"
)
_HEADING: Final = re.compile(r"^(\s{0,3})(#{1,4})(?=\s|$)")
_UNDERLINE: Final = re.compile(r"^\s{0,3}(-+|=+)\s*$")
_ADDRESS: Final = re.compile(r"<(?:https?|mailto):[^\s<>]*>")
_FENCES: Final = re.compile(r"`+")
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&])")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LOWEST_OF_OURS: Final = "h2"


def tame(text: str) -> str:
    """Return a text in Markdown that does nothing but read."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if len(text) <= MOST_LETTERS:
        gentle = _gently(text)
        if not any(map(_acts, _all(_TRUSTING.parse(gentle)))):
            return gentle
    return fenced(text)


def fenced(text: str, language: str = "") -> str:
    """Return a text in a fence that nothing in it closes."""
    longest = max((len(run) for run in _FENCES.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def escaped(text: str) -> str:
    """Return a name or a title as one line of plain words."""
    return _SPECIAL.sub(r"\\\1", _CONTROLS.sub(" ", text)).strip()


def quoted(text: str) -> str:
    """Return Markdown as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _gently(text: str) -> str:
    code = _code_lines(text)
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number in code:
            lines.append(line)
            continue
        if _UNDERLINE.match(line) and lines and lines[-1].strip():
            lines.append("")
        lines.append(_HEADING.sub(r"\1##\2", _CODE_OR_TAG.sub(_set_off, line)))
    return "\n".join(lines)


def _set_off(found: re.Match[str]) -> str:
    if found["code"] is not None:
        return found[0]
    if found[0] == "!":
        return ""
    is_link = _ADDRESS.match(found.string, found.start()) is not None
    return "<" if is_link else "\\<"


def _code_lines(text: str) -> set[int]:
    """Return the numbers of the lines that are code."""
    numbers: set[int] = set()
    for token in _TRUSTING.parse(text):
        if token.type in {"fence", "code_block"} and token.map is not None:
            numbers.update(range(*token.map))
    return numbers


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _acts(token: Token) -> bool:
    """Tell whether a trusting reader would do more than show words."""
    if token.type in {"html_block", "html_inline", "image"}:
        return True
    if token.type == "link_open":
        return not is_harmless(str(token.attrs.get("href", "")))
    return token.type == "heading_open" and token.tag <= _LOWEST_OF_OURS


def _trusting() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # pyright: ignore[reportAttributeAccessIssue] - the documented way
    return parser


_TRUSTING: Final = _trusting()

__all__ = ["escaped", "fenced", "quoted", "tame"]
