"""The one reader of server-sent events, by the WHATWG rules, however its bytes are cut."""

import time
from itertools import pairwise

import pytest

from salon.gateway.protocols.ndjson import LineSplitter
from salon.gateway.protocols.sse import (
    BlockSplitter,
    EventTooLargeError,
    SseEvent,
    SseReader,
    block_data,
)


def read(data: bytes, size: int = 0) -> list[SseEvent]:
    """Read a stream cut into pieces."""
    reader = SseReader()
    step = size or len(data) or 1
    events = [e for i in range(0, len(data), step) for e in reader.feed(data[i : i + step])]
    return events + reader.finish()


CASES: dict[str, tuple[bytes, list[SseEvent]]] = {
    "lf": (b"data: a\n\ndata: b\n\n", [SseEvent(b"a"), SseEvent(b"b")]),
    "crlf": (b"data: a\r\n\r\ndata: b\r\n\r\n", [SseEvent(b"a"), SseEvent(b"b")]),
    "cr": (b"data: a\r\rdata: b\r\r", [SseEvent(b"a"), SseEvent(b"b")]),
    "mixed": (b"data: a\r\n\ndata: b\n\r\ndata: c\r\r\n", [SseEvent(b"a"), SseEvent(b"b"), SseEvent(b"c")]),
    "bom": (b"\xef\xbb\xbfdata: a\n\n", [SseEvent(b"a")]),
    "comments": (b": hello\n\n:\n\ndata: a\n: in between\ndata: b\n\n", [SseEvent(b"a\nb")]),
    "multi-line": (b"data: a\ndata:\ndata:  b\n\n", [SseEvent(b"a\n\n b")]),
    "no space": (b"data:a\n\n", [SseEvent(b"a")]),
    "event name": (b"event: error\ndata: {}\n\n", [SseEvent(b"{}", b"error")]),
    "id and retry": (b"id: 7\nretry: 1500\ndata: a\n\n", [SseEvent(b"a", b"", b"7", 1500)]),
    "bogus retry": (b"retry: 1.5s\ndata: a\n\n", [SseEvent(b"a")]),
    "null in id": (b"id: a\0b\ndata: a\n\n", [SseEvent(b"a")]),
    "no colon": (b"data\n\n", [SseEvent(b"")]),
    "unknown field": (b"foo: bar\ndata: a\n\n", [SseEvent(b"a")]),
    "no final blank line": (b"data: a\n\ndata: b", [SseEvent(b"a"), SseEvent(b"b")]),
    "one final line end": (b"data: a\n", [SseEvent(b"a")]),
    "many blank lines": (b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n", [SseEvent(b"a"), SseEvent(b"b")]),
    "utf-8": ("data: héllo \U0001f600\n\n".encode(), [SseEvent("héllo \U0001f600".encode())]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 7])
def test_events_are_read_by_the_rules(name: str, size: int) -> None:
    data, expected = CASES[name]
    assert read(data, size) == expected


@pytest.mark.parametrize("name", CASES)
def test_any_two_cuts_give_the_same_events(name: str) -> None:
    data, expected = CASES[name]
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            reader = SseReader()
            pieces = (data[a:b] for a, b in pairwise((0, first, second, len(data))))
            events = [event for piece in pieces for event in reader.feed(piece)]
            assert events + reader.finish() == expected, (first, second)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_blocks_lose_no_byte(name: str, size: int) -> None:
    data, _ = CASES[name]
    splitter = BlockSplitter()
    out = b"".join(b for i in range(0, len(data), size) for b in splitter.feed(data[i : i + size]))
    assert out + splitter.finish() == data


def test_an_event_ended_by_cr_is_told_at_once() -> None:
    reader = SseReader()
    assert reader.feed(b"data: a\r\n\r") == [SseEvent(b"a")]
    assert reader.feed(b"\ndata: b\r\n\r\n") == [SseEvent(b"b")]


def test_whole_events_are_the_same_object() -> None:
    data = b'data: {"a":1}\n\n'
    blocks = BlockSplitter().feed(data)
    assert blocks[0] is data
    assert block_data(data) == b'{"a":1}'


@pytest.mark.parametrize("size", [1 << 10, 1 << 16])
def test_a_five_megabyte_event_takes_linear_time(size: int) -> None:
    data = b"data: " + b"x" * 5_000_000 + b"\n\n"
    started = time.process_time()
    events = read(data, size)
    assert len(events[0].data) == 5_000_000
    assert time.process_time() - started < 1.0


def test_an_event_over_the_limit_is_refused() -> None:
    splitter = BlockSplitter(max_event_bytes=1000)
    with pytest.raises(EventTooLargeError):
        splitter.feed(b"x" * 2000)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lines_are_cut_at_lf_only(size: int) -> None:
    data = '{"a":"\u2028\r"}\r\n\n{"b":2}\n{"c"'.encode()
    splitter = LineSplitter()
    lines = [line for i in range(0, len(data), size) for line in splitter.feed(data[i : i + size])]
    assert lines == ['{"a":"\u2028\r"}\r\n'.encode(), b"\n", b'{"b":2}\n']
    assert splitter.finish() == b'{"c"'


def test_a_line_over_the_limit_is_refused() -> None:
    splitter = LineSplitter(max_line_bytes=1000)
    with pytest.raises(EventTooLargeError):
        splitter.feed(b"x" * 2000)


def test_five_megabyte_lines_take_linear_time() -> None:
    data = b'{"x":"' + b"x" * 5_000_000 + b'"}\n'
    splitter = LineSplitter()
    started = time.process_time()
    lines = [line for i in range(0, len(data), 1024) for line in splitter.feed(data[i : i + 1024])]
    assert len(lines) == 1
    assert time.process_time() - started < 1.0
