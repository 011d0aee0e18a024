"""WebSockets at the door: odd offers, floods, and clients that break the protocol."""

import asyncio
import contextlib
import logging
import socket

import pytest
import websockets
from websockets.asyncio.client import connect

from salon.testing.raw_http import request_bytes

OFFER = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "authorization": "Bearer sk-salon-good",
}
PATH = "/v1/realtime?model=small-1"


class Parrot:
    """A relay whose sessions say what they hear, "go" with more than any socket holds, "drip" word by word."""

    target, request_id = "parrot/small-1", "req_1"

    def __init__(self):
        self.session, self.ended = self, []

    async def open(self, call):
        return self

    def leave(self):
        self.ended.append("left")

    def stop(self, error):
        self.ended.append("stopped")

    drain = leave

    async def run(self, client):
        try:
            while True:
                message = await client.receive()
                for _ in range({"go": 400, "drip": 10**9}.get(message, 1)):
                    await client.send("x" * 65536 if message == "go" else message)
                    await asyncio.sleep(0)
        except Exception as error:
            self.ended.append(type(error).__name__)


def offer(path=PATH, **headers):
    return request_bytes(
        "GET", path, b"", OFFER | {name.replace("_", "-"): headers[name] for name in headers}
    )


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (PATH, {"cookie": "a=" + "x" * 9000}, 431),
        (PATH + "&pad=" + "x" * 8160, {}, 414),
        (PATH + "\xe9", {}, 400),
        (PATH, {"sec_websocket_version": "12"}, 400),
        (PATH, {"sec_websocket_key": "short"}, 400),
        (PATH, {"user_agent": "caf\xe9"}, 101),
    ],
)
def test_an_offer_that_the_library_could_not_read_is_answered_at_once(hot_door, path, headers, status):
    async def run():
        async with hot_door(realtime=Parrot()) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(offer(path, **headers))
            line = await asyncio.wait_for(reader.readline(), 20)
            assert line.split()[1:2] == [b"%d" % status]
            writer.close()
            await server.until(lambda: not server.app.door.connections)

    asyncio.run(run())


async def heard_until(loop, client, end):
    """Read until ``end`` came; returns how much came before it."""
    count, tail = 0, b""
    while end not in tail:
        data = await asyncio.wait_for(loop.sock_recv(client, 1 << 20), 30)
        assert data
        count, tail = count + len(data), tail[-32:] + data
    return count


def test_pings_of_a_client_that_reads_nothing_are_not_piled_up(hot_door):
    async def run():
        loop = asyncio.get_running_loop()
        async with hot_door(realtime=Parrot()) as server:
            with socket.socket() as client:
                client.setblocking(False)
                await loop.sock_connect(client, ("127.0.0.1", server.port))
                await loop.sock_sendall(client, offer())
                await heard_until(loop, client, b"\r\n\r\n")
                await loop.sock_sendall(client, b"\x81\x82\0\0\0\0go")
                (held,) = server.app.door.connections
                await server.until(lambda: not held.writable.is_set())
                sizes = []
                for word in [*[b"ping"] * 100, b"last"]:
                    await asyncio.wait_for(loop.sock_sendall(client, (b"\x89\x84\0\0\0\0" + word) * 5000), 30)
                    sizes.append(held.transport.get_write_buffer_size())
                assert max(sizes) < 1_000_000
                assert await heard_until(loop, client, b"\x8a\x04last") > 1_000_000

    asyncio.run(run())


def test_a_client_that_breaks_the_protocol_while_it_is_told_much_is_no_failure_of_ours(hot_door, caplog):
    async def run():
        parrot = Parrot()
        async with hot_door(realtime=parrot, realtime_message_bytes=1000) as server:
            headers = {"authorization": OFFER["authorization"]}
            async with connect(f"ws://127.0.0.1:{server.port}{PATH}", additional_headers=headers) as client:
                await client.send("drip")
                await client.recv()
                client.transport.write(b"\x83\x80\0\0\0\0")  # an opcode there is not
                with contextlib.suppress(websockets.ConnectionClosed):
                    while await client.recv():
                        pass
            await server.until(lambda: parrot.ended)
            assert parrot.ended == ["ClientLeft"]

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert caplog.records == []


def test_words_that_are_no_utf8_end_the_session_and_fill_no_log(hot_door, caplog):
    async def run():
        async with hot_door(realtime=Parrot()) as server:
            headers = {"authorization": OFFER["authorization"]}
            async with connect(f"ws://127.0.0.1:{server.port}{PATH}", additional_headers=headers) as client:
                client.transport.write(b"\x81\x82\0\0\0\0\xc3\x28")
                with pytest.raises(websockets.ConnectionClosedError) as closed:
                    await client.recv()
            assert closed.value.rcvd.code == 1007

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert caplog.records == []
