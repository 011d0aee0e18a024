"""The dialect of reranking, both sides."""

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols import whole
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.rerank import codec
from salon.gateway.protocols.wire_json import dumps


def encode_error(error: SalonError, *, request_id: str) -> bytes:
    """Write an error so that Cohere's clients read it (``message``), and Jina's (``detail``)."""
    told = error_object(error)
    return dumps({"id": request_id, "message": told["message"], "detail": told["message"], "error": told})


DIALECT = whole.dialect(
    codec,
    name="rerank",
    operation="rerank",
    title="Rerank (Cohere, Jina)",
    encode_error=encode_error,
)
"""``POST /v1/rerank`` and ``/v2/rerank``: Cohere, Jina, vLLM, llama.cpp and others."""
