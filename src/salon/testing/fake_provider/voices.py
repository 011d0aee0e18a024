"""Speech and recordings in the words of Deepgram, ElevenLabs, Mistral and xAI.

What a recording is to be answered with, faults too, stands in the recording itself: these makers take no
prompt. Each refuses what its own documentation does not know.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.audio import SECONDS, MediaDialect, spoken
from salon.testing.fake_provider.forms import Uploaded
from salon.testing.fake_provider.frames import Frame

_MARK = b"{{fake"


def in_address(target: str, body: bytes) -> JsonObject:
    """Return what an address says beside its body."""
    path, _, query = target.partition("?")
    return {**dict(parse_qsl(query)), "path": path, "body": body}


class _Deepgram:
    """Deepgram's errors."""

    @staticmethod
    def error_value(status: int, message: str) -> JsonObject:
        code = {401: "INVALID_AUTH", 402: "ASR_PAYMENT_REQUIRED", 429: "TOO_MANY_REQUESTS"}
        return {"err_code": code.get(status, "Bad Request"), "err_msg": message, "request_id": "fake"}

    @staticmethod
    def stream_error() -> JsonObject:
        return _Deepgram.error_value(500, "broken")


class _ElevenLabs:
    """ElevenLabs' errors."""

    @staticmethod
    def error_value(status: int, message: str) -> JsonObject:
        word = {401: "invalid_api_key", 402: "quota_exceeded", 429: "too_many_concurrent_requests"}
        return {"detail": {"status": word.get(status, "bad_request"), "message": message}}

    @staticmethod
    def stream_error() -> JsonObject:
        return _ElevenLabs.error_value(500, "broken")


def _only(given: Mapping[str, Any], *known: str) -> None:
    if unknown := set(given) - {*known}:
        raise ValueError(f"unknown fields {sorted(unknown)}")


def _no_frames(answer: Answer, asked: Asked) -> list[Frame]:
    del answer, asked
    return []


# -- recordings -----------------------------------------------------------------------------------
def _heard(model: str, recording: bytes, wanted: JsonObject) -> Asked:
    place = recording.find(_MARK)
    plan = recording[place:].decode("utf-8", "replace") if place >= 0 else ""
    return Asked(model=model, text=plan, last_user_text=plan, wanted=wanted)


def _words(answer: Answer) -> list[JsonObject]:
    said = [word for word in "".join(answer.text).split(" ") if word]
    step = SECONDS / max(1, len(said))
    return [
        {"text": word, "start": place * step, "end": (place + 1) * step} for place, word in enumerate(said)
    ]


def _file(body: JsonObject) -> bytes:
    file = body["file"]
    if not isinstance(file, Uploaded):
        raise TypeError("file must be a file")
    return file.data


def _read_listen(body: JsonObject) -> Asked:
    known = ("model", "smart_format", "language", "detect_language", "utterances", "diarize")
    _only(body, *known, "path", "body")
    return _heard(body["model"], body["body"], body)


def _write_listen(answer: Answer) -> bytes:
    speaks = {"speaker": 0} if answer.wanted.get("diarize") == "true" else {}
    words: list[JsonObject] = []
    for one in _words(answer):
        said = {"word": one["text"].lower(), "punctuated_word": one["text"]}
        words.append({**said, "start": one["start"], "end": one["end"], **speaks})
    text = " ".join(str(one["punctuated_word"]) for one in words)
    channel: JsonObject = {"alternatives": [{"transcript": text, "confidence": 0.9, "words": words}]}
    if "detect_language" in answer.wanted:
        channel["detected_language"] = "en"
    results: JsonObject = {"channels": [channel]}
    if answer.wanted.get("utterances") == "true":
        results["utterances"] = [{"start": 0.0, "end": SECONDS, "transcript": text, **speaks}]
    return orjson.dumps({"metadata": {"duration": SECONDS, "channels": 1}, "results": results})


def _read_scribe(body: JsonObject) -> Asked:
    _only(body, "model_id", "file", "language_code", "temperature", "diarize", "tag_audio_events")
    return _heard(body["model_id"], _file(body), body)


def _write_scribe(answer: Answer) -> bytes:
    words: list[JsonObject] = []
    for one in _words(answer):
        words += [{**one, "type": "word", "speaker_id": "speaker_0", "logprob": 0.0}]
        words += [{"text": " ", "type": "spacing", "start": one["end"], "end": one["end"], "logprob": 0.0}]
    told = {"language_code": "eng", "language_probability": 0.9, "text": "".join(answer.text).strip()}
    return orjson.dumps({**told, "words": words[:-1], "audio_duration_secs": SECONDS})


def _read_voxtral(body: JsonObject) -> Asked:
    _only(body, "model", "file", "language", "temperature", "diarize", "timestamp_granularities", "stream")
    return _heard(body["model"], _file(body), body)


def _write_voxtral(answer: Answer) -> bytes:
    text = "".join(answer.text).strip()
    segment = {"type": "transcription_segment", "text": text, "start": 0.0, "end": SECONDS}
    segments = [segment] if answer.wanted.get("timestamp_granularities") == "segment" else []
    if answer.wanted.get("timestamp_granularities") == "word":
        segments = _words(answer)
    usage = {"prompt_tokens": 3, "completion_tokens": 8, "total_tokens": 411, "prompt_audio_seconds": 4}
    told = {"model": answer.model, "text": text, "language": None, "segments": segments, "usage": usage}
    return orjson.dumps(told)


def _read_stt(body: JsonObject) -> Asked:
    _only(body, "file", "language", "format", "diarize")
    if list(body)[-1] != "file":
        raise ValueError("file must be the last field")
    return _heard("stt", _file(body), body)


def _write_stt(answer: Answer) -> bytes:
    told = {"text": "".join(answer.text).strip(), "language": "", "duration": SECONDS}
    return orjson.dumps({**told, "words": _words(answer)})


# -- speech ---------------------------------------------------------------------------------------
def _said(model: str, text: str, form: str) -> Asked:
    return Asked(
        model=model, text=text, last_user_text=text, media_type=b"audio/" + form.encode(), wanted=text
    )


def _read_speak(body: JsonObject) -> Asked:
    _only(body, "model", "encoding", "container", "sample_rate", "speed", "path", "body")
    value = orjson.loads(body["body"])
    _only(value, "text")
    encoding = str(body["encoding"])
    return _said(body["model"], value["text"], "mpeg" if encoding == "mp3" else encoding)


def _read_eleven(body: JsonObject) -> Asked:
    _only(body, "output_format", "path", "body")
    value = orjson.loads(body["body"])
    _only(value, "text", "model_id", "voice_settings")
    return _said(value["model_id"], value["text"], body["output_format"].partition("_")[0])


def _read_voxtral_speech(body: JsonObject) -> Asked:
    _only(body, "model", "input", "voice_id", "response_format")
    return Asked(model=body["model"], text=body["input"], last_user_text=body["input"], wanted=body["input"])


def _write_voxtral_speech(answer: Answer) -> bytes:
    return orjson.dumps({"audio_data": base64.b64encode(spoken(answer.wanted)).decode()})


def _read_tts(body: JsonObject) -> Asked:
    _only(body, "text", "language", "output_format", "voice_id", "speed")
    if not body["language"]:
        raise ValueError("language is missing")
    return _said("tts", body["text"], body["output_format"]["codec"])


_DEEPGRAM, _ELEVENLABS = _Deepgram(), _ElevenLabs()

VOICES = (
    MediaDialect(
        name="deepgram-listen",
        PATH_END="/v1/listen",
        of=_DEEPGRAM,
        reads=_read_listen,
        write=_write_listen,
        parts=_no_frames,
        reads_address=True,
    ),
    MediaDialect(
        name="deepgram-speak",
        PATH_END="/v1/speak",
        of=_DEEPGRAM,
        reads=_read_speak,
        write=lambda answer: spoken(answer.wanted),
        parts=_no_frames,
        reads_address=True,
    ),
    MediaDialect(
        name="elevenlabs-transcriptions",
        PATH_END="/v1/speech-to-text",
        of=_ELEVENLABS,
        reads=_read_scribe,
        write=_write_scribe,
        parts=_no_frames,
        reads_forms=True,
    ),
    MediaDialect(
        name="elevenlabs-speech",
        PATH_END="/v1/text-to-speech",
        PATH_MARK="/v1/text-to-speech/",
        of=_ELEVENLABS,
        reads=_read_eleven,
        write=lambda answer: spoken(answer.wanted),
        parts=_no_frames,
        reads_address=True,
    ),
    MediaDialect(
        name="mistral-transcriptions",
        PATH_END="/mistral/v1/audio/transcriptions",
        reads=_read_voxtral,
        write=_write_voxtral,
        parts=_no_frames,
        reads_forms=True,
    ),
    MediaDialect(
        name="mistral-speech",
        PATH_END="/mistral/v1/audio/speech",
        reads=_read_voxtral_speech,
        write=_write_voxtral_speech,
        parts=_no_frames,
    ),
    MediaDialect(
        name="xai-transcriptions",
        PATH_END="/v1/stt",
        reads=_read_stt,
        write=_write_stt,
        parts=_no_frames,
        reads_forms=True,
    ),
    MediaDialect(
        name="xai-speech",
        PATH_END="/v1/tts",
        reads=_read_tts,
        write=lambda answer: spoken(answer.wanted),
        parts=_no_frames,
    ),
)
"""Every way to ask. Mistral's addresses are OpenAI's, so here they begin with its name."""
