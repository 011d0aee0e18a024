"""A provider that says the time: each token of a stream is the monotonic clock in microseconds.

Speaks OpenAI's chat completions and nothing else, as cheaply as may be. ``{{rate=R}}`` in a prompt says how
many tokens a second. A stream opens at once and says nothing until ``GET /go``; ``GET /end`` ends all of
them. ``GET /count`` tells how many tokens were sent, and how many streams are open. The port is written to
stdout.
"""

import asyncio
import json
import re
import sys
import time

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
START = (
    b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"fake",'
    b'"choices":[{"index":0,"delta":'
)
RATE = re.compile(rb"\{\{rate=([0-9.]+)\}\}")
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


def framed(event):
    return b"%x\r\n%b\r\n" % (len(event), event)


TOKEN = START + b'{"content":"%016d "},"finish_reason":null}]}\n\n'
SIZE = b"%x\r\n" % len(TOKEN % 0)
LAST = framed(START + b'{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n') + b"0\r\n\r\n"


class State:
    """What all streams share."""

    def __init__(self):
        self.streams = {}
        self.sent = 0
        self.opened = 0

    def go(self):
        """Let every stream that waits begin, spread over the time between two tokens."""
        waiting = [one for one in self.streams if one.due_s is None]
        now_s = asyncio.get_running_loop().time()
        for place, one in enumerate(waiting):
            one.due_s = now_s + place / len(waiting) / one.rate
            one.plan()

    def end(self):
        """End every stream."""
        for one in tuple(self.streams):
            one.finish()


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, state):
        self.state = state
        self.buffer = b""
        self.rate = 0.0
        self.due_s = None
        self.timer = None

    def connection_made(self, transport):
        self.transport = transport
        self.loop = asyncio.get_running_loop()

    def connection_lost(self, exc):
        self.forget()

    def data_received(self, data):
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        if length is not None and len(body) < int(length[1]):
            return
        self.buffer = b""
        if head.startswith(b"POST"):
            rates = RATE.findall(body)
            self.rate = float(rates[-1]) if rates else 10.0
            self.state.streams[self] = None
            self.state.opened += 1
            self.transport.write(HEAD)
        else:
            self.answer(head.split(b" ")[1])

    def answer(self, path):
        if path == b"/go":
            self.state.go()
        elif path == b"/end":
            self.state.end()
        told = json.dumps({"sent": self.state.sent, "open": len(self.state.streams)}).encode()
        self.transport.write(PLAIN % (len(told), told))

    def plan(self):
        self.timer = self.loop.call_at(self.due_s, self.say)

    def say(self):
        self.transport.write(b"%b%b\r\n" % (SIZE, TOKEN % (time.monotonic_ns() // 1000)))
        self.state.sent += 1
        self.due_s += 1 / self.rate
        self.plan()

    def finish(self):
        self.forget()
        self.transport.write(LAST)

    def forget(self):
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.due_s = None
        self.state.streams.pop(self, None)


async def main():
    state = State()
    server = await asyncio.get_running_loop().create_server(
        lambda: Caller(state), "127.0.0.1", 0, backlog=2000
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
