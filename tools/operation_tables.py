"""The part of docs/protocols.md on operations other than chat: one table of probes for each."""

from collections.abc import Callable, Mapping

from salon.foundation.messages import (
    Attachment,
    EmbeddingRequest,
    ImageEditRequest,
    ImagePart,
    ImageRequest,
    ImageVariationRequest,
    ModerationRequest,
    OperationName,
    OperationRequest,
    RerankRequest,
    SpeechRequest,
    TextPart,
    TranscriptionRequest,
    TranslationRequest,
)
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.operations import OPERATIONS
from salon.gateway.protocols.base import SpokenDialect

Cell = Callable[[Callable[[], tuple[str, ...]]], str]
Table = Callable[[list[str], list[list[str]]], list[str]]

TEXT = TextPart(text="x")
PICTURE = ImagePart(url="https://example.org/a.png")
FILE = Attachment(data=b"x", media_type="image/png", name="x.png")
RECORDING = Attachment(data=b"x", media_type="audio/wav", name="x.wav")
ONE = EmbeddingRequest(model="m", inputs=("x",))
PROBES: Mapping[OperationName, Mapping[str, OperationRequest]] = {
    "embeddings": {
        "one text": ONE,
        "many texts": EmbeddingRequest(model="m", inputs=("x", "y")),
        "token numbers": EmbeddingRequest(model="m", inputs=((1, 2),)),
        "length of the vectors": EmbeddingRequest(model="m", inputs=("x",), dimensions=8),
        "purpose": EmbeddingRequest(model="m", inputs=("x",), purpose="query"),
        "title of the document": EmbeddingRequest(model="m", inputs=("x",), title="t"),
        "whether to cut what is too long": EmbeddingRequest(model="m", inputs=("x",), truncate=True),
        "user": EmbeddingRequest(model="m", inputs=("x",), user="u"),
        "a field only the caller's dialect knows": EmbeddingRequest(
            model="m", inputs=("x",), extra={"elsewhere": {"mood": 1}}
        ),
    },
    "rerank": {
        "texts": RerankRequest(model="m", query="q", documents=("x", "y")),
        "how many of the best": RerankRequest(model="m", query="q", documents=("x", "y"), top=1),
        "whether to cut what is too long": RerankRequest(
            model="m", query="q", documents=("x",), truncate=True
        ),
    },
    "moderations": {
        "one text": ModerationRequest(model="m", inputs=((TEXT,),)),
        "many texts": ModerationRequest(model="m", inputs=((TEXT,), (TEXT,))),
        "a text with a picture": ModerationRequest(model="m", inputs=((TEXT, PICTURE),)),
    },
    "speech": {
        "a text": SpeechRequest(model="m", text="x", voice="v"),
        "how it is to be spoken": SpeechRequest(model="m", text="x", instructions="calm"),
        "the form of the audio": SpeechRequest(model="m", text="x", format="wav"),
        "speed": SpeechRequest(model="m", text="x", speed=1.5),
    },
    "transcriptions": {
        "a recording": TranscriptionRequest(model="m", file=RECORDING),
        "its language": TranscriptionRequest(model="m", file=RECORDING, language="de"),
        "what guides the spelling": TranscriptionRequest(model="m", file=RECORDING, prompt="x"),
        "times of words": TranscriptionRequest(model="m", file=RECORDING, granularities=("word",)),
    },
    "translations": {"a recording": TranslationRequest(model="m", file=RECORDING)},
    "images": {
        "a picture of words": ImageRequest(model="m", prompt="x"),
        "several pictures": ImageRequest(model="m", prompt="x", n=2),
        "a size with usual proportions": ImageRequest(model="m", prompt="x", size="1024x1024"),
        "any other size": ImageRequest(model="m", prompt="x", size="1000x700"),
        "quality": ImageRequest(model="m", prompt="x", quality="high"),
        "background": ImageRequest(model="m", prompt="x", background="transparent"),
        "the form of the file": ImageRequest(model="m", prompt="x", format="jpeg"),
    },
    "image-edits": {
        "a file": ImageEditRequest(model="m", prompt="x", images=(FILE,)),
        "several files": ImageEditRequest(model="m", prompt="x", images=(FILE, FILE)),
        "an address": ImageEditRequest(model="m", prompt="x", images=(PICTURE,)),
        "a mask": ImageEditRequest(model="m", prompt="x", images=(FILE,), mask=FILE),
    },
    "image-variations": {"a file": ImageVariationRequest(model="m", image=FILE)},
}


def operation_lines(cell: Cell, table: Table) -> list[str]:
    """Return the section of each operation."""
    lines: list[str] = []
    for name, probes in PROBES.items():
        spoken = [one for one in (*DIALECTS.values(), *ONLY_SPOKEN.values()) if one.operation == name]
        does = OPERATIONS[name].does
        lines += [f"## Requests to {does}, by the provider's dialect", ""]
        rows = [[probe, *_row(request, spoken, cell)] for probe, request in probes.items()]
        lines += table(["feature", *(one.title for one in spoken)], rows)
    return lines


def _row(request: OperationRequest, spoken: list[SpokenDialect], cell: Cell) -> list[str]:
    return [cell(lambda d=d: d.encode_request(request, quirks={}).lost) for d in spoken]
