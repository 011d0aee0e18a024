"""A head that comes again is not parsed again; whatever differs is, and nobody can tell from the answers."""

import asyncio
import random

import pytest

GOOD = b"authorization: Bearer sk-salon-good\r\n"
CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"


def post(body: bytes, *, start: bytes = CHAT + GOOD, length: bytes | None = None) -> bytes:
    """Write a request whose length stands between other headers, as clients send it."""
    said = b"%d" % len(body) if length is None else length
    return start + b"Content-Length: " + said + b"\r\nx-after: 1\r\n\r\n" + body


class Talk:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> tuple[int, bytes]:
        """Read one answer: its status and its body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split(b" ", 2)[1]), await self.reader.readexactly(length)

    async def ask(self, *pieces: bytes) -> tuple[int, bytes]:
        """Send a request in pieces and read its answer."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.01)
        return await self.hear()


def talking(hot_door, script, **overrides) -> None:
    """Run ``script(server, talk)`` on one connection to the hot door."""

    async def run() -> None:
        async with hot_door(require_key=True, **overrides) as server, asyncio.timeout(60):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            await script(server, Talk(reader, writer))
            writer.close()

    asyncio.run(run())


def was_parsed(server) -> bool:
    """Tell whether the last request went through the parser: only then its length is among the headers."""
    return b"content-length" in server.gateway.calls[-1].headers


def test_the_third_request_with_one_head_is_not_parsed(hot_door):
    async def script(server, talk):
        parsed = []
        for size in (2, 30, 1, 4000, 17):
            status, body = await talk.ask(post(b"x" * size))
            assert status == 200
            assert b'"size": %d' % size in body
            parsed.append(was_parsed(server))
        assert parsed == [True, True, False, False, False]
        assert server.gateway.calls[-1].headers[b"x-after"] == b"1"

    talking(hot_door, script)


def test_a_key_that_was_revoked_is_refused_at_the_next_request(hot_door):
    async def script(server, talk):
        for _ in range(3):
            assert (await talk.ask(post(b"{}")))[0] == 200
        del server.accounts.keys["sk-salon-good"]
        status, body = await talk.ask(post(b"{}"))
        assert (status, b"not known here" in body) == (401, True)
        assert len(server.gateway.calls) == 3

    talking(hot_door, script)


def test_an_address_that_guesses_is_not_heard_on_a_kept_connection_either(hot_door):
    away = CHAT + b"x-forwarded-for: 203.0.113.9\r\n"

    async def script(server, talk):
        for _ in range(3):
            assert (await talk.ask(post(b"{}", start=away + GOOD)))[0] == 200
        assert not was_parsed(server)
        for number in range(5):
            guess = away + b"authorization: Bearer sk-salon-%d\r\n" % number
            assert (await talk.ask(post(b"{}", start=guess)))[0] == 401
        assert (await talk.ask(post(b"{}", start=away + GOOD)))[0] == 429

    talking(hot_door, script, most_wrong_credentials=5, trusted_proxies=("127.0.0.1",))


@pytest.mark.parametrize(
    "pieces",
    [
        (post(b"abc", start=CHAT + GOOD + b"x-mode: slow\r\n"),),
        (post(b"abc")[:60], post(b"abc")[60:]),
        (post(b"abc")[:-2], b"bc"),
        (post(b"abc", length=b" 3"),),
        (post(b"abc", length=b"03"),),
        (post(b"abc", start=CHAT + b"authorization: bearer  sk-salon-good\r\n"),),
    ],
)
def test_another_head_or_a_body_in_pieces_is_read_all_the_same(hot_door, pieces):
    async def script(server, talk):
        for _ in range(3):
            await talk.ask(post(b"{}"))
        status, body = await talk.ask(*pieces)
        assert (status, b'"size": 3' in body) == (200, True)
        assert (await talk.ask(post(b"{}")))[0] == 200

    talking(hot_door, script)


def test_requests_that_come_together_are_answered_in_order(hot_door):
    async def script(server, talk):
        for _ in range(3):
            await talk.ask(post(b"{}"))
        slow = post(b"four", start=CHAT + GOOD + b"x-mode: slow\r\n")
        talk.writer.write(post(b"1") + slow + post(b"22") + post(b"333"))
        sizes = [(await talk.hear())[1].rpartition(b" ")[2] for _ in range(4)]
        assert sizes == [b"1}", b"4}", b"2}", b"3}"]

    talking(hot_door, script)


@pytest.mark.parametrize("length", [b"-1", b"+2", b"2,2", b"0x2", b"2_0", b"\xb2", b"9" * 30, b""])
def test_a_length_that_is_none_is_refused_as_ever(hot_door, length):
    async def script(server, talk):
        for _ in range(3):
            await talk.ask(post(b"{}"))
        status, _ = await talk.ask(post(b"{}", length=length))
        assert status in {400, 413}
        assert len(server.gateway.calls) == 3

    talking(hot_door, script)


@pytest.mark.parametrize(
    "start",
    [
        CHAT + GOOD + b"cookie: salon_session=session-good\r\n",
        CHAT + GOOD + b"origin: http://localhost\r\n",
        CHAT + GOOD + b"x-long: " + b"a" * 5000 + b"\r\n",
        CHAT + b"x-api-key: sk-salon-good\r\nconnection: keep-alive\r\nexpect: 100-continue\r\n",
    ],
)
def test_heads_of_pages_long_ones_and_those_that_wait_are_always_parsed(hot_door, start):
    async def script(server, talk):
        for _ in range(4):
            talk.writer.write(post(b"{}", start=start))
            status, _ = await _final(talk)
            assert status == 200
            assert was_parsed(server)

    talking(hot_door, script)


async def _final(talk: Talk) -> tuple[int, bytes]:
    """Read an answer and skip the interim one before it."""
    try:
        return await talk.hear()
    except ValueError:  # 100 Continue has no length
        return await talk.hear()


def test_no_mixture_of_requests_is_answered_otherwise_than_one_by_one(hot_door):
    picks = random.Random(20)
    starts = [CHAT + GOOD, CHAT + GOOD + b"x-other: 1\r\n", CHAT + b"x-api-key: sk-salon-some\r\n", CHAT]
    starts.append(CHAT.replace(b"/v1/chat/completions", b"/v1/messages") + GOOD)

    async def script(server, talk):
        for _ in range(300):
            start, size = picks.choice(starts), picks.randrange(1, 400)
            request = post(b"x" * size, start=start)
            cut = picks.randrange(1, len(request))
            pieces = (request,) if picks.random() < 0.8 else (request[:cut], request[cut:])
            status, body = await talk.ask(*pieces)
            assert status == (401 if start is CHAT else 200)
            if status == 200:
                who = b"some" if b"some" in start else b"good"
                assert b'"who": "%b"' % who in body
                assert b'"size": %d' % size in body
                assert (b'"anthropic"' in body) == (b"messages" in start)

    talking(hot_door, script)
