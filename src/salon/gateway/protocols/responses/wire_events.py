"""Events of a responses stream, as they come over the wire: the type is known, values are unchecked."""

from typing import Any

import msgspec

from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import BrokenJsonError, loads_lenient


class WireEvent(msgspec.Struct):
    """One event; fields nobody reads are skipped without being built."""

    type: str = ""
    delta: Any = None
    output_index: Any = 0
    content_index: Any = 0
    summary_index: Any = 0
    logprobs: Any = None
    item: Any = None
    part: Any = None
    annotation: Any = None
    response: Any = None
    error: Any = None
    message: Any = None
    code: Any = None


_decode_event = msgspec.json.Decoder(WireEvent).decode
_DATA = b"\ndata: "


def event_data(block: bytes) -> bytes:
    """Return the data of a block; fast for the usual form, a name and one line of data."""
    if block.startswith(b"event: "):
        start = block.find(_DATA)
        if start > 0 and block.find(b"\n", start + 7) == len(block) - 2 and b"\r" not in block:
            return block[start + 7 : -2]
    return block_data(block)


def read_event(data: bytes) -> WireEvent:
    """Read one event. Raises: BrokenJsonError."""
    try:
        return _decode_event(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(loads_lenient(data), WireEvent)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BrokenJsonError(str(error)) from error


def place(value: Any) -> int:
    """Return an index; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
