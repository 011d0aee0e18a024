"""Viewers: each a client WebSocket that follows one run to its end, and compares clocks token by token.

Reads one line of JSON from stdin, ``{"port", "runs"}``: a viewer for each of them. Says ``{"open"}`` once all
follow, and at the end how many tokens came, with the lags of those that were sent between the two times of a
second line, ``{"from_us", "to_us"}``.

It reads frames by hand: a thousand viewers are to take little of the machine that they share with the server.
"""

import array
import asyncio
import base64
import json
import os
import re
import struct
import sys
import time

import uvloop

TIMES = re.compile(rb"([0-9]{16}) ")
UPGRADE = (
    "GET /salon/v1/socket HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    "sec-websocket-key: %s\r\nsec-websocket-version: 13\r\n\r\n"
)


class Seen:
    """What all viewers saw."""

    def __init__(self, viewers):
        self.sent_us = array.array("q")
        self.came_us = array.array("q")
        self.left = viewers
        self.following = viewers
        self.are_open = asyncio.Event()
        self.are_over = asyncio.Event()


class Viewer(asyncio.Protocol):
    """One socket and its subscription."""

    def __init__(self, port, run_id, seen):
        self.port = port
        self.run_id = run_id
        self.seen = seen
        self.buffer = b""
        self.is_open = False
        self.has_ended = False

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write((UPGRADE % (self.port, key)).encode())

    def connection_lost(self, exc):
        if not self.has_ended:
            raise SystemExit(f"{self.run_id}: its socket ended")

    def data_received(self, data):
        now_us = time.monotonic_ns() // 1000
        self.buffer += data
        if not self.is_open:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                raise SystemExit(head.decode() + rest.decode())
            self.is_open = True
            self.buffer = rest
            self.say({"type": "follow", "id": "a", "run": self.run_id})
        self.read(now_us)

    def read(self, now_us):
        data, at = self.buffer, 0
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                start += 2
                size = int.from_bytes(data[at + 2 : start], "big")
            elif size == 127:
                start += 8
                size = int.from_bytes(data[at + 2 : start], "big")
            if len(data) - start < size:
                break
            self.take(data[at] & 15, data[start : start + size], now_us)
            at = start + size
        self.buffer = data[at:]

    def take(self, kind, payload, now_us):
        if kind == 9:
            self.write(0x8A, payload)
        elif payload.startswith(b'{"type":"events"'):
            for found in TIMES.findall(payload):
                self.seen.sent_us.append(int(found))
                self.seen.came_us.append(now_us)
        elif payload.startswith(b'{"type":"following"'):
            self.seen.following -= 1
            if not self.seen.following:
                self.seen.are_open.set()
        elif payload.startswith(b'{"type":"left"'):
            self.has_ended = True
            self.seen.left -= 1
            if not self.seen.left:
                self.seen.are_over.set()
            self.transport.close()
        elif kind == 8 or payload.startswith((b'{"type":"error"', b'{"type":"rewind"', b'{"type":"behind"')):
            raise SystemExit(payload.decode(errors="replace"))

    def say(self, frame):
        self.write(0x81, json.dumps(frame).encode())

    def write(self, first, payload):
        # A mask of zeros is one, too.
        self.transport.write(struct.pack("!BBI", first, 0x80 | len(payload), 0) + payload)


def tell(**told):
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def part_of(lags_us, part):
    return round(lags_us[min(len(lags_us) - 1, int(part * len(lags_us)))] / 1000, 1) if lags_us else None


async def main():
    asked = json.loads(sys.stdin.readline())
    loop = asyncio.get_running_loop()
    seen = Seen(len(asked["runs"]))
    for run_id in asked["runs"]:
        await loop.create_connection(
            lambda run_id=run_id: Viewer(asked["port"], run_id, seen), "127.0.0.1", asked["port"]
        )
    await seen.are_open.wait()
    tell(open=len(asked["runs"]))
    window = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    await seen.are_over.wait()
    lags_us = sorted(
        came - sent
        for sent, came in zip(seen.sent_us, seen.came_us, strict=True)
        if window["from_us"] <= sent < window["to_us"]
    )
    tell(
        tokens=len(seen.sent_us),
        measured=len(lags_us),
        lag_p50_ms=part_of(lags_us, 0.5),
        lag_p99_ms=part_of(lags_us, 0.99),
        lag_worst_ms=part_of(lags_us, 1),
    )


if __name__ == "__main__":
    uvloop.run(main())
