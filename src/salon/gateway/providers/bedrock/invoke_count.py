"""Counts of InvokeModel, which come in a header, put into the body, where answers are read.

Embeddings alone need it: Nova and Cohere count nothing in theirs, and Claude's answers count themselves.
"""

from typing import Final

from salon.foundation.egress import EgressError, Headers, HttpReceiver
from salon.gateway.protocols.invoke.answers import COUNT_FIELD

_HEADER: Final = COUNT_FIELD.encode()
_PLACE: Final = b"/invoke"
_LENGTH: Final = b"content-length"


def counts_outside(target: bytes) -> bool:
    """Tell whether the answer to a request there may be counted in a header alone."""
    return target.endswith(_PLACE) and b"embed" in target


class InvokeCount:
    """Stands before a receiver and puts the count into an answer; failures pass as they are."""

    def __init__(self, receiver: HttpReceiver) -> None:
        self._receiver = receiver
        self._head = b""

    def on_head(self, status: int, headers: Headers) -> None:
        """Keep the count for the body."""
        told = next((value for name, value in headers if name == _HEADER), b"")
        if status == 200 and told.isdigit():
            self._head = b'{"%b":%b,' % (_HEADER, told)
            headers = [(name, value) for name, value in headers if name != _LENGTH]
        self._receiver.on_head(status, headers)

    def on_data(self, data: bytes) -> None:
        """Put the count behind the first brace."""
        if self._head and data:
            data = self._head + data[1:] if data.startswith(b'{"') else data
            self._head = b""
        self._receiver.on_data(data)

    def on_end(self) -> None:
        """Pass on the end."""
        self._receiver.on_end()

    def on_error(self, error: EgressError) -> None:
        """Pass on why the answer will not be complete."""
        self._receiver.on_error(error)
