"""Pictures, speech and recordings for the library: what a person passes, and what comes back."""

import base64
import mimetypes
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.money import to_decimal
from salon.foundation.kit.whole_file import whole_file
from salon.foundation.messages import (
    Attachment,
    ImageEditRequest,
    ImageRequest,
    ImageResponse,
    OperationName,
    OperationResponse,
    SpeechRequest,
    SpeechResponse,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptSegment,
    Usage,
)
from salon.gateway.operations import guessed
from salon.surfaces.library.results import KnownModel

File = str | os.PathLike[str] | bytes
"""A path, or what is in the file."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a question that is no chat, and what is known of it."""

    response: OperationResponse
    model: str
    cost_e10: int | None = None
    currency: str = "USD"
    request_id: str | None = None

    @property
    def cost(self) -> Decimal | None:
        """What it cost; None is "unpriced"."""
        return None if self.cost_e10 is None else to_decimal(self.cost_e10)


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    """The model that answered, as ``provider/model``."""
    usage: Usage | None
    cost: Decimal | None
    """In whole units of ``currency``; None is "unpriced"."""
    currency: str
    request_id: str | None


class Picture(_Made, frozen=True, kw_only=True):
    """One picture."""

    data: bytes | None
    """None when its provider keeps it at ``url``."""
    url: str | None
    media_type: str | None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file. Raises: InvalidRequest when it is at its provider's, StorageError."""
        if self.data is None:
            raise InvalidRequest(field="picture", problem=f"is not here, but at {self.url}.")
        with whole_file(Path(path)) as file:
            file.write(self.data)


class Speech(_Made, frozen=True, kw_only=True):
    """A spoken text."""

    data: bytes
    media_type: str | None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the audio to a file. Raises: StorageError."""
        with whole_file(Path(path)) as file:
            file.write(self.data)


class Transcript(_Made, frozen=True, kw_only=True):
    """What was said; printing it prints the text."""

    text: str
    language: str | None
    duration_s: float | None
    segments: tuple[TranscriptSegment, ...]
    """With their times, where the model tells them."""

    def __str__(self) -> str:
        return self.text


# -- asking ---------------------------------------------------------------------------------------
def attachment(file: File) -> Attachment:
    """Return a file's bytes and name. Raises: InvalidRequest when there is none."""
    if isinstance(file, bytes):
        return Attachment(data=file)
    path = Path(file)
    try:
        kind, _ = mimetypes.guess_type(path.name)
        return Attachment(data=path.read_bytes(), media_type=kind, name=path.name)
    except OSError as error:
        raise InvalidRequest(field="file", problem=f"{path} cannot be read: {error.strerror}.") from error


def image_request(
    prompt: str, *, model: str, size: str | None, quality: str | None, images: Sequence[File]
) -> ImageRequest:
    """Return a request for a picture, made of others where there are some. Raises: InvalidRequest."""
    if not prompt:
        raise InvalidRequest(field="prompt", problem="must not be empty.")
    if not images:
        return ImageRequest(model=model, prompt=prompt, size=size, quality=quality)
    given = tuple(attachment(one) for one in images)
    return ImageEditRequest(model=model, prompt=prompt, size=size, quality=quality, images=given)


def speech_request(text: str, *, model: str, voice: str | None, form: str | None) -> SpeechRequest:
    """Return a request to speak. Raises: InvalidRequest."""
    if not text:
        raise InvalidRequest(field="text", problem="must not be empty.")
    return SpeechRequest(model=model, text=text, voice=voice, format=form)


def transcription_request(
    file: File, *, model: str, language: str | None, prompt: str | None
) -> TranscriptionRequest:
    """Return a request to write a recording down. Raises: InvalidRequest."""
    return TranscriptionRequest(model=model, file=attachment(file), language=language, prompt=prompt)


def first_model_for(operation: OperationName, models: Sequence[KnownModel]) -> str:
    """Return the first model whose name says that it is for ``operation``; the demo if there is none."""
    return next((one.id for one in models if operation in (guessed(one.id) or ())), "demo")


# -- answers --------------------------------------------------------------------------------------
def picture_of(told: Told) -> Picture:
    """Return the picture of an answer."""
    assert isinstance(told.response, ImageResponse)
    made = told.response.images[0]
    data = base64.b64decode(made.data) if made.data is not None else None
    return Picture(data=data, url=made.url, media_type=made.media_type, **_known(told))


def speech_of(told: Told) -> Speech:
    """Return the speech of an answer."""
    assert isinstance(told.response, SpeechResponse)
    audio = told.response.audio
    return Speech(data=audio.data, media_type=audio.media_type, **_known(told))


def transcript_of(told: Told) -> Transcript:
    """Return what an answer says was said."""
    said = told.response
    assert isinstance(said, TranscriptionResponse)
    return Transcript(
        text=said.text,
        language=said.language,
        duration_s=said.duration_s,
        segments=said.segments,
        **_known(told),
    )


def _known(told: Told) -> dict[str, Any]:
    return {
        "model": told.model,
        "usage": told.response.usage,
        "cost": told.cost,
        "currency": told.currency,
        "request_id": told.request_id,
    }
