"""What Google's own client does besides chat, and what its dialect has that no other has."""

import json
from urllib.request import Request, urlopen

import orjson
import pytest

from salon.testing.gemini_client import GeminiCaller
from salon.testing.scene import Scene


def test_googles_client_lists_and_finds_models(scene: Scene, key: str) -> None:
    client = GeminiCaller(scene.house.url, key)
    try:
        assert "gemini-fake/fake" in client.models()
        found = client.client.models.get(model="gemini-fake/fake")
        assert found.name == "models/gemini-fake/fake"
    finally:
        client.close()


def test_googles_client_raises_what_happened(scene: Scene, key: str) -> None:
    from google.genai import errors

    client = GeminiCaller(scene.house.url, key)
    cases = [
        ("gemini-fake/fake", "{{fake fault=429:2}}", 429, "RESOURCE_EXHAUSTED"),
        ("openai-fake/fake", "{{fake fault=400}}", 400, "INVALID_ARGUMENT"),
        ("nothing", "hi", 404, "NOT_FOUND"),
    ]
    try:
        for stream in (False, True):
            for model, words, status, word in cases:
                with pytest.raises(errors.APIError) as caught:
                    client.ask(words, model=model, stream=stream)
                assert (caught.value.code, caught.value.status) == (status, word)
    finally:
        client.close()


def ask(scene: Scene, address: str, key: str | None, words: str = "hi") -> tuple[int, str, bytes]:
    """Send one request; return status, media type and body."""
    body = orjson.dumps({"contents": [{"parts": [{"text": words}]}]})
    headers = {"content-type": "application/json", **({"x-goog-api-key": key} if key else {})}
    request = Request(f"{scene.house.url}/v1beta/models/{address}", data=body, headers=headers)
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except OSError as error:
        return error.code, error.headers["content-type"], error.read()  # type: ignore[attr-defined]


def test_a_stream_without_events_is_one_array(scene: Scene, key: str) -> None:
    for provider in ("gemini", "openai"):
        status, kind, body = ask(scene, f"{provider}-fake/fake:streamGenerateContent", key)
        chunks = json.loads(body)
        assert (status, kind) == (200, "application/json")
        parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
        assert "".join(part["text"] for part in parts) == "tok " * 8
        assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    status, _, body = ask(scene, "gemini-fake/fake:streamGenerateContent", key, "{{fake fault=404}}")
    assert (status, [item["error"]["code"] for item in json.loads(body)]) == (404, [404])


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "HEAD"])
def test_what_is_no_stream_is_no_array(scene: Scene, method: str) -> None:
    status, body = scene.house.request(method, "/v1beta/models/demo:streamGenerateContent")
    assert status in {204, 404, 405}
    assert not body.startswith(b"[")
    assert "Traceback" not in scene.house.log_text()


def test_a_failure_in_the_middle_is_the_arrays_last_item(scene: Scene, key: str) -> None:
    words = "{{fake tokens=40;fault=error-in-stream}}"
    status, _, body = ask(scene, "openai-fake/fake:streamGenerateContent", key, words)
    assert status == 200
    assert json.loads(body)[-1]["error"]["code"] >= 500


def test_a_key_in_the_address_is_refused_and_kept_out_of_the_log(scene: Scene, key: str) -> None:
    status, _, body = ask(scene, f"gemini-fake/fake:generateContent?key={key}", None)
    assert (status, json.loads(body)["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert key.encode() not in body
    assert key not in scene.house.log_text()
