"""OpenAI's client speaks, and has recordings written down."""

from collections.abc import Iterator

import openai
import pytest

from salon.testing.fake_provider.audio import spoken
from salon.testing.scene import Scene, model_of

RECORDING = ("Grüße.wav", bytes(range(256)) * 300, "audio/wav")
SAID = "tok " * 8


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def test_a_text_is_spoken(client: openai.OpenAI) -> None:
    answer = client.audio.speech.create(
        model=model_of("openai"), voice="alloy", input="Guten Tag", speed=1.5, instructions="calm"
    )
    assert answer.content == spoken("Guten Tag")
    assert answer.response.headers["content-type"] == "audio/mpeg"


def test_speech_is_read_as_it_comes(client: openai.OpenAI) -> None:
    create = client.audio.speech.with_streaming_response.create
    with create(model=model_of("openai"), voice="alloy", input="Guten Tag") as answer:
        assert b"".join(answer.iter_bytes()) == spoken("Guten Tag")


def test_a_recording_is_written_down_in_every_form(client: openai.OpenAI) -> None:
    create = client.audio.transcriptions.create
    model = model_of("openai")
    plain = create(model=model, file=RECORDING, language="de", prompt="Zürich", temperature=0.2)
    assert plain.text == SAID
    assert plain.usage is not None
    assert plain.usage.type == "tokens"
    verbose = create(
        model=model,
        file=RECORDING,
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert verbose.segments is not None
    assert (verbose.duration, verbose.segments[0].text) == (4.0, SAID)
    assert create(model=model, file=RECORDING, response_format="text") == f"{SAID}\n"
    assert create(model=model, file=RECORDING, response_format="srt").startswith("1\n00:00")
    assert create(model=model, file=RECORDING, response_format="vtt").startswith("WEBVTT")


def test_a_transcription_is_streamed(client: openai.OpenAI) -> None:
    said = ""
    for event in client.audio.transcriptions.create(model=model_of("openai"), file=RECORDING, stream=True):
        if event.type == "transcript.text.delta":
            said += event.delta
    assert said == SAID


@pytest.mark.filterwarnings("ignore:deprecated")
def test_a_recording_is_written_down_in_english(client: openai.OpenAI) -> None:
    assert client.audio.translations.create(model=model_of("openai"), file=RECORDING).text == SAID


def test_a_failure_has_the_class_the_client_has_for_it(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        client.audio.transcriptions.create(
            model=model_of("openai"), file=RECORDING, prompt="{{fake fault=429}}"
        )
    with pytest.raises(openai.APIError, match="fake failure"):
        list(
            client.audio.transcriptions.create(
                model=model_of("openai"), file=RECORDING, prompt="{{fake fault=error-in-stream}}", stream=True
            )
        )
    with pytest.raises(openai.BadRequestError, match="does not speak"):
        client.audio.speech.create(model=model_of("anthropic"), voice="alloy", input="a")
    with pytest.raises(openai.NotFoundError):
        client.audio.speech.create(model="nothing", voice="alloy", input="a")


def test_what_is_no_form_is_refused(scene: Scene, key: str) -> None:
    headers = {"authorization": f"Bearer {key}"}
    status, told = scene.house.request("POST", "/v1/audio/transcriptions", {"model": "demo"}, headers=headers)
    assert status == 400
    assert b"multipart/form-data" in told


@pytest.mark.parametrize(
    ("kind", "path", "ear", "voice"),
    [
        ("deepgram", "", "nova-3", "aura-2-thalia-en"),
        ("elevenlabs", "", "scribe_v2", "eleven_v3"),
        ("mistral", "/mistral/v1", "voxtral-mini-latest", "voxtral-tts"),
        ("xai", "/v1", "grok-stt", "grok-tts"),
    ],
)
def test_makers_with_wires_of_their_own_are_asked_as_openai_is(
    scene: Scene, client: openai.OpenAI, kind: str, path: str, ear: str, voice: str
) -> None:
    body = {"name": "voices", "kind": kind, "base_url": scene.fake.url + path, "api_key": "sk-upstream-key"}
    body |= {"allow_private": True, "models": [ear, voice]}
    assert scene.house.request("POST", "/salon/v1/providers", body)[0] == 201
    try:
        spoken_by = client.audio.speech.create(model=f"voices/{voice}", voice="alloy", input="Guten Tag")
        assert spoken_by.content == spoken("Guten Tag")
        told = client.audio.transcriptions.create(
            model=f"voices/{ear}", file=RECORDING, response_format="verbose_json"
        )
        assert (told.text, told.duration) == (SAID.strip(), 4.0)
    finally:
        scene.house.request("DELETE", "/salon/v1/providers/voices")
