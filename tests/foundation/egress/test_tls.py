"""TLS: verified by default, with a certificate authority of one's own when the settings name one."""

import asyncio
import ssl

import pytest

from salon.foundation.egress import ADMIN, Egress, EgressUnreachable, HttpClient, HttpRequest, Url
from salon.testing.fake_provider.certificates import make_certificate

TAIL = b"data: " + b"x" * 5_000_000 + b"\n\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost: the file and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = make_certificate(for_address=False)
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    return folder / "cert.pem", folder / "key.pem"


async def _serve(certificate, answer: bytes):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    return server, server.sockets[0].getsockname()[1]


def _fetch(certificate, host: str, *, trusted: bool, answer: bytes, times: int = 1) -> list[bytes]:
    async def run():
        server, port = await _serve(certificate, answer)
        egress = Egress(ca_file=certificate[0] if trusted else None)
        client = HttpClient(egress)
        url = Url(scheme="https", host=host, port=port)
        try:
            request = HttpRequest(url=url, method=b"GET")
            return [(await client.fetch(request, timeout_s=60, policy=ADMIN)).body for _ in range(times)]
        finally:
            await client.close()
            egress.close()
            server.close()
            for _ in range(20):  # both ends take a few turns of the loop to part
                await asyncio.sleep(0.005)

    return asyncio.run(run())


def test_a_trusted_certificate_is_accepted(certificate):
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    assert _fetch(certificate, "localhost", trusted=True, answer=answer) == [b"ok"]


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("127.0.0.1", True)])
def test_an_unknown_certificate_or_name_is_refused(certificate, host, trusted):
    with pytest.raises(EgressUnreachable) as caught:
        _fetch(certificate, host, trusted=trusted, answer=b"")
    assert "certificate is not trusted" in caught.value.message


def test_a_long_tail_survives_an_immediate_close(certificate):
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(TAIL) + TAIL
    bodies = _fetch(certificate, "localhost", trusted=True, answer=answer, times=10)
    assert all(body == TAIL for body in bodies)
