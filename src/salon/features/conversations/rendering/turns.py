"""One turn of a conversation as HTML: who spoke, when, what, and what it took."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

import msgspec

from salon.features.conversations.models import Author, MessageStatus
from salon.features.conversations.rendering.parts import Show, part_html
from salon.foundation.messages import Part

VOICES: Final = 9
"""How many colours there are; whoever comes later speaks in grey."""
_OUTCOMES: Final[dict[MessageStatus, str]] = {
    "complete": "",
    "interrupted": "The answer was interrupted here.",
    "failed": "The answer failed here.",
}


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Where a turn stands among the versions of it."""

    number: int
    of: int
    before: str | None
    """The address of the version before; None for the first."""
    after: str | None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a page shows it."""

    anchor: str
    author: Author
    voice: int
    """From 1; 0 for whoever has none."""
    at_ms: int | None
    parts: tuple[Part, ...] | None
    """None for one that was taken out."""
    status: MessageStatus = "complete"
    metrics: str = ""
    version: Version | None = None


class Cast:
    """Who takes part, each with a colour of their own in the order in which they first spoke."""

    def __init__(self) -> None:
        self._voices: dict[tuple[str, str], int] = {}
        self.authors: list[tuple[Author, int]] = []

    def voice_of(self, author: Author) -> int:
        """Return the colour of an author."""
        key = (author.kind, author.id or author.name or "")
        if key not in self._voices:
            number = len(self._voices) + 1
            self._voices[key] = number if number <= VOICES else 0
            self.authors.append((author, self._voices[key]))
        return self._voices[key]


def name_of(author: Author) -> str:
    """Return the name under which an author is shown."""
    fallback = {"person": "Person", "system": "System"}.get(author.kind, "Model")
    return author.name or (author.id if author.kind in {"model", "tool"} else None) or fallback


def turn_html(turn: Turn, show: Show) -> str:
    """Return a turn as one article."""
    if turn.parts is None:
        said = '<p class="gone">This message was taken out.</p>'
    else:
        said = "".join(part_html(part, show) for part in turn.parts)
    outcome = _OUTCOMES[turn.status] if turn.parts is not None else ""
    note = f'<p class="note">{outcome}</p>' if outcome else ""
    metrics = f'<p class="metrics">{escape(turn.metrics)}</p>' if turn.metrics else ""
    return (
        f'<article class="v{turn.voice}" id="{escape(turn.anchor)}">{_face(turn.author)}'
        f'<div class="said">{_head(turn)}{said}{note}{metrics}{_versions(turn.version)}</div></article>\n'
    )


def time_html(at_ms: int) -> str:
    """Return a time in UTC, for people and machines."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    machine = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return f'<time datetime="{machine}">{at:%Y-%m-%d %H:%M} UTC</time>'


def cast_html(authors: Sequence[tuple[Author, int]]) -> str:
    """Return the list of those who take part."""
    shown = "".join(
        f'<li class="v{voice}"><span class="bar" aria-hidden="true"></span>'
        f"<span><bdi>{escape(name_of(author))}</bdi>{escape(_model_of(author))}</span></li>"
        for author, voice in authors
    )
    return f'<ul class="cast" aria-label="Who takes part">{shown}</ul>' if shown else ""


def _model_of(author: Author) -> str:
    """Return the model behind an author's name, where that says more than the name."""
    is_told = author.id is None or author.name in {author.id, author.id.rpartition("/")[2]}
    return "" if author.kind != "model" or is_told else f", {author.id}"


def _face(author: Author) -> str:
    is_person = author.kind == "person"
    letters = "".join(letter for letter in name_of(author).rpartition("/")[2] if letter.isalnum())
    kind = "face person" if is_person else "face"
    return f'<div class="{kind}" aria-hidden="true">{escape(letters[:1].upper() or "·")}</div>'


def _head(turn: Turn) -> str:
    name = f"<strong><bdi>{escape(name_of(turn.author))}</bdi></strong>"
    model = _model_of(turn.author).removeprefix(", ")
    more = f"<span>{escape(model)}</span>" if model else ""
    at = time_html(turn.at_ms) if turn.at_ms is not None else ""
    return f'<h3 class="who">{name}{more}{at}</h3>'


def _versions(version: Version | None) -> str:
    if version is None:
        return ""
    before = f'<a href="{escape(version.before)}">Version before</a>' if version.before else ""
    after = f'<a href="{escape(version.after)}">Next version</a>' if version.after else ""
    where = f"<span>Version {version.number} of {version.of}</span>"
    return f'<p class="versions">{" ".join(one for one in (before, where, after) if one)}</p>'
