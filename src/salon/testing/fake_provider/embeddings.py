"""Embeddings of every dialect, as the fake provider makes them: small, exact and different for each text.

Token numbers are written as text.
"""

import base64
import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

from salon.testing.fake_provider import cohere, gemini, ollama, openai
from salon.testing.fake_provider.answer import Answer, JsonObject
from salon.testing.fake_provider.whole import Wanted, WholeDialect

LONGEST = 8192
LENGTH = 8
"""Numbers of a vector, unless the request asks for another length."""


def vector(text: str, length: int = LENGTH) -> list[float]:
    """Return the vector of ``text``: numbers that 32 bits hold exactly."""
    digest = hashlib.shake_256(text.encode()).digest(length)
    return [(byte - 128) / 128 for byte in digest]


def packed_bytes(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def packed(numbers: Sequence[float]) -> str:
    """Return numbers as OpenAI packs them: base64 of 32-bit floats."""
    return packed_bytes(struct.pack(f"<{len(numbers)}f", *numbers))


def whole_numbers(numbers: Sequence[float]) -> str:
    """Return numbers as Perplexity sends them whatever was asked: base64 of signed bytes."""
    return base64.b64encode(struct.pack(f"{len(numbers)}b", *(round(one * 128) for one in numbers))).decode()


class Vectors(Wanted, kw_only=True):
    """What a request wants vectors of."""

    length: int | None = None
    is_packed: bool = False


def vectors(wanted: Vectors) -> list[list[float]]:
    """Return a vector for each text. Raises: ValueError for a length that none has."""
    if wanted.length is not None and not 0 < wanted.length <= LONGEST:
        raise ValueError(f"no vector is {wanted.length} long")
    return [vector(text, wanted.length or LENGTH) for text in wanted.texts]


def _openai_wanted(body: JsonObject) -> Vectors:
    given = body["input"]
    items = cast("list[Any]", given) if isinstance(given, list) else [given]
    is_one = all(isinstance(item, int) for item in items)
    texts = [str(items)] if is_one else [str(item) for item in items]
    return Vectors(
        texts=texts, length=body.get("dimensions"), is_packed=body.get("encoding_format") == "base64"
    )


def _openai_write(wanted: Vectors, answer: Answer) -> Any:
    write = _form_of(wanted, answer.model)
    data = [
        {"object": "embedding", "index": place, "embedding": write(one)}
        for place, one in enumerate(vectors(wanted))
    ]
    usage = {"prompt_tokens": answer.input_tokens, "total_tokens": answer.input_tokens}
    # Backwards: the place of a vector is its index, not where it stands.
    return {"object": "list", "data": data[::-1], "model": answer.model, "usage": usage}


def _form_of(wanted: Vectors, model: str) -> Callable[[list[float]], Any]:
    if "pplx" in model:
        return whole_numbers
    return packed if wanted.is_packed else list


def _ollama_wanted(body: JsonObject) -> Vectors:
    given = body["input"]
    return Vectors(texts=[given] if isinstance(given, str) else list(given), length=body.get("dimensions"))


def _ollama_write(wanted: Vectors, answer: Answer) -> Any:
    return {"model": answer.model, "embeddings": vectors(wanted), "prompt_eval_count": answer.input_tokens}


def _gemini_text(request: JsonObject) -> str:
    return "\n".join(part["text"] for part in request["content"]["parts"])


def _gemini_write(wanted: Vectors, answer: Answer) -> Any:
    usage = {"promptTokenCount": answer.input_tokens}
    return {"embeddings": [{"values": one} for one in vectors(wanted)], "usageMetadata": usage}


EMBEDDINGS = (
    WholeDialect(
        name="ollama-embed",
        PATH_END="/api/embed",
        of=ollama,
        wanted=_ollama_wanted,
        write=_ollama_write,
    ),
    WholeDialect(
        name="ollama-embeddings",
        PATH_END="/api/embeddings",
        of=ollama,
        wanted=lambda body: Vectors(texts=[body["prompt"]]),
        write=lambda wanted, answer: {"embedding": vectors(wanted)[0]},
    ),
    WholeDialect(
        name="gemini-embed-batch",
        PATH_END=":batchEmbedContents",
        of=gemini,
        wanted=lambda body: Vectors(
            texts=[_gemini_text(one) for one in body["requests"]],
            length=body["requests"][0].get("outputDimensionality"),
        ),
        write=_gemini_write,
    ),
    WholeDialect(
        name="gemini-embed",
        PATH_END=":embedContent",
        of=gemini,
        wanted=lambda body: Vectors(texts=[_gemini_text(body)], length=body.get("outputDimensionality")),
        write=lambda wanted, answer: {"embedding": {"values": vectors(wanted)[0]}},
    ),
    WholeDialect(
        name="cohere-embed",
        PATH_END="/v2/embed",
        of=cohere,
        wanted=lambda body: Vectors(texts=list(body["texts"]), length=body.get("output_dimension")),
        write=lambda wanted, answer: {
            "id": f"fake-{answer.number}",
            "embeddings": {"float": vectors(wanted)},
            "meta": {"billed_units": {"input_tokens": answer.input_tokens}},
        },
    ),
    WholeDialect(
        name="openai-embeddings",
        PATH_END="/embeddings",
        of=openai,
        wanted=_openai_wanted,
        write=_openai_write,
    ),
)
"""Every way to ask; longer addresses before those they end with."""
