"""Transcripts as services of speech tell them: sentences out of words, speakers, and what is no answer."""

import orjson
import pytest

from salon.foundation.kit.errors import SalonError, UpstreamBroken
from salon.gateway.dialects import ONLY_SPOKEN
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.recordings import Said, heard, segments_of


def said(text: str, start_s: float, end_s: float, speaker: str | None = None) -> Said:
    return Said(text=text, start_s=start_s, end_s=end_s, speaker=speaker)


def test_words_become_sentences_of_one_speaker_without_long_pauses() -> None:
    words = [
        said("Good ", 0, 0.5),
        said("morning. ", 0.5, 1),
        said("How ", 1, 1.5),
        said("are ", 4, 4.5),
        said("you? ", 4.5, 5),
        said("Well ", 5, 5.5, "b"),
    ]
    found = [(one.text, one.start_s, one.end_s, one.speaker) for one in segments_of(words)]
    assert found == [
        ("Good morning.", 0, 1, None),
        ("How", 1, 1.5, None),
        ("are you?", 4, 5, None),
        ("Well", 5, 5.5, "b"),
    ]
    assert segments_of([]) == ()


@pytest.mark.parametrize("seconds", [None, 0, -1.0, 1e12, float("nan")])
def test_a_length_that_is_none_is_not_counted(seconds: float | None) -> None:
    assert heard(seconds) is None


def test_deepgram_tells_channels_and_speakers_apart() -> None:
    words = [{"word": "hi", "punctuated_word": "Hi.", "start": 0, "end": 1, "speaker": 0}]
    words.append({"word": "so", "start": 1, "end": 2, "speaker": 1})
    channels = [{"alternatives": [{"transcript": "Hi. so", "words": words}]}]
    channels.append({"alternatives": [{"transcript": "other", "words": []}]})
    body = orjson.dumps({"results": {"channels": channels}, "metadata": {"duration": 2.5}})
    told = ONLY_SPOKEN["deepgram-listen"].decode_response(body)
    assert (told.text, told.duration_s) == ("Hi. so\nother", 2.5)
    assert [(one.text, one.speaker) for one in told.segments] == [("Hi.", "speaker_0"), ("so", "speaker_1")]


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("deepgram-listen", b'{"results": {"channels": []}}'),
        ("deepgram-listen", b'{"results": {"channels": [{"alternatives": []}]}}'),
        ("deepgram-listen", b'{"request_id": "later"}'),
        ("deepgram-listen", b"OK"),
        ("deepgram-speak", b""),
        ("deepgram-speak", b'{"request_id": "later"}'),
        ("elevenlabs-speech", b'{"audio_base64": "x"}'),
        ("elevenlabs-transcriptions", b'{"transcripts": []}'),
        ("elevenlabs-transcriptions", b'{"text": 7}'),
        ("mistral-speech", b'{"audio_data": "%%%"}'),
        ("mistral-speech", b'{"audio_data": ""}'),
        ("mistral-speech", b"RIFF"),
        ("mistral-transcriptions", b"[]"),
        ("xai-speech", b""),
        ("xai-transcriptions", b'{"duration": 1}'),
    ],
)
def test_what_is_no_answer_is_broken(dialect: DialectName, body: bytes) -> None:
    with pytest.raises(UpstreamBroken):
        ONLY_SPOKEN[dialect].decode_response(body)


@pytest.mark.parametrize("dialect", ["deepgram-listen", "elevenlabs-transcriptions", "xai-transcriptions"])
def test_an_error_that_comes_as_an_answer_is_that_error(dialect: DialectName) -> None:
    body = b'{"error": {"message": "no credits", "code": "insufficient_quota"}}'
    with pytest.raises(SalonError) as caught:
        ONLY_SPOKEN[dialect].decode_response(body)
    assert caught.value.code == "upstream_quota"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "INVALID_AUTH", "upstream_auth"),
        (402, "ASR_PAYMENT_REQUIRED", "upstream_quota"),
        (400, "Bad Request", "upstream_refused"),
    ],
)
def test_deepgrams_errors_are_read(status: int, code: str, error: str) -> None:
    body = orjson.dumps({"err_code": code, "err_msg": "because", "request_id": "x"})
    read = ONLY_SPOKEN["deepgram-speak"].decode_error(status, {}, body, provider="own")
    assert (read.code, read.upstream_message) == (error, "because")
