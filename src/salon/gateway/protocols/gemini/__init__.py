"""Gemini generateContent and Gemini's other operations: requests, answers, streams and errors."""

from salon.gateway.protocols.gemini.dialect import (
    COUNT,
    DIALECT,
    EMBED,
    EMBED_BATCH,
    IMAGE_EDITS,
    IMAGEN,
    IMAGES,
    PREDICT,
    SPEECH,
)

__all__ = ["COUNT", "DIALECT", "EMBED", "EMBED_BATCH", "IMAGEN", "IMAGES", "IMAGE_EDITS", "PREDICT", "SPEECH"]
