"""What the client of the command line makes of answers that break off."""

import socket
import threading
from collections.abc import Iterator

import pytest

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import UnreachableError
from salon.surfaces.cli.ports import Address

_HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Iterator[Address]:
    """Where somebody sends the test's bytes once and leaves."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(request.param)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Address(url=f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join(60)


@pytest.mark.parametrize(
    "address",
    [
        _HEAD + b"Content-Length: 9\r\n\r\nhalf",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
    indirect=True,
)
def test_an_answer_that_breaks_off_is_no_whole_one(address: Address) -> None:
    chunks = ApiClient(address).download("/v1/files/x/content")
    assert next(chunks) == b"half"
    with pytest.raises(UnreachableError, match="broke off"):
        list(chunks)


@pytest.mark.parametrize("address", [_HEAD + b"Content-Length: 5\r\n\r\nwhole"], indirect=True)
def test_a_whole_answer_is_given(address: Address) -> None:
    assert b"".join(ApiClient(address).download("/v1/files/x/content")) == b"whole"
