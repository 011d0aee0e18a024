"""Sends a file as tus does: from where the server is, again and again until all of it is there."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import UnreachableError

_PATH: Final = "/salon/v1/uploads"
_CHUNK_BYTES: Final = 256 * 1024
_WAITS_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each further attempt in which nothing more arrived."""
_TUS: Final = {"Tus-Resumable": "1.0.0"}


class TusSender:
    """Sends one file."""

    def __init__(
        self,
        client: ApiClient,
        file: BinaryIO,
        *,
        name: str,
        on_wait: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send ``file`` under ``name``; ``on_wait`` is told why it takes longer."""
        self._client = client
        self._file = file
        self._name = name
        self._on_wait = on_wait
        self._wait = wait
        self._size_bytes = file.seek(0, 2)

    def begin(self, *, keep_s: int | None) -> str:
        """Begin the upload and return its id. Raises: ServedError, UnreachableError."""
        told = {"filename": self._name} | ({} if keep_s is None else {"keep_s": str(keep_s)})
        metadata = ",".join(f"{key} {_encoded(value)}" for key, value in told.items())
        headers = {**_TUS, "Upload-Length": str(self._size_bytes), "Upload-Metadata": metadata}
        answer = self._client.send("POST", _PATH, headers=headers)
        return answer["location"].rsplit("/", 1)[-1]

    def send(self, upload_id: str) -> str:
        """Send what is missing and return the id of the file. Raises: ServedError, UnreachableError."""
        path, reached, failures = f"{_PATH}/{segment(upload_id)}", -1, 0
        while True:
            try:
                state = self._client.send("HEAD", path, headers=_TUS)
                offset = int(state["upload-offset"])
                if "salon-file" in state:
                    return state["salon-file"]
                failures = 0 if offset > reached else failures
                reached = max(reached, offset)
                self._client.send("PATCH", path, headers=self._part_headers(offset), body=self._from(offset))
            except UnreachableError as error:
                if failures >= len(_WAITS_S):
                    self._on_wait(f"Go on later with --resume {upload_id}.")
                    raise
                self._on_wait(f"{error.message} Going on in {_WAITS_S[failures]:g} s.")
                self._wait(_WAITS_S[failures])
                failures += 1

    def _part_headers(self, offset: int) -> dict[str, str]:
        return {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(self._size_bytes - offset),
            "Upload-Offset": str(offset),
        }

    def _from(self, offset: int) -> Iterator[bytes]:
        self._file.seek(offset)
        while chunk := self._file.read(_CHUNK_BYTES):
            yield chunk


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode("utf-8", "replace")).decode("ascii")
