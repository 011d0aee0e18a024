"""The text of HTML: what a person would read, with its lines and lists, without its scripts."""

from html.parser import HTMLParser
from typing import Final

from salon.foundation.reading.pieces import Pieces
from salon.foundation.reading.plain import encoding_of

_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math"})
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table",
        "title", "tr", "ul",
    }
)  # fmt: skip
_CHUNK: Final = 64 * 1024


def read(path: str, pieces: Pieces) -> str:
    """Read a page."""
    with open(path, encoding=encoding_of(path), errors="replace") as file:  # noqa: PTH123 - in a worker
        parser = _Words(pieces)
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
        parser.close()
    return ""


def add_markup(text: str, pieces: Pieces) -> None:
    """Add the text of a piece of HTML."""
    parser = _Words(pieces)
    parser.feed(text)
    parser.close()


class _Words(HTMLParser):
    """Hands on what is shown, with one space between words and one line between blocks."""

    def __init__(self, pieces: Pieces) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces = pieces
        self._unseen = 0
        self._pre = 0
        self._between = ""
        """What comes before the next word: nothing, a space or lines."""
        self._has_any = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        self._pre += tag == "pre"
        self._divide(tag)
        if tag == "li":
            self._say("- ")
        elif tag in {"td", "th"} and not self._between.endswith("\n"):
            self._between = "\t"
        elif tag == "img":
            described = next((value for name, value in attrs if name == "alt" and value), None)
            if described:
                self.handle_data(f" [{described}] ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag == "pre" and self._pre:
            self._pre -= 1
        self._divide(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._pre:
            self._say(data)
            return
        words = " ".join(data.split())
        if not words:
            self._between = self._between or " "
            return
        if data[0].isspace() and not self._between:
            self._between = " "
        self._say(words)
        if data[-1].isspace():
            self._between = " "

    def _divide(self, tag: str) -> None:
        if tag in _BLOCKS:
            is_far = tag in {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"}
            self._between = "\n\n" if is_far or self._between == "\n\n" else "\n"

    def _say(self, text: str) -> None:
        self._pieces.add((self._between if self._has_any else "") + text)
        self._between, self._has_any = "", True
