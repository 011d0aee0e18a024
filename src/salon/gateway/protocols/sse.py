"""The one reader of server-sent events, by the WHATWG rules, for bytes cut anywhere.

Two layers: ``BlockSplitter`` cuts a byte stream at blank lines, whole events only, in time linear in the
bytes however they are cut; ``parse_block`` reads one event. A tap needs only the first. Unlike the
standard, an event at the end of the body without its blank line counts: providers do leave it out.
"""

import re

import msgspec

MAX_EVENT_BYTES = 32 * 1024 * 1024
"""One event larger than this ends the stream with an error."""

# Atomic groups: CR LF is one line end and must not be read as two.
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class SseEvent(msgspec.Struct, frozen=True):
    """One event: its data lines joined by LF, and its other fields."""

    data: bytes
    event: bytes = b""
    id: bytes | None = None
    retry_ms: int | None = None


class EventTooLargeError(ValueError):
    """One event passed the size limit."""


class BlockSplitter:
    """Cuts bytes into blocks, each ending with its blank line. Forward order, nothing lost."""

    __slots__ = ("_buffer", "_limit", "_scan_from")

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._buffer = bytearray()
        self._limit = max_event_bytes
        self._scan_from = 0

    @property
    def pending(self) -> bool:
        """Whether part of an event is held back."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the blocks that ``data`` completes. Raises: EventTooLargeError."""
        # Slices and ``partition``, here and below: reading the arguments of ``find`` costs twice as much.
        if not self._buffer and data[-2:] == b"\n\n" and b"\r" not in data:
            # The common case: whole events per read, LF only.
            if not data.partition(b"\n\n")[2]:
                return [data]
            return [block + b"\n\n" for block in data[:-2].split(b"\n\n")]
        buffer = self._buffer
        buffer += data
        blocks: list[bytes] = []
        start = 0
        scan = self._scan_from
        while match := _BLANK_LINE.search(buffer, scan):
            end = match.end()
            blocks.append(bytes(buffer[start:end]))
            start = scan = end
        if start:
            del buffer[:start]
        # A blank line may be cut after "\r", "\r\n" or "\r\n\r".
        self._scan_from = max(0, len(buffer) - 3)
        if len(buffer) > self._limit:
            buffer.clear()
            self._scan_from = 0
            raise EventTooLargeError
        return blocks

    def finish(self) -> bytes:
        """Return what is left without a blank line."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._scan_from = 0
        return rest


def block_data(block: bytes) -> bytes:
    """Return only the data of a block; empty when it has none. Fast for the usual one-line form."""
    line, _, rest = block.partition(b"\n")
    if rest == b"\n" and line[:6] == b"data: " and b"\r" not in line:
        return line[6:]
    event = parse_block(block)
    return event.data if event else b""


def parse_block(block: bytes) -> SseEvent | None:
    """Read one block; None when it holds only comments or nothing."""
    data: list[bytes] = []
    name = b""
    event_id: bytes | None = None
    retry_ms: int | None = None
    seen = False
    for line in _LINE_END.split(block.removeprefix(_BOM)):
        if not line or line.startswith(b":"):
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
            seen = True
        elif field == b"event":
            name = value
            seen = True
        elif field == b"id" and b"\0" not in value:
            event_id = value
            seen = True
        elif field == b"retry" and value.isdigit():
            retry_ms = int(value[:15])
            seen = True
    return SseEvent(b"\n".join(data), name, event_id, retry_ms) if seen else None


def ended(block: bytes) -> bytes:
    """Return a last block with the blank line it lacks, so that what follows is another event."""
    if block.endswith((b"\n\n", b"\r\n\r\n", b"\r\r")):
        return block
    line_end = b"\r\n" if b"\r\n" in block else b"\n"
    return block + line_end if block.endswith((b"\n", b"\r")) else block + line_end * 2


def says_nothing(block: bytes) -> bool:
    """Tell whether a block without data is only line ends and comments, and no half event."""
    return all(not line or line.startswith(b":") for line in _LINE_END.split(block))


class SseReader:
    """Feeds of bytes in, events out."""

    __slots__ = ("_splitter",)

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._splitter = BlockSplitter(max_event_bytes=max_event_bytes)

    def feed(self, data: bytes) -> list[SseEvent]:
        """Return the events that ``data`` completes. Raises: EventTooLargeError."""
        return [event for block in self._splitter.feed(data) if (event := parse_block(block))]

    def finish(self) -> list[SseEvent]:
        """Return the event that the end of the body completes, if any."""
        event = parse_block(self._splitter.finish())
        return [event] if event else []
