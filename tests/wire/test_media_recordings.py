"""What real providers answered to requests for pictures and about recordings; readings checked by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError, UpstreamRefused
from salon.foundation.messages import Usage
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.protocols.forms import envelope_of, form_of
from salon.gateway.protocols.openai.relays import relay_events

RUBY = "Ruby is a programming language designed for developer happiness."
HEARD: dict[str, tuple[str, dict[str, Any]]] = {
    # folder: what was said; tokens in and out, and the rare counts
    "openai/audio/basic-functionality-openai-whisper-1": (RUBY, {"audio_input_ms": 4000}),
    "openai/audio/ity-openai-gpt-4o-transcribe-diarize": (
        RUBY,
        {"input_tokens": 37, "output_tokens": 145, "audio_input_tokens": 37, "audio_input_ms": 3700},
    ),
    "groq/chat/groq-speech-to-text-verbose-1": (
        "The quick brown fox jumps over the lazy dog.",
        {"output_tokens": 12, "audio_input_ms": 3840},
    ),
    "mistral/audio/ption-basic-functionality": (
        RUBY,
        {"input_tokens": 378, "output_tokens": 11, "audio_input_tokens": 375, "audio_input_ms": 3000},
    ),
    "mistral/audio/unctionality-mistral-voxtral": (
        RUBY,
        {"input_tokens": 380, "output_tokens": 11, "audio_input_tokens": 375, "audio_input_ms": 3000},
    ),
    "cohere/audio/ity-cohere-cohere-transcribe": (f" {RUBY}", {}),
    "openrouter/audio/router-openai-gpt-4o-mini": (RUBY, {"input_tokens": 37, "output_tokens": 12}),
    "mistral/chat/mistral-speech-to-text-simple-1": ("Simple transcription without usage data.", {}),
    "mistral/chat/mistral-speech-to-text-usage-1": (
        "This is a sample transcription with usage data.",
        {"input_tokens": 5, "output_tokens": 8},
    ),
}
PAINTED: dict[str, dict[str, Any]] = {
    "openai/images/openai-metrics-openai-metrics-image-gen-metrics-13111f": {"images": 1},
    "openai/images/openai-metrics-openai-metrics-image-gen-metrics-6ab6b8": {"images": 1},
    "openai/images/openai-metrics-openai-metrics-image-gen-metrics-c6698a": {"images": 1},
    "openai/images/tionality-with-local-files-supports-image-edits": {
        "input_tokens": 221,
        "output_tokens": 1318,
        "image_input_tokens": 194,
        "image_output_tokens": 1056,
        "images": 1,
    },
    "openrouter/images/onality-openrouter-google-gemini-3-1-flash-lite": {
        "input_tokens": 5,
        "output_tokens": 1537,
        "image_output_tokens": 1120,
        "images": 1,
    },
    "xai/images/image-basic-functionality": {"images": 1},
}
REFUSED = (
    "openai/images/nctionality-with-remote-urls",
    "openai/images/openai-metrics-openai-metrics-image-gen-metrics-6198bb",
    "openai/images/with-remote-urls-rejects-edits",
)


def body_of(shared_dir: Path, name: str) -> bytes:
    """Return the answer in the one folder whose path begins with ``name``."""
    place = shared_dir / "recorded-streams" / name
    (folder,) = sorted(place.parent.glob(f"{place.name}*"))
    (answer,) = sorted(folder.glob("response.*"))
    return answer.read_bytes()


def counted(usage: Usage | None) -> dict[str, int]:
    """Return the counts of an answer that are not zero."""
    if usage is None:
        return {}
    counts = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    for name in (
        "images",
        "audio_input_ms",
        "audio_input_tokens",
        "image_input_tokens",
        "image_output_tokens",
    ):
        counts[name] = getattr(usage.details, name) if usage.details is not None else 0
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("name", HEARD)
def test_a_transcription_is_read_and_counted(shared_dir: Path, name: str) -> None:
    dialect, body = DIALECTS["openai-transcriptions"], body_of(shared_dir, name)
    answer = dialect.decode_response(body)
    assert (answer.text, counted(answer.usage)) == HEARD[name]
    assert dialect.read_answer(body)[0] == answer.usage


def test_a_diarized_transcription_names_its_speakers(shared_dir: Path) -> None:
    body = body_of(shared_dir, "openai/audio/ity-openai-gpt-4o-transcribe-diarize")
    answer = DIALECTS["openai-transcriptions"].decode_response(body)
    assert [(one.speaker, one.start_s, one.end_s) for one in answer.segments] == [("A", 0.0, 3.3)]
    assert answer.duration_s == 3.7


def test_a_transcription_that_is_plain_text_is_read(shared_dir: Path) -> None:
    told = json.loads(body_of(shared_dir, "groq/audio/groq-groq-transcription-text"))
    answer = DIALECTS["openai-transcriptions"].decode_response(told["body"].encode())
    assert (answer.text, answer.usage) == (" Hello from the Versal AISDK.", None)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_streamed_transcription_passes_and_is_counted(shared_dir: Path, size: int) -> None:
    body = body_of(shared_dir, "openai/audio/enai-gpt-4o-transcribe-diarize-streams")
    tap = relay_events(b"text/event-stream", envelope_of(form_of({"model": "m"}), required=()))
    assert tap is not None
    out = b"".join(tap.feed(body[at : at + size]) for at in range(0, len(body), size)) + tap.finish()
    assert out.strip() == body.strip()
    assert (tap.saw_end, tap.error) == (True, None)
    assert counted(tap.usage) == {"input_tokens": 37, "output_tokens": 145, "audio_input_tokens": 37}


@pytest.mark.parametrize("name", PAINTED)
def test_pictures_are_read_and_counted(shared_dir: Path, name: str) -> None:
    dialect, body = DIALECTS["openai-images"], body_of(shared_dir, name)
    answer = dialect.decode_response(body)
    told = json.loads(body)["data"][0]
    assert (answer.images[0].data, answer.images[0].url) == (told.get("b64_json"), told.get("url"))
    assert counted(answer.usage) == PAINTED[name]
    assert dialect.read_answer(body)[0] == answer.usage


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_told_in_its_makers_words(shared_dir: Path, name: str) -> None:
    dialect, body = DIALECTS["openai-image-edits"], body_of(shared_dir, name)
    error = dialect.decode_error(400, {}, body, provider="p")
    assert isinstance(error, UpstreamRefused)
    assert error.upstream_message == json.loads(body)["error"]["message"]
    with pytest.raises(UpstreamError):  # the same words under a status of 200
        dialect.decode_response(body)


def test_geminis_speech_is_read(shared_dir: Path) -> None:
    body = body_of(shared_dir, "gemini/gemini/gemini-tts-pro-voice-option-1")
    audio = ONLY_SPOKEN["gemini-speech"].decode_response(body).audio
    assert (audio.media_type, audio.data[:4]) == ("audio/wav", b"RIFF")


def test_geminis_pictures_are_read(shared_dir: Path) -> None:
    body = body_of(shared_dir, "vertex/gemini/google-google-vertexai-image-generation")
    answer = ONLY_SPOKEN["gemini-images"].decode_response(body)
    assert [(one.media_type, (one.data or "")[:4]) for one in answer.images] == [("image/jpeg", "/9j/")]
    assert counted(answer.usage)["image_output_tokens"] == 1290
