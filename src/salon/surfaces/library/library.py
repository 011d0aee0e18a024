"""The library: ask a model from Python, with nothing configured.

It picks what is at hand: the address or data directory that was named, else the Salon that runs on this
machine, else a gateway in this process with keys from the environment or a model server found here, else
the demo. It writes nothing unless it is given a data directory.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Unpack

from salon.foundation.messages import Message, OperationName
from salon.surfaces.library.asking import Prompt, Settings, messages_of, request_of, text_message
from salon.surfaces.library.embedding import Embeddings, embedding_request, first_embedding_model
from salon.surfaces.library.engine import Engine, Opener, Options
from salon.surfaces.library.loop import LoopThread
from salon.surfaces.library.media import (
    File,
    Picture,
    Speech,
    Transcript,
    first_model_for,
    image_request,
    picture_of,
    speech_of,
    speech_request,
    transcript_of,
    transcription_request,
)
from salon.surfaces.library.results import KnownModel, Result
from salon.surfaces.library.streams import AsyncStream, Stream

_CLOSE_S = 10.0


class Library:
    """Everything ``import salon`` offers. Safe to use from several threads and event loops."""

    def __init__(self, opener: Opener, options: Options | None = None) -> None:
        self._opener = opener
        self._options = options or Options()
        self._lock = threading.Lock()
        self._loop: LoopThread | None = None
        self._engine: Engine | None = None
        self._default_model: str | None = None
        self._default_embedder: str | None = None
        self._defaults: dict[OperationName, str] = {}

    # -- set-up -----------------------------------------------------------------------------------
    def configure(
        self,
        *,
        data_dir: str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        model: str | None = None,
    ) -> None:
        """Say where answers come from, and which model to ask when none is named. Replaces earlier words."""
        self.close()
        self._options = Options(data_dir=data_dir, base_url=base_url, api_key=api_key, model=model)

    def close(self) -> None:
        """Let everything go; the next question opens it again."""
        with self._lock:
            loop, engine = self._loop, self._engine
            self._loop = self._engine = self._default_model = self._default_embedder = None
            self._defaults = {}
        if loop is not None:
            if engine is not None:
                loop.submit(engine.close()).result(_CLOSE_S)
            loop.stop()

    def _open(self) -> tuple[LoopThread, Engine]:
        with self._lock:
            if self._loop is None:
                self._loop = LoopThread()
            if self._engine is None:
                self._engine = self._loop.call(self._opener(self._options))
            return self._loop, self._engine

    def _model(self, loop: LoopThread, engine: Engine, named: str | None) -> str:
        if named:
            return named
        if self._default_model is None:
            self._default_model = self._options.model or _first_real(loop.call(engine.models()))
        return self._default_model

    def _ready(self, named: str | None) -> tuple[LoopThread, Engine, str]:
        loop, engine = self._open()
        return loop, engine, self._model(loop, engine, named)

    # -- asking -----------------------------------------------------------------------------------
    def generate(self, prompt: Prompt, **settings: Unpack[Settings]) -> Result:
        """Ask a model and return its answer. Raises: SalonError with one clear sentence."""
        loop, engine, model = self._ready(settings.get("model"))
        return loop.call(engine.answer(request_of(prompt, settings, model=model, stream=False))).result()

    async def agenerate(self, prompt: Prompt, **settings: Unpack[Settings]) -> Result:
        """``generate`` for async code; cancelling the task stops the model."""
        loop, engine, model = await self._aready(settings.get("model"))
        request = request_of(prompt, settings, model=model, stream=False)
        return (await loop.bridge(engine.answer(request))).result()

    def stream(self, prompt: Prompt, **settings: Unpack[Settings]) -> Stream:
        """Ask a model and iterate over its answer as it comes."""
        loop, engine, model = self._ready(settings.get("model"))
        return Stream(loop, engine, request_of(prompt, settings, model=model, stream=True))

    async def astream(self, prompt: Prompt, **settings: Unpack[Settings]) -> AsyncStream:
        """``stream`` for async code: ``async for text in await salon.astream(…)``."""
        loop, engine, model = await self._aready(settings.get("model"))
        return AsyncStream(loop, engine, request_of(prompt, settings, model=model, stream=True))

    def embed(
        self,
        texts: str | Sequence[str],
        *,
        model: str | None = None,
        dimensions: int | None = None,
        purpose: str | None = None,
    ) -> Embeddings:
        """Return a vector for each text: what it means, as numbers. Raises: SalonError.

        ``purpose`` is what for: ``query`` looks for a ``document``; others are ``classification``,
        ``clustering``, ``similarity``, ``question``, ``fact`` and ``code``.
        """
        loop, engine = self._open()
        name = self._embedding_model(loop, engine, model)
        request = embedding_request(texts, model=name, dimensions=dimensions, purpose=purpose)
        return loop.call(engine.embed(request))

    async def aembed(
        self,
        texts: str | Sequence[str],
        *,
        model: str | None = None,
        dimensions: int | None = None,
        purpose: str | None = None,
    ) -> Embeddings:
        """``embed`` for async code; cancelling the task stops the model."""
        import asyncio  # noqa: PLC0415 - its user is running, so it is loaded

        loop, engine = await asyncio.to_thread(self._open)
        name = await asyncio.to_thread(self._embedding_model, loop, engine, model)
        request = embedding_request(texts, model=name, dimensions=dimensions, purpose=purpose)
        return await loop.bridge(engine.embed(request))

    def _embedding_model(self, loop: LoopThread, engine: Engine, named: str | None) -> str:
        if not named and self._default_embedder is None:
            self._default_embedder = first_embedding_model(loop.call(engine.models()))
        return named or self._default_embedder or "demo"

    # -- pictures and audio -----------------------------------------------------------------------
    def image(
        self,
        prompt: str,
        *,
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        images: Sequence[File] = (),
    ) -> Picture:
        """Return a picture of words, or one that is made of ``images``. Raises: SalonError."""
        loop, engine, name = self._ready_for("image-edits" if images else "images", model)
        request = image_request(prompt, model=name, size=size, quality=quality, images=images)
        return picture_of(loop.call(engine.ask(request)))

    async def aimage(
        self,
        prompt: str,
        *,
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        images: Sequence[File] = (),
    ) -> Picture:
        """``image`` for async code; cancelling the task stops the model."""
        loop, engine, name = await self._aready_for("image-edits" if images else "images", model)
        request = image_request(prompt, model=name, size=size, quality=quality, images=images)
        return picture_of(await loop.bridge(engine.ask(request)))

    def speak(
        self,
        text: str,
        *,
        model: str | None = None,
        voice: str | None = None,
        format: str | None = None,  # noqa: A002 - its users know it by that name
    ) -> Speech:
        """Return a text as audio; ``format`` is ``mp3``, ``wav`` ... Raises: SalonError."""
        loop, engine, name = self._ready_for("speech", model)
        request = speech_request(text, model=name, voice=voice, form=format)
        return speech_of(loop.call(engine.ask(request)))

    async def aspeak(
        self,
        text: str,
        *,
        model: str | None = None,
        voice: str | None = None,
        format: str | None = None,  # noqa: A002 - its users know it by that name
    ) -> Speech:
        """``speak`` for async code; cancelling the task stops the model."""
        loop, engine, name = await self._aready_for("speech", model)
        request = speech_request(text, model=name, voice=voice, form=format)
        return speech_of(await loop.bridge(engine.ask(request)))

    def transcribe(
        self, file: File, *, model: str | None = None, language: str | None = None, prompt: str | None = None
    ) -> Transcript:
        """Return what is said in a recording. Raises: SalonError."""
        loop, engine, name = self._ready_for("transcriptions", model)
        request = transcription_request(file, model=name, language=language, prompt=prompt)
        return transcript_of(loop.call(engine.ask(request)))

    async def atranscribe(
        self, file: File, *, model: str | None = None, language: str | None = None, prompt: str | None = None
    ) -> Transcript:
        """``transcribe`` for async code; cancelling the task stops the model."""
        loop, engine, name = await self._aready_for("transcriptions", model)
        request = transcription_request(file, model=name, language=language, prompt=prompt)
        return transcript_of(await loop.bridge(engine.ask(request)))

    def _ready_for(self, operation: OperationName, named: str | None) -> tuple[LoopThread, Engine, str]:
        loop, engine = self._open()
        if not named and operation not in self._defaults:
            self._defaults[operation] = first_model_for(operation, loop.call(engine.models()))
        return loop, engine, named or self._defaults[operation]

    async def _aready_for(
        self, operation: OperationName, named: str | None
    ) -> tuple[LoopThread, Engine, str]:
        import asyncio  # noqa: PLC0415 - its user is running, so it is loaded

        return await asyncio.to_thread(self._ready_for, operation, named)

    async def _aready(self, named: str | None) -> tuple[LoopThread, Engine, str]:
        import asyncio  # noqa: PLC0415 - its user is running, so it is loaded

        return await asyncio.to_thread(self._ready, named)

    def chat(self, **settings: Unpack[Settings]) -> "Chat":
        """Begin a conversation that remembers; it is kept in memory only."""
        return Chat(self, settings)

    def models(self) -> Sequence[KnownModel]:
        """Return the models that can be asked."""
        loop, engine = self._open()
        return loop.call(engine.models())


def _first_real(models: Sequence[KnownModel]) -> str:
    real = [model.id for model in models if model.provider != "demo" and not model.id.startswith("demo")]
    return real[0] if real else "demo"


class Chat:
    """A conversation with a model. Not for several threads at once."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self.messages: list[Message] = []
        """Everything said so far, without the system message."""

    def send(self, prompt: Prompt) -> Result:
        """Say something and return the answer; both are remembered."""
        said = messages_of(prompt)
        result = self._library.generate([*self.messages, *said], **self._settings)
        self.remember(said, result)
        return result

    async def asend(self, prompt: Prompt) -> Result:
        """``send`` for async code."""
        said = messages_of(prompt)
        result = await self._library.agenerate([*self.messages, *said], **self._settings)
        self.remember(said, result)
        return result

    def stream(self, prompt: Prompt) -> "ChatStream":
        """Say something and iterate over the answer; both are remembered when it is complete."""
        said = messages_of(prompt)
        return ChatStream(self, said, self._library.stream([*self.messages, *said], **self._settings))

    def remember(self, said: Sequence[Message], result: Result) -> None:
        """Take a question and its answer into the conversation."""
        answer = Message(role="assistant", parts=result.response.parts)
        self.messages += [*said, answer if answer.parts else text_message("assistant", "")]


class ChatStream:
    """An answer inside a conversation, as it comes."""

    def __init__(self, chat: Chat, said: Sequence[Message], stream: Stream) -> None:
        self._chat = chat
        self._said = said
        self._stream = stream
        self._kept = False

    def __iter__(self) -> Iterator[str]:
        yield from self._stream
        self._keep()

    def _keep(self) -> None:
        if not self._kept:
            self._kept = True
            self._chat.remember(self._said, self._stream.result)

    @property
    def result(self) -> Result:
        """The whole answer; reads what has not been read yet."""
        result = self._stream.result
        self._keep()
        return result
