"""One upload serves every model: requests of each dialect refer to a file, and each provider gets its bytes."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai

from salon.gateway.files import anthropic_id, file_id_of, gemini_name
from salon.testing.questions import PIXEL
from salon.testing.scene import DIALECTS, Scene, model_of

PICTURE = base64.b64decode(PIXEL)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\nnorth of the river\n%%EOF\n"
WORDS = "Grüße, north of the river".encode()
SOUND = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(32)
ARCHIVE = b"PK\x03\x04" + bytes(60)
Ask = Callable[..., Any]


class OpenAI:
    """Chat completions."""

    def __init__(self, url: str, key: str) -> None:
        self.client: Any = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=60)

    def ask(self, model: str, file_id: str, *, kind: str = "") -> Any:
        part = {"type": "file", "file": {"file_id": file_id}}
        content = [{"type": "text", "text": "What is it?"}, part]
        messages = [{"role": "user", "content": content}]
        return self.client.chat.completions.create(model=model, messages=messages)


class Responses(OpenAI):
    """Responses."""

    def ask(self, model: str, file_id: str, *, kind: str = "") -> Any:
        part = {"type": "input_image" if kind == "image" else "input_file", "file_id": file_id}
        content = [{"type": "input_text", "text": "What is it?"}, part]
        return self.client.responses.create(model=model, input=[{"role": "user", "content": content}])


class Anthropic:
    """Messages, of the beta that has files."""

    def __init__(self, url: str, key: str) -> None:
        self.client: Any = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=60)

    def ask(self, model: str, file_id: str, *, kind: str = "") -> Any:
        block = {"type": "image" if kind == "image" else "document"}
        source = {"type": "file", "file_id": anthropic_id(file_id_of(file_id) or "")}
        content = [{"type": "text", "text": "What is it?"}, {**block, "source": source}]
        return self.client.beta.messages.create(
            model=model,
            max_tokens=100,
            messages=[{"role": "user", "content": content}],
            betas=["files-api-2025-04-14"],
        )


class Google:
    """generateContent."""

    def __init__(self, url: str, key: str) -> None:
        options = genai.types.HttpOptions(base_url=url, timeout=60_000)
        self.client: Any = genai.Client(api_key=key, http_options=options)

    def ask(self, model: str, file_id: str, *, kind: str = "") -> Any:
        uri = f"http://localhost/v1beta/{gemini_name(file_id_of(file_id) or '')}"
        part = genai.types.Part.from_uri(file_uri=uri, mime_type="application/octet-stream")
        return self.client.models.generate_content(model=model, contents=["What is it?", part])


CALLERS: dict[str, Any] = {
    "openai": OpenAI, "responses": Responses, "anthropic": Anthropic, "gemini": Google,
}  # fmt: skip


@pytest.fixture(params=CALLERS)
def caller(request: pytest.FixtureRequest, scene: Scene, key: str) -> Iterator[Any]:
    made = CALLERS[request.param](scene.house.url, key)
    yield made
    made.client.close()


@pytest.fixture
def upload(scene: Scene, key: str) -> Iterator[Callable[[str, bytes], str]]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield lambda name, content: client.files.create(file=(name, content), purpose="user_data").id


def given(scene: Scene) -> bytes:
    """Return the body that the provider got last."""
    return scene.fake.journal.exchanges[-1].body


@pytest.mark.parametrize("provider", DIALECTS)
def test_every_provider_sees_a_picture(scene: Scene, caller: Any, upload: Any, provider: str) -> None:
    caller.ask(model_of(provider), upload("pixel.png", PICTURE), kind="image")
    assert PIXEL.encode() in given(scene)
    assert b"~" not in given(scene)


@pytest.mark.parametrize("provider", [name for name in DIALECTS if name != "ollama"])
def test_every_provider_that_reads_documents_gets_one(
    scene: Scene, caller: Any, upload: Any, provider: str
) -> None:
    caller.ask(model_of(provider), upload("river.pdf", PDF))
    assert base64.b64encode(PDF) in given(scene)


@pytest.mark.parametrize("provider", DIALECTS)
def test_every_provider_gets_words(scene: Scene, caller: Any, upload: Any, provider: str) -> None:
    caller.ask(model_of(provider), upload("words.md", WORDS))
    assert WORDS in given(scene) or base64.b64encode(WORDS) in given(scene)


REFUSED = (openai.BadRequestError, anthropic.BadRequestError, genai.errors.ClientError)


def test_a_kind_that_the_target_cannot_take_is_refused(scene: Scene, caller: Any, upload: Any) -> None:
    with pytest.raises(REFUSED, match=r"document|file|PDF"):
        caller.ask(model_of("ollama"), upload("river.pdf", PDF))
    assert not scene.fake.journal.exchanges


def test_a_file_that_is_not_there_is_told_in_the_callers_words(
    scene: Scene, caller: Any, upload: Any
) -> None:
    gone = "file-~01" + "z" * 24
    missing = (openai.NotFoundError, anthropic.NotFoundError, genai.errors.ClientError)
    with pytest.raises(missing, match="There is no file"):
        caller.ask(model_of("openai"), gone)
    assert not scene.fake.journal.exchanges
