"""The SSRF table: what may be written as an address, and which addresses may be reached."""

import asyncio
import ipaddress
import socket

import pytest

from salon.foundation.egress import ADMIN, PUBLIC, Egress, EgressPolicy, EgressRefused, Url, parse_url
from salon.foundation.egress.policy import classify
from salon.foundation.kit.errors import SalonError

NEVER_AS_URL = [
    "", "http", "http:", "http://", "http:///", "http://?", "//127.0.0.1", "127.0.0.1", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x", "ftp://example.com", "dict://localhost:11211/", "ws://example.com", "jar:http://a!/",
    "javascript:alert(1)", "data:text/html,x", "unix:///run/docker.sock", "http+unix://%2Frun%2Fdocker.sock/x",
    "http://user@example.com", "http://user:pass@example.com", "http://example.com@127.0.0.1", "http://@127.0.0.1",
    "http://127.0.0.1#@example.com", "http://example.com#@127.0.0.1", "http://example.com\\@127.0.0.1",
    "http://example.com\\.evil", "http:\\\\127.0.0.1", "http://127.0.0.1\t", "http://127.0.0.1\n", " http://a.example",
    "http://exa mple.com", "http://example.com\r\nhost: x", "http://example.com\0.evil", "http://ex\u00e4mple.com",
    "http://\uff11\uff12\uff17.0.0.1", "http://127\u30020\u30020\u30021", "http://\u2488\u2488", "http://lo\u00adcalhost",
    "http://2130706433", "http://0x7f000001", "http://017700000001", "http://0177.0.0.1", "http://0x7f.0.0.1",
    "http://127.1", "http://127.0.1", "http://0", "http://0x", "http://127.0.0.01", "http://127.0.0.1.", "http://1.1.1.256",
    "http://1.2.3.4.5", "http://127.0.0.0x1", "http://localhost.", "http://example.com.", "http://.example.com",
    "http://example..com", "http://-example.com", "http://example.com:0", "http://example.com:65536", "http://a.example:",
    "http://example.com:-1", "http://example.com:+80", "http://example.com:080", "http://example.com:80:80", "http://example.com:8a",
    "http://[::1", "http://::1", "http://[::1]x", "http://[::1%25lo]", "http://[fe80::1%eth0]", "http://[::g]", "http://[]",
    "http://[127.0.0.1]", "http://[::1]:", "http://127.0.0.1%00.example.com", "http://%31%32%37.0.0.1", "http://%6cocalhost",
    "http://example.com%2f@127.0.0.1", "http://" + "a" * 300, "http://a.example/" + "b" * 5000, "http://a,b", "http://a;b",
    "http://*.example.com", "http://a'b", "http://exam|ple.com", "http://<a>", "http://\"a\"", "http://{a}", "http://a^b",
]  # fmt: skip

NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254",
    "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0.0.0.0", "::127.0.0.1", "::169.254.169.254", "::7f00:1",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "2002:a00:1::", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:10::1", "3fff::1", "5f00::1",
    "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:10.0.0.1", "100::1", "4000::1", "::2",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255",
    "fc00::1", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:c0a8:1",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]
OPEN = [
    "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "9.255.255.255", "11.0.0.1",
    "169.253.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8",
]  # fmt: skip


def test_the_table_has_its_size():
    assert len(NEVER_AS_URL) + len(NEVER) + len(PRIVATE) + len(LOOPBACK) >= 120


@pytest.mark.parametrize("text", NEVER_AS_URL)
def test_what_two_readers_could_read_differently_is_refused(text):
    with pytest.raises(EgressRefused):
        parse_url(text)


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("http://Example.COM", "example.com", 80, "/"),
        ("https://api.example.com/v1?x=1", "api.example.com", 443, "/v1?x=1"),
        ("http://localhost:11434", "localhost", 11434, "/"),
        ("http://[::1]:8080/a", "::1", 8080, "/a"),
        ("http://[::FFFF:127.0.0.1]/", "::ffff:7f00:1", 80, "/"),
        ("http://my_host-1:1/?q", "my_host-1", 1, "/?q"),
        ("http://xn--exmple-cua.com?a/b", "xn--exmple-cua.com", 80, "/?a/b"),
    ],
)
def test_a_plain_address_is_read(text, host, port, target):
    url, found = parse_url(text)
    expected = host if ":" not in host else str(ipaddress.ip_address(host))
    assert (url.host, url.port, found) == (expected, port, target)


@pytest.mark.parametrize(
    ("kind", "addresses"), [("never", NEVER), ("private", PRIVATE), ("loopback", LOOPBACK), ("public", OPEN)]
)
def test_every_address_has_its_class(kind, addresses):
    assert {address: classify(ipaddress.ip_address(address)) for address in addresses} == dict.fromkeys(
        addresses, kind
    )


class FixedResolver:
    """Answers with the next list each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0)


def _refused(policy: EgressPolicy, *answer: str, port: int = 443) -> bool:
    egress = Egress(resolver=FixedResolver(list(answer)))
    try:
        asyncio.run(egress.addresses(Url(scheme="https", host="name.example", port=port), policy=policy))
    except EgressRefused:
        return True
    return False


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_refused_to_everyone(address):
    assert _refused(PUBLIC, address)
    assert _refused(ADMIN, address)


@pytest.mark.parametrize("address", PRIVATE + LOOPBACK)
def test_inside_addresses_are_only_for_policies_that_say_so(address):
    assert _refused(PUBLIC, address)
    assert not _refused(ADMIN, address)


def test_one_forbidden_address_refuses_the_whole_name():
    assert _refused(PUBLIC, "1.1.1.1", "10.0.0.1")
    assert not _refused(PUBLIC, *OPEN)


@pytest.mark.parametrize("port", [22, 25, 53, 110])
def test_ports_of_other_protocols_are_refused(port):
    assert _refused(ADMIN, "1.1.1.1", port=port)
    assert _refused(EgressPolicy(name="one", allow_ports=frozenset({443})), "1.1.1.1", port=80)


def test_a_name_is_resolved_once_and_the_checked_address_is_used():
    """An answer that changes between check and connect changes nothing."""

    async def run():
        with socket.create_server(("127.0.0.1", 0)) as listening:
            resolver = FixedResolver(["127.0.0.1"], ["169.254.169.254"])
            url = Url(scheme="http", host="rebinding.example", port=listening.getsockname()[1])
            connected = await Egress(resolver=resolver).open_socket(url, policy=ADMIN)
            assert connected.getpeername() == listening.getsockname()
            assert resolver.asked == 1
            connected.close()

    asyncio.run(run())


def test_a_refused_address_is_never_connected_to():
    async def run():
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.settimeout(0.05)
            for host in ("127.0.0.1", "localhost", "::ffff:7f00:1"):
                url = Url(scheme="http", host=host, port=canary.getsockname()[1])
                with pytest.raises(SalonError):
                    await Egress().open_socket(url, policy=PUBLIC)
            with pytest.raises(TimeoutError):
                canary.accept()

    asyncio.run(run())


def test_a_socket_file_needs_a_policy_that_allows_it(tmp_path):
    async def run():
        path = str(tmp_path / "s")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            listening.listen()
            url = Url(scheme="http", host="local", port=80, unix_path=path)
            (await Egress().open_socket(url, policy=ADMIN)).close()
            with pytest.raises(EgressRefused):
                await Egress().open_socket(url, policy=PUBLIC)

    asyncio.run(run())


def test_plain_http_can_be_forbidden():
    policy = EgressPolicy(name="tls", allow_plain=False)
    url = Url(scheme="http", host="1.1.1.1", port=80)
    with pytest.raises(EgressRefused):
        asyncio.run(Egress().addresses(url, policy=policy))
