"""Hostile bytes at the front door of a real process: smuggling, slow callers, foreign hosts and origins."""

import asyncio
import socket
import time

import pytest

from salon.testing.columns import ColumnName
from salon.testing.raw_http import RawAnswer, ask, chat_request, request_bytes
from salon.testing.scene import Scene


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """What is refused here never comes near the state."""
    return "sqlite"


BODY = b'{"model":"fake","messages":[{"role":"user","content":"hi"}]}'
PATH = "/v1/chat/completions"


def send(scene: Scene, data: bytes, *, timeout_s: float = 60) -> RawAnswer:
    return asyncio.run(ask(scene.house.port, data, timeout_s=timeout_s))


def conversation(scene: Scene, data: bytes, *, seconds: float = 30) -> bytes:
    """Send bytes as they stand and return everything that comes back until the end or the time."""
    with socket.create_connection(("127.0.0.1", scene.house.port), timeout=seconds) as wire:
        wire.sendall(data)
        found = b""
        try:
            while part := wire.recv(65536):
                found += part
        except OSError:
            return found
        return found


def post(*headers: str, body: bytes = BODY) -> bytes:
    lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


SMUGGLED = b"GET /salon/v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        post(f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
        post("Transfer-Encoding: chunked", "Content-Length: 4", body=b"0\r\n\r\n" + SMUGGLED),
        post("Content-Length: 4", f"Content-Length: {len(BODY)}"),
        post("Content-Length: 4, 5"),
        post("Content-Length: +4"),
        post("Content-Length: 0x3c"),
        post("Content-Length: -1"),
        post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED),
        post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + SMUGGLED),
        post("Transfer-Encoding : chunked", body=b"0\r\n\r\n" + SMUGGLED),
        post("X-Folded: a", " b: c", f"Content-Length: {len(BODY)}"),
        post("Transfer-Encoding: chunked", body=b"zz\r\n" + SMUGGLED),
        post("Transfer-Encoding: chunked", body=b"1\nX0\r\n\r\n" + SMUGGLED),
    ],
    ids=["cl.te", "te.cl", "two lengths", "length list", "plus", "hex", "negative", "xchunked", "te list",
         "space before colon", "obs-fold", "bad chunk size", "bare lf in chunk"],
)  # fmt: skip
def test_ambiguous_requests_are_refused_and_the_connection_ends(scene: Scene, data: bytes) -> None:
    told = conversation(scene, data)
    assert told == b"" or told.startswith(b"HTTP/1.1 4"), told[:200]
    assert told.count(b"HTTP/1.1 ") <= 1, "the hidden request was answered"
    assert scene.fake.journal.counts["requests"] == 0


def test_pipelined_requests_are_answered_in_order(scene: Scene) -> None:
    def one(text: str) -> bytes:
        return chat_request("openai", text, stream=False).replace(b"connection: close\r\n", b"")

    last = chat_request("openai", "{{fake text=third}}", stream=False)
    told = conversation(scene, one("{{fake text=first;delay=0.3}}") + one("{{fake text=second}}") + last)
    order = [told.index(word) for word in (b"first", b"second", b"third")]
    assert order == sorted(order)
    assert told.count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8420", "[::ffff:1.2.3.4]",
                                  "127.0.0.1/@evil.example", "localhost?x", "", "a b"])  # fmt: skip
@pytest.mark.parametrize("path", [PATH, "/salon/v1/keys", "/v1/models", "/"])
def test_a_foreign_host_is_refused_at_both_doors(scene: Scene, host: str, path: str) -> None:
    body = BODY if path == PATH else b""
    answer = send(scene, request_bytes("POST" if body else "GET", path, body, {"host": host}))
    assert answer.status in {400, 403}
    assert scene.fake.journal.counts["requests"] == 0


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", [PATH, "/salon/v1/keys", "/api/chat"])
def test_a_foreign_origin_is_refused_at_both_doors(scene: Scene, origin: str, path: str) -> None:
    method = "GET" if path.endswith("keys") else "POST"
    answer = send(scene, request_bytes(method, path, BODY if method == "POST" else b"", {"origin": origin}))
    assert answer.status == 403
    assert scene.fake.journal.counts["requests"] == 0


def test_huge_heads_and_addresses_are_refused(scene: Scene) -> None:
    many = {f"x-{number}": "y" * 1000 for number in range(200)}
    assert send(scene, request_bytes("POST", PATH, BODY, many)).status in {0, 400, 431}
    assert send(scene, request_bytes("GET", "/" + "a" * 200_000)).status in {0, 400, 414, 431}
    told = send(scene, post(f"Content-Length: {10**10}", body=b"{"))
    assert told.status == 413


def test_slow_callers_are_let_go_and_do_not_hold_others_up(scene: Scene) -> None:
    slow = [socket.create_connection(("127.0.0.1", scene.house.port), timeout=60) for _ in range(100)]
    try:
        for wire in slow:
            wire.sendall(f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ".encode())
        started = time.monotonic()
        assert send(scene, chat_request("openai", "hi")).status == 200
        assert time.monotonic() - started < 8
        slow[0].settimeout(60)
        assert slow[0].recv(1000)[:12] in {b"", b"HTTP/1.1 408"}
    finally:
        for wire in slow:
            wire.close()
