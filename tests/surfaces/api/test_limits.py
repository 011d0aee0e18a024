"""Bounds on what a client may send and how slowly; and requests that two readers read differently."""

import asyncio

import msgspec
import pytest

from salon.testing.raw_http import request_bytes

CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"

SMUGGLED = {
    "length and chunks": b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    "two equal lengths": b"content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
    "a list of lengths": b"content-length: 5, 5\r\n\r\nhello",
    "a signed length": b"content-length: +5\r\n\r\nhello",
    "a hex length": b"content-length: 0x5\r\n\r\nhello",
    "a folded header": b"x-a: b\r\n c\r\ncontent-length: 0\r\n\r\n",
    "a folded encoding": b"transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"content-length : 5\r\n\r\nhello",
    "an unknown encoding": b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
    "chunked not last": b"transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a bad chunk size": b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "a negative chunk size": b"transfer-encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n",
    "a huge chunk size": b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "a chunk longer than its size": b"transfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "a bare line feed": b"x-a: b\ncontent-length: 0\r\n\r\n",
    "a bare carriage return": b"x-a: b\rx-c: d\r\ncontent-length: 0\r\n\r\n",
    "a null in a value": b"x-a: b\0c\r\ncontent-length: 0\r\n\r\n",
    "a null in a name": b"x\0a: b\r\ncontent-length: 0\r\n\r\n",
    "no colon": b"x-a\r\ncontent-length: 0\r\n\r\n",
    "two hosts": b"host: evil.example\r\ncontent-length: 0\r\n\r\n",
    "two keys": b"authorization: Bearer a\r\nauthorization: Bearer b\r\ncontent-length: 0\r\n\r\n",
}


def test_an_ambiguous_request_is_refused_and_the_connection_closed(doors):
    async def run():
        async with doors() as server:
            for name, rest in SMUGGLED.items():
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(CHAT + rest)
                answer = await asyncio.wait_for(reader.read(), 30)
                assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), name
                assert answer.count(b"HTTP/1.1 ") == 1, name
                writer.close()
            assert server.gateway.calls == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n", 414),
        (CHAT + b"x-a: " + b"b" * 40_000 + b"\r\ncontent-length: 0\r\n\r\n", 431),
        (CHAT + b"".join(b"x-%d: y\r\n" % n for n in range(101)) + b"content-length: 0\r\n\r\n", 431),
        (CHAT + b"content-length: 99999999999\r\n\r\n", 413),
        (b"POST /api/show HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2000000\r\n\r\n", 413),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_what_is_too_large_or_nameless_is_refused(doors, request_head, status):
    async def run():
        async with doors() as server:
            answer = await server.ask(request_head)
            assert answer.status == status
            assert answer.json()["error"]["message"]

    asyncio.run(run())


def test_an_endless_address_or_header_is_refused_while_it_comes(hot_door):
    async def run():
        async with hot_door() as server:
            assert (await server.ask(b"GET /" + b"a" * 40_000)).status == 414
            assert (await server.ask(CHAT + b"x-a: " + b"b" * 40_000)).status == 431

    asyncio.run(run())


def test_a_chunked_body_over_its_limit_is_refused(doors):
    async def run():
        async with doors() as server:
            head = b"POST /api/show HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            answer = await server.ask(head + chunk * 20 + b"0\r\n\r\n")
            assert answer.status == 413

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", None),
        (b"POST /v1/chat/comp", 408),
        (CHAT + b"x-a: b", 408),
        (CHAT + b"content-length: 10\r\n\r\nabc", 408),
        (b"POST /api/show HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nabc", 408),
    ],
)
def test_a_client_that_sends_too_slowly_is_let_go(hot_door, patient, sent, status):
    async def run():
        async with hot_door(limits=patient) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(sent)
            answer = await asyncio.wait_for(reader.read(), 30)
            assert answer.startswith(b"HTTP/1.1 %d" % status) if status else answer == b""
            writer.close()
            await server.until(lambda: not server.app.door.connections)

    asyncio.run(run())


def test_a_steady_slow_body_is_served(hot_door, patient):
    async def run():
        async with hot_door(limits=patient) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(CHAT + b"content-length: 2000\r\n\r\n")
            for _ in range(20):
                writer.write(b"x" * 100)
                await asyncio.sleep(0.03)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()

    asyncio.run(run())


def test_an_idle_connection_is_closed_and_a_reader_that_stopped_is_cut(hot_door, patient):
    async def run():
        async with hot_door(limits=patient) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert (await asyncio.wait_for(reader.read(), 30)).endswith(b"ok\n")
            writer.close()
            stopped, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
            writer.write(CHAT + b"x-mode: flood\r\nx-total: 90000000\r\ncontent-length: 0\r\n\r\n")
            await stopped.readline()
            await server.until(lambda: server.gateway.running == 0 and server.gateway.written_bytes > 0)
            writer.close()

    asyncio.run(run())


def test_a_connection_too_many_is_told_to_come_back(hot_door, patient):
    async def run():
        limits = msgspec.structs.replace(patient, max_connections=2, head_timeout_s=60)
        async with hot_door(limits=limits) as server:
            held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
            await server.until(lambda: len(server.app.door.connections) == 2)
            answer = await server.ask(request_bytes("GET", "/healthz"))
            assert answer.status == 503
            assert answer.headers["retry-after"] == "1"
            for _, writer in held:
                writer.close()
            await server.until(lambda: not server.app.door.connections)
            assert (await server.ask(request_bytes("GET", "/healthz"))).status == 200

    asyncio.run(run())


def test_garbage_behind_a_request_does_not_enter_its_answer(hot_door):
    async def run():
        async with hot_door() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(CHAT + b"x-mode: slow\r\ncontent-length: 1\r\n\r\na\0\0\0garbage\r\n\r\n")
            answer = await asyncio.wait_for(reader.read(), 30)
            assert answer.count(b"HTTP/1.1 ") == 1
            assert answer.endswith(b'"size": 1}')
            writer.close()

    asyncio.run(run())


class Failing:
    """Something among the connections that cannot be looked at."""

    def watch(self, now_s):
        raise LookupError("a defect")

    def check_access(self):
        raise LookupError("a defect")


def test_a_connection_that_cannot_be_watched_spares_no_other(hot_door, patient):
    async def run():
        async with hot_door(limits=patient, require_key=True) as server:
            watched = [Failing() for _ in range(8)]
            for one in watched:
                server.app.door.enter(one)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await asyncio.wait_for(reader.read(), 30) == b""
            writer.close()
            key = b"authorization: Bearer sk-salon-good\r\n"
            request = CHAT + key + b"x-mode: hang\r\ncontent-length: 2\r\n\r\n{}"
            asking = asyncio.create_task(server.ask(request))
            await server.until(lambda: server.gateway.running)
            server.accounts.end("sk-salon-good")
            assert (await asyncio.wait_for(asking, 30)).status == 401
            for one in watched:
                server.app.door.leave(one)

    asyncio.run(run())


def test_a_request_that_cannot_be_run_any_more_is_told_so(hot_door):
    async def run():
        async with hot_door() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for status in (b"200", b"200", b"200", b"503"):
                if status == b"503":
                    await server.app.door.supervisor.close()
                writer.write(CHAT + b"authorization: Bearer sk-salon-good\r\ncontent-length: 2\r\n\r\n{}")
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
                assert head.split(b" ", 2)[1] == status
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
            assert b"shutting down" in body
            writer.close()

    asyncio.run(run())
