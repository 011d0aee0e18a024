"""What the demo does beside chat: all made of words alone, always the same; pictures and sound by ``media``.

Nothing here understands anything. A vector counts words, so that texts with the same words are near each
other; a ranking compares such vectors; a judgement finds what it was told to find: ``demo:flag violence``.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import (
    Attachment,
    EmbeddingRequest,
    EmbeddingResponse,
    ImageEditRequest,
    ImageRequest,
    ImageVariationRequest,
    Judged,
    ModerationRequest,
    ModerationResponse,
    Ranked,
    RerankRequest,
    RerankResponse,
    SpeechRequest,
    TextPart,
    TranscriptionRequest,
    Usage,
)
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.openai import (
    EMBEDDINGS,
    IMAGE_EDITS,
    IMAGE_VARIATIONS,
    IMAGES,
    MODERATIONS,
    SPEECH,
    TRANSCRIPTIONS,
    TRANSLATIONS,
)
from salon.gateway.protocols.rerank import DIALECT as RERANK
from salon.gateway.providers.demo import media
from salon.gateway.providers.demo.script import count_tokens

LENGTH: Final = 256
_LONGEST: Final = 4096
_WORD: Final = re.compile(r"\w+")
_FLAG: Final = re.compile(r"\bdemo:flag[ =:]+([\w/-]{1,64})")
_FAIL: Final = re.compile(r"\bdemo:fail(?:[ =:]+([45]\d\d))?\b")
CATEGORIES: Final = ("harassment", "hate", "self-harm", "sexual", "violence")
_CREATED_AT_S: Final = 1_767_225_600


def vector(text: str, length: int = LENGTH) -> list[float]:
    """Return the counts of the text's words, each at a place of its own, as a vector of length one."""
    numbers = [0.0] * length
    for word in _WORD.findall(text.lower()) or [text]:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        place = int.from_bytes(digest[:4], "big") % length
        numbers[place] += 1.0 if digest[4] & 1 else -1.0
    size = math.sqrt(sum(number * number for number in numbers))
    if not size:  # its words cancel each other out
        return [1.0, *numbers[1:]]
    return [number / size for number in numbers]


def fails_with(text: str) -> int | None:
    """Return the status that a text asks the demo to fail with."""
    found = _FAIL.search(text)
    return int(found[1] or 500) if found is not None else None


def answer(path: str, body: bytes) -> EncodedRequest:
    """Return the answer to a request at ``path``. Raises: InvalidRequest naming the field."""
    make = next(make for end, make in _ANSWERS.items() if path.endswith(end))
    return make(body)


def _context(body: bytes, fields: Any) -> EncodeContext:
    mark = hashlib.sha256(body).hexdigest()[:24]
    return EncodeContext(request_id=f"demo-{mark}", model="demo", created_at_s=_CREATED_AT_S, fields=fields)


def _embed(body: bytes) -> EncodedRequest:
    envelope = EMBEDDINGS.read_envelope(body)
    request: EmbeddingRequest = EMBEDDINGS.decode_request(envelope)
    length = request.dimensions or LENGTH
    if length > _LONGEST:
        raise InvalidRequest(field="dimensions", problem=f"The demo's vectors have at most {_LONGEST}.")
    texts = [one if isinstance(one, str) else " ".join(map(str, one)) for one in request.inputs]
    made = EmbeddingResponse(vectors=tuple(vector(text, length) for text in texts), usage=_usage(texts))
    return EMBEDDINGS.encode_response(made, _context(body, envelope.fields))


def _usage(texts: Sequence[str]) -> Usage:
    return Usage(input_tokens=sum(count_tokens(text) for text in texts))


def _rank(body: bytes) -> EncodedRequest:
    envelope = RERANK.read_envelope(body)
    request: RerankRequest = RERANK.decode_request(envelope)
    asked = vector(request.query)
    near = [sum(a * b for a, b in zip(asked, vector(one), strict=True)) for one in request.documents]
    order = sorted(range(len(near)), key=lambda place: (-near[place], place))[: request.top]
    results = tuple(Ranked(index=place, score=round(max(0.0, near[place]), 6)) for place in order)
    made = RerankResponse(results=results, usage=_usage([request.query, *request.documents]))
    return RERANK.encode_response(made, _context(body, envelope.fields))


def _judge(body: bytes) -> EncodedRequest:
    envelope = MODERATIONS.read_envelope(body)
    request: ModerationRequest = MODERATIONS.decode_request(envelope)
    results: list[Judged] = []
    for parts in request.inputs:
        text = " ".join(part.text for part in parts if isinstance(part, TextPart))
        found = set(_FLAG.findall(text))
        names = [*CATEGORIES, *sorted(found - set(CATEGORIES))]
        results.append(
            Judged(
                flagged=bool(found),
                categories={name: name in found for name in names},
                scores={name: float(name in found) for name in names},
            )
        )
    made = ModerationResponse(results=tuple(results))
    return MODERATIONS.encode_response(made, _context(body, envelope.fields))


# -- pictures and audio ---------------------------------------------------------------------------
def _paint(body: bytes) -> EncodedRequest:
    envelope = IMAGES.read_envelope(body)
    request: ImageRequest = IMAGES.decode_request(envelope)
    made = media.pictures(request.prompt, request.n or 1)
    return IMAGES.encode_response(made, _context(body, envelope.fields))


def _change(body: bytes) -> EncodedRequest:
    envelope = IMAGE_EDITS.read_envelope(body)
    request: ImageEditRequest = IMAGE_EDITS.decode_request(envelope)
    given = b"".join(one.data for one in request.images if isinstance(one, Attachment))
    made = media.pictures(f"{request.prompt} {hashlib.sha256(given).hexdigest()}", request.n or 1)
    return IMAGE_EDITS.encode_response(made, _context(body, envelope.fields))


def _vary(body: bytes) -> EncodedRequest:
    envelope = IMAGE_VARIATIONS.read_envelope(body)
    request: ImageVariationRequest = IMAGE_VARIATIONS.decode_request(envelope)
    made = media.pictures(hashlib.sha256(request.image.data).hexdigest(), request.n or 1)
    return IMAGE_VARIATIONS.encode_response(made, _context(body, envelope.fields))


def _speak(body: bytes) -> EncodedRequest:
    envelope = SPEECH.read_envelope(body)
    request: SpeechRequest = SPEECH.decode_request(envelope)
    if request.format not in {None, "wav", "pcm"}:
        raise InvalidRequest(field="response_format", problem="The demo makes “wav” and “pcm” only.")
    return SPEECH.encode_response(media.speech(request.text), _context(body, envelope.fields))


def _write_down(body: bytes) -> EncodedRequest:
    envelope = TRANSCRIPTIONS.read_envelope(body)
    request: TranscriptionRequest = TRANSCRIPTIONS.decode_request(envelope)
    return TRANSCRIPTIONS.encode_response(media.transcript(request.file), _context(body, envelope.fields))


def _translate(body: bytes) -> EncodedRequest:
    envelope = TRANSLATIONS.read_envelope(body)
    request: TranscriptionRequest = TRANSLATIONS.decode_request(envelope)
    made = media.transcript(request.file, english=True)
    return TRANSLATIONS.encode_response(made, _context(body, envelope.fields))


_ANSWERS: Final[Mapping[str, Callable[[bytes], EncodedRequest]]] = {
    "/embeddings": _embed,
    "/rerank": _rank,
    "/moderations": _judge,
    "/images/generations": _paint,
    "/images/edits": _change,
    "/images/variations": _vary,
    "/audio/speech": _speak,
    "/audio/transcriptions": _write_down,
    "/audio/translations": _translate,
}
