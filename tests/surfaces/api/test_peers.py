"""Where a request comes from: only proxies that are named are believed, and only from the end of the list."""

import asyncio

import pytest

from salon.surfaces.api.peers import Peer, Proxies, neighbourhood, peer_at
from salon.testing.raw_http import request_bytes

PROXIES = Proxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("fd00::1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, \xe9", "127.0.0.1"),
        ("127.0.0.2", "203.0.113.9", "127.0.0.2"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("", "203.0.113.9", ""),
    ],
)
def test_client_is_the_last_address_that_no_believed_proxy_has(
    peer: str, told: str | None, client: str
) -> None:
    headers = {} if told is None else {b"x-forwarded-for": told.encode("latin-1")}
    assert PROXIES.client_of(peer_at(peer), headers) == client


@pytest.mark.parametrize(
    ("peer", "proto", "expected"),
    [
        ("127.0.0.1", "https", True),
        ("127.0.0.1", "HTTPS", True),
        ("127.0.0.1", "http, https", True),
        ("127.0.0.1", "https, http", False),
        ("127.0.0.1", "http", False),
        ("127.0.0.9", "https", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_tls_is_told_by_a_believed_proxy_alone(peer: str, proto: str, expected: bool) -> None:
    assert PROXIES.say_https(peer_at(peer), {b"x-forwarded-proto": proto.encode()}) is expected


def test_nobody_is_believed_unless_named() -> None:
    headers = {b"x-forwarded-for": b"203.0.113.9", b"x-forwarded-proto": b"https"}
    assert Proxies().client_of(Peer("loopback", "127.0.0.1"), headers) == "127.0.0.1"
    assert not Proxies().say_https(Peer("loopback", "127.0.0.1"), headers)


def test_one_neighbourhood_is_an_address_or_a_network_of_64_bits() -> None:
    assert neighbourhood("203.0.113.9") == neighbourhood("::ffff:203.0.113.9") == "203.0.113.9"
    assert (
        neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1") != neighbourhood("2001:db8:0:1::1")
    )
    assert neighbourhood("nowhere") == "nowhere"


@pytest.mark.parametrize("name", ["x-forwarded-proto", "x-forwarded-port", "x-forwarded-server"])
def test_whatever_a_proxy_adds_makes_a_request_no_local_one(doors, name):
    async def run():
        async with doors() as server:
            assert (await server.ask(request_bytes("GET", "/v1/models", b"", {name: "1"}))).status == 401

    asyncio.run(run())
