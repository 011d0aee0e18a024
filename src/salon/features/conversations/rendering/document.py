"""The frame of a page without JavaScript: its head, which asks for nothing, and its title."""

from html import escape
from typing import Final

from salon.features.conversations.rendering.style import style

LOGO: Final = (
    '<svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">'
    '<rect x="3" y="4" width="3" height="8" rx="1"/><rect x="8.5" y="7" width="3" height="9" rx="1"/>'
    '<rect x="14" y="5" width="3" height="6" rx="1"/></svg>'
)
"""Three bars: the mark."""


def opening(title: str, *, head: str = "") -> str:
    """Return everything up to the body's content. ``head`` is HTML for the head."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"{head}"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex, nofollow">\n'
        f"<title>{escape(title)}</title>\n<style>{style()}</style>\n</head>\n<body>\n"
    )


def closing() -> str:
    """Return what ends a page."""
    return "</body>\n</html>\n"


def house_line(text: str) -> str:
    """Return the line at the top that says what this is."""
    return f'<div class="house">{LOGO}<span>{escape(text)}</span></div>'
