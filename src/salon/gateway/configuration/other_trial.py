"""What a model is asked when it is tried that does not chat: the least of what it is for."""

import struct
from collections.abc import Callable, Collection, Mapping
from typing import Final

from salon.foundation.messages import (
    Attachment,
    EmbeddingRequest,
    EmbeddingResponse,
    OperationName,
    OperationRequest,
    OperationResponse,
    SpeechRequest,
    SpeechResponse,
    TranscriptionRequest,
    TranscriptionResponse,
)

_RATE: Final = 16_000


def _silence() -> Attachment:
    """Return a second of silence as a WAV file."""
    samples = bytes(_RATE * 2)
    head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, _RATE, _RATE * 2, 2, 16, b"data", len(samples))
    data = b"RIFF" + struct.pack("<I", 4 + len(head) + len(samples)) + b"WAVE" + head + samples
    return Attachment(data=data, media_type="audio/wav", name="silence.wav")


_ASKED: Final[Mapping[OperationName, Callable[[str], OperationRequest]]] = {
    "embeddings": lambda model: EmbeddingRequest(model=model, inputs=("Say hi.",)),
    "speech": lambda model: SpeechRequest(model=model, text="Hi."),
    "transcriptions": lambda model: TranscriptionRequest(model=model, file=_silence()),
}


def question(model: str, operations: Collection[OperationName]) -> OperationRequest | None:
    """Return what to ask of a model that is for ``operations``; None where it chats, or none is known."""
    if "chat" in operations:
        return None
    return next((ask(model) for name, ask in _ASKED.items() if name in operations), None)


def told(answer: OperationResponse) -> str:
    """Return what came, in few words."""
    match answer:
        case EmbeddingResponse():
            return f"{len(answer.vectors)} vector"
        case SpeechResponse():
            return f"{len(answer.audio.data)} bytes of audio"
        case TranscriptionResponse():
            return f"{len(answer.text)} characters"
        case _:
            return "an answer"
