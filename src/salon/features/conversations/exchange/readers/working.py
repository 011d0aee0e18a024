"""The body of the reading process: an export in, frames out."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedMessage
from salon.features.conversations.exchange.readers.assets import ReadFile
from salon.features.conversations.exchange.readers.building import ReadConversation
from salon.features.conversations.exchange.readers.frames import (
    Begun,
    Ended,
    FileBegun,
    FileBytes,
    FileEnded,
    Frame,
    Opened,
    Said,
    Through,
    Unread,
)
from salon.features.conversations.exchange.readers.problems import ReadError
from salon.features.conversations.exchange.readers.reading import Export
from salon.foundation.messages import ToolResultPart

FUNCTION: Final = "salon.features.conversations.exchange.readers.working:read"
_CHUNK: Final = 512 * 1024
_MOST_MESSAGES: Final = 100
_FRAME_BYTES: Final = 256 * 1024
_ENCODER: Final = msgspec.msgpack.Encoder()


def read(arguments: dict[str, Any], send: Callable[[Any], None]) -> None:
    """Read the export at ``path``, which came as ``filename``, and send its frames.

    ``format`` names a program or is None. The first ``skip`` conversations are passed over. Without
    ``with_files`` the files of messages are not sent.
    """

    def tell(frame: Frame) -> None:
        send(_ENCODER.encode(frame))

    try:
        export = Export(Path(arguments["path"]), arguments["filename"], wanted=arguments["format"])
        tell(Opened(programs=export.programs))
        for number, one in enumerate(export.conversations(), start=1):
            if number <= arguments["skip"]:
                continue
            if isinstance(one, ReadError):
                tell(Unread(number=number, place=one.place[:500], code=one.code, detail=one.detail[:500]))
            else:
                _tell_conversation(export, one, number, tell, with_files=arguments["with_files"])
        tell(Through(notes=export.notes.all()))
    except ReadError as error:
        tell(Unread(number=0, place=error.place[:500], code=error.code, detail=error.detail[:500]))


def _tell_conversation(
    export: Export,
    one: ReadConversation,
    number: int,
    tell: Callable[[Frame], None],
    *,
    with_files: bool,
) -> None:
    tell(Begun(number=number, place=one.place[:500], conversation=one.conversation))
    if with_files and one.files:
        named = _naming(one.messages) if isinstance(one.messages, list) else {}
        for file in one.files:
            _tell_file(export, file, tuple(named.get(file.id, ())), tell)
    for messages in _batches(one.messages):
        tell(Said(messages=messages))
    tell(Ended(notes=one.notes.all()))


def _batches(messages: Iterable[ArchivedMessage]) -> Iterator[tuple[ArchivedMessage, ...]]:
    """Yield messages in frames that the house takes in without stopping for them."""
    batch: list[ArchivedMessage] = []
    size = 0
    for message in messages:
        batch.append(message)
        size += _size_of(message)
        if len(batch) >= _MOST_MESSAGES or size >= _FRAME_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


def _size_of(message: ArchivedMessage) -> int:
    """Return about how many bytes a message takes."""
    parts = message.content.parts if message.content is not None else ()
    return 500 + sum(len(getattr(part, "text", None) or "") for part in parts)


def _naming(messages: Iterable[ArchivedMessage]) -> dict[str, list[str]]:
    """Return the origins of the messages that name each file."""
    found: dict[str, list[str]] = {}
    for message in messages:
        parts = message.content.parts if message.content is not None else ()
        for part in parts:
            inner = part.parts if isinstance(part, ToolResultPart) else (part,)
            for one in inner:
                file_id = getattr(one, "file_id", None)
                if isinstance(file_id, str):
                    found.setdefault(file_id, []).append(message.origin or message.id)
    return found


def _tell_file(
    export: Export, file: ReadFile, origins: tuple[str, ...], tell: Callable[[Frame], None]
) -> None:
    tell(FileBegun(id=file.id, name=file.name, media_type=file.media_type, origins=origins))
    try:
        chunks = export.chunks(file.member) if file.member is not None else iter([file.data or b""])
        for chunk in chunks:
            for at in range(0, len(chunk), _CHUNK):
                tell(FileBytes(data=chunk[at : at + _CHUNK]))
    except ReadError as error:
        tell(FileEnded(problem=error.code))
    else:
        tell(FileEnded())
