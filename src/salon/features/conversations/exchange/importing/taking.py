"""Takes the files of an export in: bytes that come frame by frame go to the store of the house."""

import contextlib
from collections.abc import AsyncIterator

from salon.features.conversations.exchange.readers.frames import FileBegun, FileBytes, FileEnded, Frame
from salon.features.conversations.exchange.readers.problems import Notes
from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import SalonError, StorageError
from salon.foundation.storage import Transaction


class _BrokenOffError(Exception):
    """The reader could not read the file to its end."""


class _Arriving:
    """The frames of one file."""

    def __init__(self, frames: AsyncIterator[Frame]) -> None:
        self._frames = frames
        self._is_over = False

    async def content(self) -> AsyncIterator[bytes]:
        """Yield its bytes. Raises: _BrokenOffError."""
        while not self._is_over:
            frame = await anext(self._frames)
            if isinstance(frame, FileBytes):
                yield frame.data
            elif isinstance(frame, FileEnded):
                self._is_over = True
                if frame.problem is not None:
                    raise _BrokenOffError

    async def pass_over(self) -> None:
        """Leave what was not taken of it."""
        with contextlib.suppress(_BrokenOffError, StopAsyncIteration):
            async for _ in self.content():
                pass


class FileTaker:
    """Takes in the files of one import, for one caller."""

    def __init__(self, files: Files, caller: Caller) -> None:
        self._files = files
        self._caller = caller

    async def take(
        self, begun: FileBegun, frames: AsyncIterator[Frame], notes: Notes, *, is_wanted: bool
    ) -> FileReference | None:
        """Return a file once its bytes are in the store; nothing refers to it before ``refer``.

        None when it is not wanted or, noted, cannot be taken. Raises: StorageError.
        """
        arriving = _Arriving(frames)
        try:
            if not is_wanted:
                return None
            return await self._files.take(
                self._caller, arriving.content(), name=begun.name, media_type=begun.media_type or ""
            )
        except _BrokenOffError:
            notes.add("file-refused", begun.name)
        except StorageError:
            raise
        except SalonError as error:
            notes.add("file-refused", f"{begun.name}: {error.message}")
        finally:
            await arriving.pass_over()
        return None

    def refer(self, tx: Transaction, file: FileReference) -> None:
        """Keep a file, in the transaction that writes the messages that name it."""
        self._files.do_store(tx, self._caller, file)
