"""Requests that are legal and rare, and some that are neither, on bare sockets."""

import asyncio
import logging

import pytest

CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
H2C = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAA\r\n"


def told(doors, *pieces: bytes) -> bytes:
    """Send the pieces one after the other and return everything that is answered."""

    async def run() -> bytes:
        async with doors() as server, asyncio.timeout(60):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
            answer = await reader.read()
            writer.close()
            return answer

    return asyncio.run(run())


@pytest.mark.parametrize(
    "body",
    [
        b'content-length: 11\r\n\r\n{"some": 1}',
        b'transfer-encoding: chunked\r\n\r\nb\r\n{"some": 1}\r\n0\r\n\r\n',
    ],
)
def test_a_body_that_comes_with_an_offer_to_upgrade_is_read(hot_door, body):
    """As the client of Java sends it: the offer is declined, the request served."""
    asking = CHAT + H2C + body
    last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    for pieces in ((asking, last), (asking * 30 + last,), (asking[:70], asking[70:-3], asking[-3:] + last)):
        answers = told(hot_door, *pieces)
        assert answers.count(b'"size": 11') == b"".join(pieces).count(b"upgrade: h2c")
        assert answers.endswith(b"ok\n")


def test_a_page_that_asks_for_a_web_socket_is_answered_without(hot_door):
    asking = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    assert told(hot_door, asking, last).count(b"ok\n") == 2


def test_a_web_socket_that_is_not_there_is_told_as_one(hot_door):
    """A client that can do without posts at once by this status, by any other after six seconds."""
    offer = b"host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    key = b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    answer = told(hot_door, b"GET /v1/messages HTTP/1.1\r\n" + offer + key + b"\r\n", last)
    assert answer.startswith(b"HTTP/1.1 426")
    assert b"allow: post" in answer.lower()
    assert b"upgrade: http/1.1" in answer.lower()


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: \r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
        CHAT + b"transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        CHAT + b"transfer-encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_what_cannot_be_served_is_the_caller_s_mistake(hot_door, head, caplog):
    answer = told(hot_door, head)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_body_that_is_no_text_is_the_caller_s_mistake(hot_door):
    deep = b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}"
    for body in (b'{"model": "d\x82mo"}', b"\xff\xfe", b'{"model": "\\ud800"}', deep):
        head = (
            b"POST /api/show HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        )
        assert told(hot_door, head % len(body) + body).startswith(b"HTTP/1.1 400"), body
