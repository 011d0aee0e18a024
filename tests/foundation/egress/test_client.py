"""The HTTP client: framing, reuse, replays, limits, backpressure, cuts."""

import asyncio

import pytest

from salon.foundation.egress import (
    ADMIN,
    EgressBroken,
    EgressRefused,
    EgressTimeout,
    EgressUnreachable,
    Url,
)
from salon.testing.ports import free_port

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"hello"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b""),
    ],
)
def test_an_answer_is_read_whole_and_the_connection_kept(line, answer, body):
    async def run():
        async with line(answer) as it:
            for _ in range(3):
                notes = await it.ask(body=b"{}")
                assert (notes.body, notes.calls[0], notes.calls[-1]) == (body, "head", "end")
            assert it.peer.connections == 1
            assert it.client.counts() == (1, 1)

    asyncio.run(run())


def test_a_body_cut_at_every_byte_is_the_same(line):
    async def run():
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"

        async def drip(reader, writer, number):
            for index in range(len(whole)):
                writer.write(whole[index : index + 1])
                await writer.drain()
                await asyncio.sleep(0)

        async with line(drip) as it:
            assert (await it.ask()).body == b"hello world"

    asyncio.run(run())


def test_a_body_until_close_ends_with_the_connection(line):
    async def run():
        async def close(reader, writer, number):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
            writer.close()

        async with line(close) as it:
            notes = await it.ask()
            assert (notes.body, notes.calls[-1]) == (b"hello", "end")
            assert it.client.counts() == (0, 0)

    asyncio.run(run())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000,
    ],
)
def test_a_broken_answer_is_an_error_and_never_an_end(line, answer):
    async def run():
        async def say_and_close(reader, writer, number):
            writer.write(answer)
            writer.close()

        async with line(say_and_close) as it:
            notes = await it.ask()
            assert isinstance(notes.error, EgressBroken)
            assert notes.error.sent_any_response
            assert notes.calls.count("error") == 1
            assert "end" not in notes.calls

    asyncio.run(run())


def test_bytes_that_nobody_asked_for_cost_the_connection(line):
    async def run():
        async with line(OK + OK) as it:
            await it.ask()
            async with asyncio.timeout(30):
                while it.client.counts() != (0, 0):
                    await asyncio.sleep(0.005)

    asyncio.run(run())


def test_a_harmless_request_is_sent_again_when_its_connection_was_stale(line):
    async def run():
        async def answer_once_per_connection(reader, writer, number):
            if len(it.peer.requests) == 2:
                writer.transport.abort()
            else:
                writer.write(OK)

        async with line(answer_once_per_connection) as it:
            await it.ask(method=b"GET")
            notes = await it.ask(method=b"GET")
            assert notes.body == b"hello"
            assert it.peer.connections == 2

    asyncio.run(run())


def test_a_request_that_may_have_acted_is_not_sent_again(line):
    async def run():
        async def answer_once(reader, writer, number):
            if len(it.peer.requests) == 2:
                writer.transport.abort()
            else:
                writer.write(OK)

        async with line(answer_once) as it:
            await it.ask(body=b"{}")
            notes = await it.ask(body=b"{}")
            assert isinstance(notes.error, EgressBroken)
            assert (notes.error.sent_any_response, notes.error.reused) == (False, True)
            assert len(it.peer.requests) == 2

    asyncio.run(run())


def test_a_fresh_connection_without_an_answer_is_never_retried(line):
    async def run():
        async def abort(reader, writer, number):
            writer.transport.abort()

        async with line(abort) as it:
            notes = await it.ask(method=b"GET")
            assert isinstance(notes.error, EgressBroken)
            assert (notes.error.sent_any_response, notes.error.reused) == (False, False)
            assert it.peer.connections == 1

    asyncio.run(run())


def test_abort_closes_at_once_and_silences(line, notes):
    async def run():
        left = asyncio.Event()

        async def stream(reader, writer, number):
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
            assert await reader.read(1) == b""
            left.set()
            writer.close()

        async with line(stream) as it:
            receiver = notes()
            opened = await it.client.open(it.request(), receiver, connect_timeout_s=20, policy=ADMIN)
            while not receiver.data:
                await asyncio.sleep(0.005)
            opened.abort()
            await asyncio.wait_for(left.wait(), 30)
            assert receiver.calls == ["head", "data"]

    asyncio.run(run())


def test_a_paused_stream_holds_the_peer_back(line, notes):
    async def run():
        written = 0
        size = 40_000_000

        async def flood(reader, writer, number):
            nonlocal written
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
            while written < size:
                writer.write(b"x" * 100_000)
                await writer.drain()
                written += 100_000

        async with line(flood) as it:
            receiver = notes()
            opened = await it.client.open(it.request(), receiver, connect_timeout_s=20, policy=ADMIN)
            opened.pause()
            await asyncio.sleep(0.2)
            assert written < size / 2
            opened.resume()
            await asyncio.wait_for(receiver.ended.wait(), 60)
            assert len(receiver.body) == size

    asyncio.run(run())


def test_an_answer_before_the_request_was_sent_whole_ends_the_connection(line):
    async def run():
        async def early(reader, writer, number):
            writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()

        async with line(early) as it:
            server_side = asyncio.get_running_loop()
            assert server_side is not None
            notes = await it.ask(body=b"x" * 10_000_000)
            assert notes.status == 413

    asyncio.run(run())


def test_connections_per_peer_are_limited_and_waiters_take_turns(line):
    async def run():
        async def slow(reader, writer, number):
            await asyncio.sleep(0.02)
            writer.write(OK)

        async with line(slow, max_connections_per_peer=2) as it:
            results = await asyncio.gather(*(it.ask(body=b"{}") for _ in range(10)))
            assert [notes.body for notes in results] == [b"hello"] * 10
            assert it.peer.connections == 2

    asyncio.run(run())


def test_waiting_for_a_connection_ends_in_time(line, notes):
    async def run():
        async def never(reader, writer, number):
            await reader.read(1)

        async with line(never, max_connections_per_peer=1) as it:
            opened = await it.client.open(it.request(), notes(), connect_timeout_s=20, policy=ADMIN)
            with pytest.raises(EgressTimeout) as caught:
                await it.client.open(it.request(), notes(), connect_timeout_s=0.05, policy=ADMIN)
            assert caught.value.fields["phase"] == "pool"
            opened.abort()

    asyncio.run(run())


def test_idle_connections_are_closed_and_forgotten(line):
    async def run():
        async with line(OK, idle_timeout_s=0.05) as it:
            await it.ask()
            async with asyncio.timeout(30):
                while it.client.counts() != (0, 0):
                    await asyncio.sleep(0.01)

    asyncio.run(run())


def test_what_cannot_be_reached_says_so(line, notes):
    async def run():
        async with line(OK) as it:
            closed = Url(scheme="http", host="127.0.0.1", port=9)
            with pytest.raises(EgressRefused):
                await it.client.open(it.request(url=closed), notes(), connect_timeout_s=20, policy=ADMIN)
            nobody = Url(scheme="http", host="127.0.0.1", port=free_port())
            with pytest.raises(EgressUnreachable) as caught:
                await it.client.open(it.request(url=nobody), notes(), connect_timeout_s=20, policy=ADMIN)
            assert "nothing listens" in caught.value.message
            missing = Url(scheme="http", host="no-such-name.invalid", port=80)
            with pytest.raises(EgressUnreachable):
                await it.client.open(it.request(url=missing), notes(), connect_timeout_s=60, policy=ADMIN)

    asyncio.run(run())


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": [(b"x-a", b"b\r\nx-evil: 1")]},
        {"headers": [(b"x-a\r\nx-evil", b"1")]},
        {"headers": [(b"x-a", b"b\nc")]},
        {"target": b"/a HTTP/1.1\r\nx: y\r\n\r\n"},
        {"target": b"/a b"},
        {"method": b"GET / HTTP/1.1\r\n"},
    ],
)
def test_a_request_that_would_split_is_refused(line, notes, fields):
    async def run():
        async with line(OK) as it:
            with pytest.raises(EgressRefused):
                await it.client.open(it.request(**fields), notes(), connect_timeout_s=20, policy=ADMIN)
            assert (await it.ask()).body == b"hello"
            assert len(it.peer.requests) == 1

    asyncio.run(run())


def test_fetch_follows_redirects_only_when_told_and_leaves_credentials_behind(line):
    async def run():
        async def redirect(reader, writer, number):
            if it.peer.requests[-1].startswith(b"GET /end"):
                writer.write(OK)
            else:
                place = b"http://localhost:%d/end" % it.peer.port
                writer.write(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + place + b"\r\n\r\n")

        async with line(redirect) as it:
            request = it.request(method=b"GET", headers=[(b"authorization", b"Bearer secret")])
            stayed = await it.client.fetch(request, timeout_s=30, policy=ADMIN)
            assert stayed.status == 302
            followed = await it.client.fetch(request, timeout_s=30, policy=ADMIN, max_redirects=3)
            assert followed.body == b"hello"
            assert b"secret" in it.peer.requests[0]
            assert b"secret" not in it.peer.requests[-1]

    asyncio.run(run())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "place",
    ["http://169.254.169.254/latest", "file:///etc/passwd", "http://[::ffff:a9fe:a9fe]/", "//0.0.0.0/"],
)
def test_a_redirect_is_checked_like_a_first_address(line, status, place):
    async def run():
        answer = b"HTTP/1.1 %d X\r\ncontent-length: 0\r\nlocation: %b\r\n\r\n" % (status, place.encode())
        async with line(answer) as it:
            request = it.request(method=b"GET")
            with pytest.raises(EgressRefused):
                await it.client.fetch(request, timeout_s=30, policy=ADMIN, max_redirects=3)

    asyncio.run(run())


def test_fetch_bounds_size_and_time(line):
    async def run():
        async def never(reader, writer, number):
            await reader.read(1)

        async with line(OK) as it:
            with pytest.raises(EgressBroken):
                await it.client.fetch(it.request(), timeout_s=30, policy=ADMIN, max_bytes=4)
        async with line(never) as it:
            with pytest.raises(EgressTimeout):
                await it.client.fetch(it.request(), timeout_s=0.1, policy=ADMIN)

    asyncio.run(run())


def test_a_receiver_that_fails_ends_its_stream_and_no_other(line, notes, caplog):
    async def run():
        class Failing(notes):
            def on_data(self, data):
                raise ValueError("defect")

        async with line(OK) as it:
            failing = Failing()
            await it.client.open(it.request(), failing, connect_timeout_s=20, policy=ADMIN)
            await asyncio.wait_for(failing.ended.wait(), 30)
            assert isinstance(failing.error, EgressBroken)
            assert (await it.ask()).body == b"hello"

    asyncio.run(run())
    assert "a receiver failed" in caplog.text


def test_head_has_no_body(line):
    async def run():
        async with line(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n") as it:
            notes = await it.ask(method=b"HEAD")
            assert (notes.status, notes.body, notes.calls) == (200, b"", ["head", "end"])

    asyncio.run(run())


def test_the_request_is_written_as_it_should_be(line):
    async def run():
        async with line(OK) as it:
            await it.ask(target=b"/v1/x?y=1", headers=[(b"content-type", b"a/b")], body=b"{}")
            lines = it.peer.requests[0].split(b"\r\n")
            assert lines == [
                b"POST /v1/x?y=1 HTTP/1.1",
                b"host: 127.0.0.1:%d" % it.peer.port,
                b"content-type: a/b",
                b"accept-encoding: identity",
                b"content-length: 2",
                b"",
                b"{}",
            ]

    asyncio.run(run())
