"""The rows of pictures, speech, recordings and realtime sessions."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints.row import Endpoint, asking

ROWS: Final[tuple[Endpoint, ...]] = (
    asking(
        "/v1/images/generations",
        "openai-images",
        "images",
        "Make pictures, in the words of OpenAI.",
        hot=True,
    ),
    asking(
        "/v1/images/edits",
        "openai-image-edits-json",
        "image-edits",
        "Change pictures, in the words of OpenAI: a form with files, or JSON.",
        form="openai-image-edits",
    ),
    asking(
        "/v1/images/variations",
        "openai-image-variations",
        "image-variations",
        "Make pictures like another one, in the words of OpenAI.",
        form="openai-image-variations",
    ),
    asking("/v1/audio/speech", "openai-speech", "speech", "Speak a text, in the words of OpenAI.", hot=True),
    asking(
        "/v1/audio/transcriptions",
        "openai-transcriptions",
        "transcriptions",
        "Write a recording down, in the words of OpenAI.",
        form="openai-transcriptions",
    ),
    asking(
        "/v1/audio/translations",
        "openai-translations",
        "translations",
        "Write a recording down in English, in the words of OpenAI.",
        form="openai-translations",
    ),
    Endpoint(
        method="GET",
        path="/v1/realtime",
        dialect="openai-realtime",
        summary="Hold a realtime session over WebSocket, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="realtime",
        realtime="session",
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/v1/realtime/{name}",
            dialect="openai-realtime",
            summary=f"Make a short-lived key for a browser's realtime sessions, {words}.",
            policy=Right.USE_MODELS,
            operation="realtime",
            realtime="secret",
        )
        for name, words in (
            ("client_secrets", "in the words of OpenAI"),
            ("sessions", "in the words of OpenAI's beta"),
        )
    ),
)
