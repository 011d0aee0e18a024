"""The look of pages without JavaScript: the design's tokens, light or dark as the reader's system is."""

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_DARK: Final = re.compile(r'\[data-theme="dark"\] \{(.*?)\n\}', re.DOTALL)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


@functools.cache
def style() -> str:
    """Return the style sheet; it loads nothing. On paper it is light."""
    tokens = (_HERE / "tokens.css").read_text()
    dark = _DARK.search(tokens)
    assert dark is not None
    night = f"@media screen and (prefers-color-scheme: dark) {{ :root {{{dark[1]}\n}} }}"
    light = _DARK.sub("", tokens).replace(':root, [data-theme="light"]', ":root")
    # What raises contrast comes last in the tokens, and has to win over the night too.
    head, mark, rest = light.partition("@media")
    sheet = f"{head}{night}\n{mark}{rest}{(_HERE / 'page.css').read_text()}"
    return _COMMENT.sub("", sheet).strip() + "\n"


@functools.cache
def style_source() -> str:
    """Return what a content policy lists, so that this sheet and no other may be used."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
