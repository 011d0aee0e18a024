"""Embeddings of every dialect, as the fake provider makes them: small, exact and different for each text.

A dialect of chat is a module; those here are objects with the same parts, one for each address.
"""

import base64
import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
import orjson

from salon.testing.fake_provider import gemini, ollama, openai
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame

LENGTH = 8
"""Numbers of a vector, unless the request asks for another length."""


def vector(text: str, length: int = LENGTH) -> list[float]:
    """Return the vector of ``text``: numbers that 32 bits hold exactly."""
    digest = hashlib.shake_256(text.encode()).digest(length)
    return [(byte - 128) / 128 for byte in digest]


def packed(numbers: Sequence[float]) -> str:
    """Return numbers as OpenAI packs them: base64 of 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


class Wanted(msgspec.Struct, kw_only=True):
    """What a request wants vectors of."""

    texts: list[str]
    """Token numbers are written as text."""
    length: int | None = None
    is_packed: bool = False


class EmbeddingDialect(msgspec.Struct, kw_only=True):
    """One way to ask for embeddings; the parts that a module of chat has."""

    name: str
    PATH_END: str
    of: Any
    """The module of the same maker's chat: its errors."""
    wanted: Callable[[JsonObject], Wanted]
    write: Callable[[list[list[float]], Wanted, Answer], Any]
    STREAM_TYPE: bytes = b"application/json"
    PING: bytes | None = None

    def error_value(self, status: int, message: str) -> Any:
        """Return an error in the maker's words."""
        return self.of.error_value(status, message)

    def stream_error(self) -> Any:
        """Return the maker's error inside a stream; there is no stream here."""
        return self.of.stream_error()

    def read(self, body: JsonObject) -> Asked:
        """Read a request; its first text may hold a plan."""
        wanted = self.wanted(body)
        text = "\n".join(wanted.texts)
        return Asked(model=str(body.get("model", "")), text=text, last_user_text=text, wanted=wanted)

    def body(self, answer: Answer) -> bytes:
        """Write a finished answer."""
        wanted: Wanted = answer.wanted
        vectors = [vector(text, wanted.length or LENGTH) for text in wanted.texts]
        return orjson.dumps(self.write(vectors, wanted, answer))

    def frames(self, answer: Answer, asked: Asked) -> list[Frame]:
        """Return nothing: an embedding is never streamed."""
        del answer, asked
        return []


def _openai_wanted(body: JsonObject) -> Wanted:
    given = body["input"]
    items = cast("list[Any]", given) if isinstance(given, list) else [given]
    is_one = all(isinstance(item, int) for item in items)
    texts = [str(items)] if is_one else [str(item) for item in items]
    return Wanted(
        texts=texts, length=body.get("dimensions"), is_packed=body.get("encoding_format") == "base64"
    )


def _openai_write(vectors: list[list[float]], wanted: Wanted, answer: Answer) -> Any:
    data = [
        {"object": "embedding", "index": place, "embedding": packed(one) if wanted.is_packed else one}
        for place, one in enumerate(vectors)
    ]
    usage = {"prompt_tokens": answer.input_tokens, "total_tokens": answer.input_tokens}
    # Backwards: the place of a vector is its index, not where it stands.
    return {"object": "list", "data": data[::-1], "model": answer.model, "usage": usage}


def _ollama_wanted(body: JsonObject) -> Wanted:
    given = body["input"]
    return Wanted(texts=[given] if isinstance(given, str) else list(given), length=body.get("dimensions"))


def _ollama_write(vectors: list[list[float]], wanted: Wanted, answer: Answer) -> Any:
    del wanted
    return {"model": answer.model, "embeddings": vectors, "prompt_eval_count": answer.input_tokens}


def _gemini_text(request: JsonObject) -> str:
    return "\n".join(part["text"] for part in request["content"]["parts"])


def _gemini_write(vectors: list[list[float]], wanted: Wanted, answer: Answer) -> Any:
    del wanted
    usage = {"promptTokenCount": answer.input_tokens}
    return {"embeddings": [{"values": one} for one in vectors], "usageMetadata": usage}


EMBEDDINGS = (
    EmbeddingDialect(
        name="ollama-embed",
        PATH_END="/api/embed",
        of=ollama,
        wanted=_ollama_wanted,
        write=_ollama_write,
    ),
    EmbeddingDialect(
        name="ollama-embeddings",
        PATH_END="/api/embeddings",
        of=ollama,
        wanted=lambda body: Wanted(texts=[body["prompt"]]),
        write=lambda vectors, wanted, answer: {"embedding": vectors[0]},
    ),
    EmbeddingDialect(
        name="gemini-embed-batch",
        PATH_END=":batchEmbedContents",
        of=gemini,
        wanted=lambda body: Wanted(
            texts=[_gemini_text(one) for one in body["requests"]],
            length=body["requests"][0].get("outputDimensionality"),
        ),
        write=_gemini_write,
    ),
    EmbeddingDialect(
        name="gemini-embed",
        PATH_END=":embedContent",
        of=gemini,
        wanted=lambda body: Wanted(texts=[_gemini_text(body)], length=body.get("outputDimensionality")),
        write=lambda vectors, wanted, answer: {"embedding": {"values": vectors[0]}},
    ),
    EmbeddingDialect(
        name="openai-embeddings",
        PATH_END="/embeddings",
        of=openai,
        wanted=_openai_wanted,
        write=_openai_write,
    ),
)
"""Every way to ask; longer addresses before those they end with."""
