"""The one reader of newline-delimited JSON: bytes cut anywhere in, whole lines out, in linear time."""

from salon.gateway.protocols.sse import MAX_EVENT_BYTES, EventTooLargeError


class LineSplitter:
    """Cuts bytes into lines that keep their line end."""

    __slots__ = ("_buffer", "_limit")

    def __init__(self, *, max_line_bytes: int = MAX_EVENT_BYTES) -> None:
        self._buffer = bytearray()
        self._limit = max_line_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes. Raises: EventTooLargeError."""
        if not self._buffer and data.endswith(b"\n"):
            if data.find(b"\n") == len(data) - 1:
                return [data]
            return data.splitlines(keepends=True) if b"\r" not in data else _split_lf(data)
        first = data.find(b"\n")
        if first < 0:
            self._buffer += data
            if len(self._buffer) > self._limit:
                self._buffer.clear()
                raise EventTooLargeError
            return []
        last = data.rfind(b"\n") + 1
        lines = _split_lf(bytes(self._buffer) + data[:last])
        self._buffer = bytearray(data[last:])
        return lines

    def finish(self) -> bytes:
        """Return the last line if it had no line end."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest


def _split_lf(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data[:-1].split(b"\n")]
