"""A shared conversation as a page: made on the server, read without JavaScript."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from typing import Any, Final

import msgspec

from salon.features.conversations.models import Author, Message
from salon.features.conversations.rendering.document import closing, house_line, opening
from salon.features.conversations.rendering.media import MediaPart, is_picture, stored_id
from salon.features.conversations.rendering.parts import Shown
from salon.features.conversations.rendering.style import style_source
from salon.features.conversations.rendering.turns import Cast, Turn, Version, cast_html, time_html, turn_html
from salon.features.conversations.shares.reading import PAGE, ShareView, path_of
from salon.foundation.kit.errors import Overloaded
from salon.foundation.messages import ImagePart
from salon.foundation.workers import Limits, Workers

POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src {style}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FUNCTION: Final = "salon.features.conversations.shares.pages:render"
LIMITS: Final = Limits(wall_s=20.0, cpu_s=10)
"""Of the process that makes a page; a plain one of 60 long answers takes under a second."""
MOST_HERE: Final = 8_000
"""Bytes of messages on a page that is made in this process: at the worst that takes some 50 ms."""
MOST_WAITING: Final = 20
"""Pages that wait for their process; who comes then is told to come again."""
_AGAIN_S: Final = 5
_KEPT: Final = 64
_NOBODY: Final = Author(kind="system", name="Taken out")
_HOUSE: Final = "A conversation, shared from Salon"


class PageFrame(msgspec.Struct, frozen=True, kw_only=True):
    """What of a page depends on who reads it, and where."""

    address: str
    """Of the link here, as a path: ``/s/…``."""
    may_copy: bool
    """Whether the reader is signed in and may have conversations."""


class Pages:
    """Renders views; the last ones are kept, so that reading again costs nothing. One event loop.

    What a text made to hurt takes of a parser grows with its square, so a page of more than a few words is
    made in a process of its own, with limits, one after the other: strangers open pages, and others' answers
    go on.
    """

    def __init__(self, workers: Workers, *, limits: Limits = LIMITS) -> None:
        """Make long pages with ``workers``, which nothing else waits for."""
        self._workers = workers
        self._limits = limits
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self.waiting = 0

    async def page(self, view: ShareView, frame: PageFrame) -> tuple[str, bytes]:
        """Return the page's ETag and its bytes. Raises: WorkLimit, WorkCrashed, Overloaded."""
        tag = await asyncio.to_thread(_tag, view, frame)
        body = self._kept.get(tag)
        if body is None:
            body = await self._made(tag, view, frame)
            self._kept[tag] = body
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return tag, body

    async def _made(self, tag: str, view: ShareView, frame: PageFrame) -> bytes:
        if _letters(view) <= MOST_HERE:
            return await asyncio.to_thread(lambda: _page(view, frame).encode())
        if self.waiting >= MOST_WAITING:
            raise Overloaded(retry_after_s=_AGAIN_S)
        self.waiting += 1
        try:
            async with self._turn:
                kept = self._kept.get(tag)  # who was before may have asked for the same
                return kept if kept is not None else await self._by_worker(view, frame)
        finally:
            self.waiting -= 1

    async def _by_worker(self, view: ShareView, frame: PageFrame) -> bytes:
        arguments = {"page": await asyncio.to_thread(msgspec.msgpack.encode, (view, frame))}
        return await self._workers.run(FUNCTION, arguments, limits=self._limits, field="page")


def render(arguments: dict[str, Any], send: Callable[[Any], None]) -> bytes:
    """Return a page; the body of the process that makes one."""
    del send
    view, frame = msgspec.msgpack.decode(arguments["page"], type=tuple[ShareView, PageFrame])
    return _page(view, frame).encode()


def _letters(view: ShareView) -> int:
    """Return about how much is said on a page."""
    return sum(message.size_bytes for message in view.messages.values())


def policy() -> str:
    """Return the content policy of these pages: no script, no other server."""
    return POLICY.format(style=style_source())


def missing_page() -> bytes:
    """Return the page for every link that leads nowhere; it is the same for all of them."""
    return told_page(
        "Nothing is shared here",
        "This link was revoked, has expired, or is not whole. Ask whoever sent it for a new one.",
    )


def told_page(title: str, text: str) -> bytes:
    """Return a page that says one thing."""
    return (
        f"{opening(title)}<header>{house_line('Salon')}<h1>{escape(title)}</h1>"
        f'<p class="facts">{escape(text)}</p></header>\n{closing()}'
    ).encode()


def _tag(view: ShareView, frame: PageFrame) -> str:
    gone = [mark.position for mark in view.marks if mark.is_gone]
    missing = [position for position in view.shown if view.marks[position].message_id not in view.messages]
    state = (view.revision.id, view.title, view.line, view.page, gone, missing, frame)
    return hashlib.sha256(msgspec.json.encode(state)).hexdigest()[:32]


def _page(view: ShareView, frame: PageFrame) -> str:
    cast = Cast()
    path = path_of(view.marks, view.revision.lines[view.line].last)
    for position in path:
        if not view.marks[position].is_gone:
            cast.voice_of(view.marks[position].author)
    versions = _Versions(view, frame)
    turns = "".join(
        turn_html(_turn(view, position, cast, versions), _Show(frame, position)) for position in view.shown
    )
    title = view.title
    return "".join(
        [
            opening(title),
            f"<header>{house_line(_HOUSE)}<h1><bdi>{escape(title)}</bdi></h1>",
            f'<p class="facts">{_facts(view, len(path))}</p>',
            cast_html(cast.authors),
            _lines_nav(view, frame),
            _continue(frame),
            f"</header>\n<main>\n{turns}{_pages_nav(view, frame)}</main>\n",
            _footer(frame),
            closing(),
        ]
    )


def _footer(frame: PageFrame) -> str:
    said = "Shown as it was when it was shared. Whoever shared it can revoke the link at any time."
    return f'<footer>{said} <a href="{escape(frame.address)}/qr.svg">QR code</a></footer>\n'


def _turn(view: ShareView, position: int, cast: Cast, versions: "_Versions") -> Turn:
    mark = view.marks[position]
    message: Message | None = view.messages.get(mark.message_id)
    content = message.content if message is not None else None
    return Turn(
        anchor=f"m{position}",
        author=mark.author if content is not None else _NOBODY,
        voice=cast.voice_of(mark.author) if content is not None else 0,
        at_ms=message.created_at_ms if message is not None else None,
        parts=content.parts if content is not None else None,
        status=message.status if message is not None else "complete",
        version=versions.of(position),
    )


class _Versions:
    """Which versions of a turn there are, and in which line each is seen."""

    def __init__(self, view: ShareView, frame: PageFrame) -> None:
        self._marks = view.marks
        self._frame = frame
        self._siblings: dict[int | None, list[int]] = {}
        self._seen: dict[int, tuple[int, int]] = {}
        if len(view.revision.lines) < 2:
            return
        for mark in view.marks:
            self._siblings.setdefault(mark.parent, []).append(mark.position)
        for number, line in enumerate(view.revision.lines):
            for depth, position in enumerate(path_of(view.marks, line.last)):
                self._seen.setdefault(position, (number, depth))

    def of(self, position: int) -> Version | None:
        """Return where a turn stands among its versions; None where it is the only one."""
        beside = self._siblings.get(self._marks[position].parent, [])
        if len(beside) < 2:
            return None
        at = beside.index(position)
        return Version(
            number=at + 1,
            of=len(beside),
            before=self._address(beside[at - 1]) if at else None,
            after=self._address(beside[at + 1]) if at + 1 < len(beside) else None,
        )

    def _address(self, position: int) -> str | None:
        if position not in self._seen:
            return None
        line, depth = self._seen[position]
        return f"{_address(self._frame, line, depth // PAGE)}#m{position}"


class _Show:
    """Says where the pictures and files of one turn are: below the share's own address."""

    def __init__(self, frame: PageFrame, position: int) -> None:
        self._frame = frame
        self._position = position
        self._place = -1

    def __call__(self, part: MediaPart) -> Shown:
        self._place += 1
        if stored_id(part) is None and not part.data:
            return Shown(name=part.name or "")
        address = f"{self._frame.address}/files/{self._position}-{self._place}"
        unsaid = isinstance(part, ImagePart) and part.media_type is None
        return Shown(address=address, is_picture=unsaid or is_picture(part.media_type), name=part.name or "")


def _facts(view: ShareView, count: int) -> str:
    said = f"{count} message{'' if count == 1 else 's'}"
    at = time_html(view.revision.created_at_ms)
    number = view.revision.number
    return f"{said} · shared {at}" + (f" · revision {number}" if number > 1 else "")


def _lines_nav(view: ShareView, frame: PageFrame) -> str:
    lines = view.revision.lines
    if len(lines) < 2:
        return ""
    items = [
        _entry(_address(frame, number, 0), line.name or f"Branch {number + 1}", is_here=number == view.line)
        for number, line in enumerate(lines)
    ]
    return f'<nav aria-label="Branches"><ul>{"".join(items)}</ul></nav>'


def _pages_nav(view: ShareView, frame: PageFrame) -> str:
    if view.pages < 2:
        return ""
    items: list[str] = []
    if view.page:
        items.append(_entry(_address(frame, view.line, view.page - 1), "Earlier messages"))
    items.append(f'<li><span class="off">Page {view.page + 1} of {view.pages}</span></li>')
    if view.page + 1 < view.pages:
        items.append(_entry(_address(frame, view.line, view.page + 1), "Later messages"))
    return f'<nav aria-label="Pages"><ul>{"".join(items)}</ul></nav>'


def _entry(address: str, text: str, *, is_here: bool = False) -> str:
    if is_here:
        return f'<li><span aria-current="page"><bdi>{escape(text)}</bdi></span></li>'
    return f'<li><a href="{escape(address)}"><bdi>{escape(text)}</bdi></a></li>'


def _continue(frame: PageFrame) -> str:
    if frame.may_copy:
        return (
            f'<form method="post" action="{escape(frame.address)}/copy">'
            '<button type="submit">Continue as my copy</button></form>'
        )
    return ""


def _address(frame: PageFrame, line: int, page: int) -> str:
    asked = [
        *([f"line={line}"] if line else []),
        *([f"page={page}"] if page else []),
    ]
    return frame.address + (f"?{'&'.join(asked)}" if asked else "")
