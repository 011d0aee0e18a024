"""A scanner that speaks clamd's ``INSTREAM`` on loopback and knows one virus: EICAR's test file."""

import socket
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Serves one connection after the other on a thread of its own, until the block ends."""

    def __init__(self, path: Path | None = None, *, answer: bytes | None = None) -> None:
        """Listen at a socket file, or at a free port; ``answer`` is said to everything."""
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        else:
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._listener.bind(str(path))
            self._listener.listen()
            self.address = f"unix://{path}"
        self._answer = answer
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                if stream.read(10) != b"zINSTREAM\x00":
                    connection.sendall(b"UNKNOWN COMMAND\x00")
                    continue
                content = bytearray()
                while size := struct.unpack(">I", stream.read(4) or bytes(4))[0]:
                    content += stream.read(size)
                found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
                connection.sendall(self._answer or b"stream: " + found + b"\x00")
