"""Bodies that are read as they come: of a whole request, and of the one file in a form.

Nothing here holds a file in memory: the server stops reading from the client while a chunk is on its way
to the disk.
"""

import re
from collections.abc import AsyncIterator
from typing import Final

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from salon.foundation.kit.errors import InvalidRequest, TooLarge
from salon.surfaces.api.asgi_reply import ClientCut
from salon.surfaces.api.asgi_request import Asked

MOST_FIELDS: Final = 40
MOST_FIELD_BYTES: Final = 16 * 1024
_BOUNDARY: Final = re.compile(r'(?:^|;)\s*boundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))', re.IGNORECASE)


async def chunks_of(asked: Asked) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises: ClientCut when the client leaves before its end."""
    while True:
        message = await asked.receive()
        if message["type"] == "http.disconnect":
            raise ClientCut
        chunk = message.get("body", b"")
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


class Form:
    """A form with one file in it, read once from its beginning to its end."""

    def __init__(self, asked: Asked, *, file_field: str) -> None:
        """Read the form of ``asked``. Raises: InvalidRequest when it is none."""
        self.fields: dict[str, list[str]] = {}
        """What was said before the file, and after it once ``rest`` returned."""
        self.name: str = ""
        """The file's name, as it was sent."""
        self.media_type: str = ""
        """What the sender says the file is."""
        self._file_field = file_field
        self._parser = PushMultipartParser(
            _boundary(asked), max_segment_count=MOST_FIELDS, header_charset="utf8", strict=True
        )
        self._events = self._read(asked)
        self._is_open = False

    async def file(self) -> AsyncIterator[bytes]:
        """Return what yields the file, having read what comes before it. Raises: InvalidRequest."""
        await self._to_file()
        if not self._is_open:
            raise InvalidRequest(field=self._file_field, problem="Send the file as multipart/form-data.")
        return self._content()

    async def rest(self) -> None:
        """Read what comes after the file. Raises: InvalidRequest."""
        await self._to_file()
        if self._is_open:
            raise InvalidRequest(field=self._file_field, problem="Send one file at a time.")

    def text(self, name: str) -> str | None:
        """Return the last value of a field, or None if it was not sent."""
        return self.fields[name][-1] if name in self.fields else None

    async def _content(self) -> AsyncIterator[bytes]:
        async for event in self._events:
            if event is None:
                self._is_open = False
                return
            assert isinstance(event, bytes | bytearray)
            yield bytes(event)

    async def _to_file(self) -> None:
        """Read fields until a file begins or the form ends."""
        value, field = bytearray(), ""
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                if event.filename is not None or event.name == self._file_field:
                    self._begin(event)
                    return
                value, field = bytearray(), event.name or ""
            elif event is not None:
                value += event
                if len(value) > MOST_FIELD_BYTES:
                    raise TooLarge(what=f"field {field[:50]}", limit_bytes=MOST_FIELD_BYTES)
            else:
                self.fields.setdefault(field, []).append(value.decode("utf-8", "replace"))

    def _begin(self, segment: MultipartSegment) -> None:
        name = segment.name or "file"
        if name != self._file_field:
            problem = f"There is no such file field. Send the file as {self._file_field}."
            raise InvalidRequest(field=name[:50], problem=problem)
        self.name = segment.filename or ""
        self.media_type = segment.content_type or ""
        self._is_open = True

    async def _read(self, asked: Asked) -> AsyncIterator[MultipartSegment | bytearray | bytes | None]:
        try:
            async for chunk in chunks_of(asked):
                for event in self._parser.parse(chunk):
                    yield event
            self._parser.close()
        except MultipartError as error:
            raise InvalidRequest(field="body", problem=f"It is no whole multipart form: {error}.") from error


def _boundary(asked: Asked) -> str:
    kind = asked.headers.get(b"content-type", b"").decode("latin-1")
    found = _BOUNDARY.search(kind) if kind.lower().startswith("multipart/form-data") else None
    if found is None:
        raise InvalidRequest(field="body", problem="Send it as multipart/form-data, with its boundary.")
    return found[1] or found[2]
