"""Embeddings as clouds host them: Vertex's ``predict``, and the three bodies of Bedrock's InvokeModel."""

from salon.testing.fake_provider import converse, gemini
from salon.testing.fake_provider.answer import Answer, JsonObject
from salon.testing.fake_provider.embeddings import Vectors, vectors
from salon.testing.fake_provider.whole import WholeDialect

_COUNT = b"x-amzn-bedrock-input-token-count"


def _predict_wanted(body: JsonObject) -> Vectors:
    length = body.get("parameters", {}).get("outputDimensionality")
    return Vectors(texts=[one["content"] for one in body["instances"]], length=length)


def _predict_write(wanted: Vectors, answer: Answer) -> JsonObject:
    made = vectors(wanted)
    share, rest = divmod(answer.input_tokens, len(made))
    counts = [share + (place < rest) for place in range(len(made))]
    told = [
        {"embeddings": {"values": one, "statistics": {"token_count": count, "truncated": False}}}
        for one, count in zip(made, counts, strict=True)
    ]
    return {"predictions": told, "metadata": {"billableCharacterCount": sum(map(len, wanted.texts))}}


def _titan_wanted(body: JsonObject) -> Vectors:
    if unknown := set(body) - {
        "inputText",
        "dimensions",
        "normalize",
        "embeddingTypes",
        "embeddingConfig",
        "model",
    }:
        raise ValueError(f"Malformed input request: extraneous keys {sorted(unknown)} are not permitted")
    length = body.get("embeddingConfig", {}).get("outputEmbeddingLength", body.get("dimensions"))
    return Vectors(texts=[body["inputText"]], length=length)


def _nova_wanted(body: JsonObject) -> Vectors:
    asked = body["singleEmbeddingParams"]
    if (
        body["taskType"] != "SINGLE_EMBEDDING"
        or not asked["embeddingPurpose"]
        or not asked["text"]["truncationMode"]
    ):
        raise ValueError("Malformed input request")
    return Vectors(texts=[asked["text"]["value"]], length=asked.get("embeddingDimension"))


def _nova_write(wanted: Vectors, answer: Answer) -> JsonObject:
    return {"embeddings": [{"embeddingType": "TEXT", "embedding": one} for one in vectors(wanted)]}


def _cohere_wanted(body: JsonObject) -> Vectors:
    if not body["input_type"] or body["embedding_types"] != ["float"]:
        raise ValueError("Malformed input request")
    return Vectors(texts=list(body["texts"]), length=body.get("output_dimension"))


def _cohere_write(wanted: Vectors, answer: Answer) -> JsonObject:
    told: JsonObject = {"float": vectors(wanted)}
    return {"id": f"fake-{answer.number}", "response_type": "embeddings_by_type", "embeddings": told}


CLOUD_EMBEDDINGS = (
    WholeDialect(
        name="vertex-embed",
        PATH_END=(
            "embedding-001:predict",
            "embedding-002:predict",
            "embedding-004:predict",
            "embedding-005:predict",
        ),
        of=gemini,
        wanted=_predict_wanted,
        write=_predict_write,
    ),
    WholeDialect(
        name="titan-embed",
        PATH_END=("titan-embed-text-v2%3A0/invoke", "titan-embed-image-v1/invoke"),
        of=converse,
        wanted=_titan_wanted,
        write=lambda wanted, answer: {
            "embedding": vectors(wanted)[0],
            "inputTextTokenCount": answer.input_tokens,
        },
    ),
    WholeDialect(
        name="nova-embed",
        PATH_END="nova-2-multimodal-embeddings-v1%3A0/invoke",
        of=converse,
        wanted=_nova_wanted,
        write=_nova_write,
        count_header=_COUNT,
    ),
    WholeDialect(
        name="bedrock-cohere-embed",
        PATH_END=("cohere.embed-v4%3A0/invoke", "cohere.embed-english-v3/invoke"),
        of=converse,
        wanted=_cohere_wanted,
        write=_cohere_write,
        count_header=_COUNT,
    ),
)
"""Each goes before InvokeModel and ``predict`` of other models."""
