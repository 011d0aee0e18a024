"""Pictures of others: fetched as nobody in particular, drawn anew, bounded, and never from inside."""

import asyncio
import io
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from PIL import Image

from salon.foundation.egress import Egress, EgressBroken, EgressPolicy, EgressRefused, HttpClient
from salon.foundation.files import ForeignPictures
from salon.foundation.files.foreign import MOST_BYTES, POLICY
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.workers import Workers, WorkRefused
from salon.testing.documents import png_of

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
HERE = EgressPolicy(name="here", allow_loopback=True)
"""The one that listens in these tests is on loopback."""
SECRET = b"GPS-47.3769-8.5417"


class Peer:
    """Answers every path with what it was told, and keeps what it was asked."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self.answers, self.asked, self.port = answers, list[bytes](), 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        answer = self.answers[head.split(b" ")[1]]
        writer.write(answer.replace(b"PORT", b"%d" % self.port))
        await writer.drain()
        writer.close()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def answer(body: bytes, kind: bytes = b"text/html") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


def redirect(to: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nlocation: %b\r\ncontent-length: 0\r\n\r\n" % to


def picture(width: int = 40, height: int = 20) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(out, "JPEG", comment=SECRET)
    return out.getvalue()


@asynccontextmanager
async def peer(answers: dict[bytes, bytes]) -> AsyncGenerator[Peer]:
    one = Peer(answers)
    server = await asyncio.start_server(one, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


def fetched(
    answers: dict[bytes, bytes], where: Callable[[Peer], str], *, policy: EgressPolicy = HERE
) -> tuple[bytes | SalonError, list[bytes]]:
    """Fetch one picture; return it, or why not, and what was asked of the peer."""

    async def run() -> tuple[bytes | SalonError, list[bytes]]:
        http = HttpClient(Egress())
        try:
            async with peer(answers) as one:
                pictures = ForeignPictures(http, Workers(), policy=policy)
                try:
                    return await pictures.fetch(ANN, where(one)), one.asked
                except SalonError as error:
                    return error, one.asked
        finally:
            await http.close()

    return asyncio.run(run())


def test_a_picture_is_drawn_anew_and_nothing_of_the_reader_goes_along() -> None:
    found, (head,) = fetched({b"/a?b=c": answer(picture(4000, 2000))}, lambda one: one.address("/a?b=c"))
    assert isinstance(found, bytes)
    assert SECRET not in found
    with Image.open(io.BytesIO(found)) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (2048, 1024))
    names = {line.partition(b":")[0] for line in head.strip().split(b"\r\n")[1:]}
    assert names == {b"host", b"accept", b"user-agent", b"accept-encoding"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<script>alert(1)</script>", b"image/png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"image/svg+xml"),
        (b"", b"image/png"),
        (png_of(90_000, 90_000), b"image/png"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"image/png"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_says_it_is(body: bytes, kind: bytes) -> None:
    found, _ = fetched({b"/": answer(body, kind)}, lambda one: one.address("/"))
    assert isinstance(found, WorkRefused)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        answer(b"x" * (MOST_BYTES + 1)),
        redirect(b"/"),
    ],
    ids=["missing", "too-large", "round-and-round"],
)
def test_an_answer_that_brings_none_ends_the_try(said: bytes) -> None:
    found, asked = fetched({b"/": said}, lambda one: one.address("/"))
    assert isinstance(found, EgressBroken)
    assert len(asked) <= 4


def test_a_redirect_is_followed_and_judged_like_the_first_address() -> None:
    answers = {b"/": redirect(b"http://127.0.0.1:PORT/b"), b"/b": answer(picture())}
    found, asked = fetched(answers, lambda one: one.address("/"))
    assert isinstance(found, bytes)
    assert len(asked) == 2
    inside = {b"/": redirect(b"http://169.254.169.254/latest/meta-data/")}
    found, asked = fetched(inside, lambda one: one.address("/"))
    assert isinstance(found, EgressRefused)
    assert len(asked) == 1


INSIDE = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://0.0.0.0:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://127.0.0.1/", "http://localhost/", "https://[::ffff:a9fe:a9fe]/", "http://169.254.169.254/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://127.0.0.1./", "http://1.1.1.1:22/",
    "http://1.1.1.1:8080/", "http://1.1.1.1@127.0.0.1/", "http://127.0.0.1#@1.1.1.1/", "http://1.1.1.1\\@127.0.0.1/",
    "//127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://1.1.1.1/a.png", "data:image/png;base64,AA==",
    "/salon/v1/status", "http://[fe80::1%25eth0]/", "http://\uff11\uff12\uff17.0.0.1/", "http://1.1.1.1/a\r\nx: y",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_and_no_other_service_is_asked(address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.05)
        port = canary.getsockname()[1]
        found, _ = fetched({}, lambda _: address.format(port=port), policy=POLICY)
        assert isinstance(found, EgressRefused), found
        with pytest.raises(TimeoutError):
            canary.accept()
