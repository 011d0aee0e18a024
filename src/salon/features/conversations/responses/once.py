"""A request under an idempotency key is answered and stored once; sent again, it gets the same bytes.

The gateway's own claim keeps a provider from being asked twice. This one, around it, keeps what was asked and
answered from being stored twice, under two ids, and holds also for what goes on in a conversation that has
grown since. What is stored and its answer are kept in one transaction, so that a process that dies between
them leaves neither or both.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from salon.foundation.storage import Transaction
from salon.gateway.answers import Claim, IdempotencyKeys, Recorded
from salon.gateway.exchange import Headers, Reply, ServedCall, headers_of

HEADER: Final = b"idempotency-key"
_STREAM: Final = b"text/event-stream"
_WAIT_S: Final = 600.0
_FOLLOW: Final = b"follow:"

Also = Callable[[Transaction], None]
"""What is written in the transaction of something else."""


class OnceReply:
    """Hands an answer on and remembers it. Who asked may leave: it is made to its end all the same."""

    def __init__(self, reply: Reply, claim: Claim) -> None:
        self.started = False
        self.closed = False
        self.writable = reply.writable
        self.status = 0
        self.is_stream = False
        self.body = bytearray()
        self._reply = reply
        self._claim = claim
        self._writable_callbacks: list[Callable[[bool], None]] = []
        reply.on_writable(self._set_writable)
        reply.on_close(lambda: self._set_writable(True))

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Send the head, and note what it says."""
        self._begin(status, headers)
        self._reply.start(status, headers, content_length=content_length)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Send all of it, and keep it."""
        self._begin(status, headers)
        self.body += body
        self.closed = True
        self._reply.send(status, headers, body)

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Send all of it, and keep it."""
        self.send(status, headers_of(lines), body)

    def write(self, data: bytes) -> None:
        """Send part of the body, and keep it."""
        self.body += data
        self._reply.write(data)

    def finish(self) -> None:
        """End."""
        self.closed = True
        self._reply.finish()

    def abort(self) -> None:
        """Cut the connection."""
        self.closed = True
        self._reply.abort()

    def keeping(self, rest: bytes) -> Also:
        """Return what keeps this answer in a transaction, with the ``rest`` that is told afterwards."""
        answer = Recorded(status=200, is_stream=self.is_stream, body=bytes(self.body) + rest)
        return self._claim.keeping(answer)

    def following(self, response_id: str) -> Also:
        """Return what keeps in a transaction that this answer is the stream of a response begun in it."""
        answer = Recorded(status=200, is_stream=True, body=_FOLLOW + response_id.encode())
        return self._claim.keeping(answer)

    def end(self) -> None:
        """Keep what was answered; after a refusal the key is free again."""
        if self.status == 200:
            self._claim.keep(Recorded(status=200, is_stream=self.is_stream, body=bytes(self.body)))
        else:
            self._claim.release()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Nobody leaves what is kept."""

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Call back whenever the reader is too slow, and when it is not any more or has left."""
        self._writable_callbacks.append(callback)

    def _begin(self, status: int, headers: Headers) -> None:
        self.started, self.status = True, status
        self.is_stream = any(name == b"content-type" and value.startswith(_STREAM) for name, value in headers)

    def _set_writable(self, writable: bool) -> None:
        self.writable = writable
        for callback in self._writable_callbacks:
            callback(writable)


async def claimed(keys: IdempotencyKeys, call: ServedCall) -> Claim | Recorded | None:
    """Return a claim on the call's key, the answer its first request got, or None for a call without one.

    Raises: Conflict for another request under the same key, or while the first one goes on.
    """
    key = call.headers.get(HEADER)
    if key is None:
        return None
    # In the gateway the key itself is claimed, for the request that is made of this one.
    own = b"responses:" + hashlib.sha256(key).hexdigest().encode()
    return await keys.claim(call.identity.caller, own, bytes(call.body), timeout_s=_WAIT_S)


def give_again(reply: Reply, answer: Recorded) -> None:
    """Answer with what was answered before."""
    kind = _STREAM if answer.is_stream else b"application/json"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"idempotency-replayed", b"true")]
    if not answer.is_stream:
        reply.send(answer.status, headers, answer.body)
        return
    reply.start(answer.status, headers)
    reply.write(answer.body)
    reply.finish()


def followed(answer: Recorded) -> str | None:
    """Return the response whose stream an answer is, where its process died before it was whole."""
    is_begun = answer.is_stream and answer.body.startswith(_FOLLOW)
    return answer.body.removeprefix(_FOLLOW).decode() if is_begun else None
