"""Exports of a tree that lies in a database of each kind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.features.conversations.conftest import ANN, Play, Scene

from salon.features.conversations.exchange.exporting import Exports, Wish
from salon.features.conversations.models import Content
from salon.features.conversations.tree import NewMessage
from salon.foundation.files import FileReference, Files, LocalBlobs
from salon.foundation.messages import FilePart, ImagePart, Part, TextPart
from salon.foundation.runs import Runs


class Desk:
    """A scene with files, runs and exports."""

    def __init__(self, scene: Scene, folder: Path, **options: Any) -> None:
        self.scene = scene
        self.storage = scene.storage
        self.files = Files(
            scene.storage, LocalBlobs(folder / "blobs"), incoming=folder / "incoming", clock=scene.clock
        )
        self.runs = Runs(scene.storage, clock=scene.clock, tick_s=0.001)
        self.exports = Exports(scene.storage, self.files, self.runs, clock=scene.clock, **options)

    async def store(self, content: bytes, name: str) -> FileReference:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.files.store(ANN, once(), name=name)

    async def say(self, conversation_id: str, *parts: Part) -> str:
        said = Content(parts=parts)
        new = NewMessage(role="user", author=self.scene.said("").author, content=said)
        return (await self.scene.tree.messages.append(ANN, conversation_id, [new])).messages[0].id

    async def talk_with_files(self) -> tuple[str, str, str]:
        """A conversation with a picture and a document; returns its id and theirs."""
        picture = await self.store(b"\x89PNG\r\n\x1a\n" + b"p" * 100, "cat.png")
        document = await self.store(b"%PDF-1.7 " + b"d" * 3000, "../CON")
        talk, _, _ = await self.scene.talk("Look")
        await self.say(
            talk, TextPart(text="here"), ImagePart(file_id=picture.id), FilePart(file_id=document.id)
        )
        await self.say(talk, FilePart(file_id=document.id), FilePart(file_id="fil_nothing"))
        return talk, picture.id, document.id

    async def whole(self, **wish: Any) -> bytes:
        """What an export answers at once."""
        export = await self.exports.direct(ANN, Wish(**wish))
        return b"".join([chunk async for chunk in export.chunks])


Act = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def desk(play: Play, tmp_path: Path) -> Callable[..., None]:
    """Plays a scene at a desk on a database of each kind."""

    def run(act: Act, **options: Any) -> None:
        async def opened(scene: Scene) -> None:
            desk = Desk(scene, tmp_path, **options)
            await desk.runs.start()
            try:
                await act(desk)
            finally:
                await desk.exports.jobs.close()
                await desk.runs.close()

        play(opened)

    return run
