"""Parts of messages: each kind read, written again in its dialect, and carried or refused elsewhere."""

import base64
import json
from typing import Any

import pytest

from salon.foundation.kit.errors import SalonError, Unsupported
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolChoice,
    VideoPart,
)
from salon.gateway.protocols import anthropic, ollama, openai

OPENAI, ANTHROPIC, OLLAMA = openai.DIALECT, anthropic.DIALECT, ollama.DIALECT
NOTE = base64.b64encode("Nötiz".encode()).decode()

CHAT_PARTS: list[tuple[dict[str, Any], type]] = [
    ({"type": "text", "text": "hi"}, TextPart),
    ({"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "high"}}, ImagePart),
    ({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "mp3"}}, AudioPart),
    ({"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}, VideoPart),
    ({"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}}, VideoPart),
    ({"type": "file", "file": {"file_id": "file-1"}}, FilePart),
    ({"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}, TextPart),
]


def chat(samples: Any, *messages: Any, **fields: Any) -> Any:
    """Read a chat request with these messages."""
    return samples.decode(OPENAI, {"model": "m", "messages": list(messages), **fields})


def wire(dialect: Any, request: Any, **quirks: Any) -> Any:
    """Write a request and return its value."""
    return json.loads(dialect.encode_request(request, quirks=quirks).body)


@pytest.mark.parametrize(("part", "kind"), CHAT_PARTS, ids=range(len(CHAT_PARTS)))
def test_chat_parts_come_back_as_they_were(part: dict[str, Any], kind: type, samples: Any) -> None:
    other = {"type": "text", "text": "and"}
    request = chat(samples, {"role": "user", "content": [part, other]})
    assert type(request.messages[0].parts[0]) is kind
    assert wire(OPENAI, request)["messages"][0]["content"] == [part, other]


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        (
            {"type": "image_url", "image_url": "https://example.org/a.png"},
            {"url": "https://example.org/a.png"},
        ),
        ({"type": "image_url", "image_url": {"url": "data:,x"}}, {"url": "data:,x"}),
    ],
)
def test_picture_addresses_are_kept(part: Any, sent: Any, samples: Any) -> None:
    request = chat(samples, {"role": "user", "content": [part]})
    assert wire(OPENAI, request)["messages"][0]["content"][0]["image_url"] == sent


def test_files_by_address_need_a_provider_that_fetches(samples: Any) -> None:
    part = {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://example.org/a.pdf"}}
    request = chat(samples, {"role": "user", "content": [part]})
    with pytest.raises(Unsupported):
        OPENAI.encode_request(request, quirks={})
    assert wire(OPENAI, request, file_urls=True)["messages"][0]["content"] == [part]
    assert wire(ANTHROPIC, request)["messages"][0]["content"][0]["source"]["type"] == "url"


def test_text_files_become_words(samples: Any) -> None:
    part = {"type": "file", "file": {"filename": "n.txt", "file_data": f"data:text/plain;base64,{NOTE}"}}
    request = chat(samples, {"role": "user", "content": [part]})
    told = '<document title="n.txt">\nNötiz\n</document>'
    assert wire(OPENAI, request)["messages"][0]["content"] == [{"type": "text", "text": told}]
    assert wire(OLLAMA, request)["messages"][0]["content"] == told
    source = wire(ANTHROPIC, request)["messages"][0]["content"][0]["source"]
    assert source == {"type": "text", "media_type": "text/plain", "data": "Nötiz"}


def test_a_file_nobody_reads_is_refused(samples: Any) -> None:
    part = {"type": "file", "file": {"filename": "a.zip", "file_data": "data:application/zip;base64,/w=="}}
    request = chat(samples, {"role": "user", "content": [part]})
    assert wire(OPENAI, request)["messages"][0]["content"][0]["file"]["filename"] == "a.zip"
    for dialect in (ANTHROPIC, OLLAMA):
        with pytest.raises(Unsupported):
            dialect.encode_request(request, quirks={})


@pytest.mark.parametrize(("part", "kind"), [one for one in CHAT_PARTS if one[1] is not TextPart][1:-1])
def test_media_that_a_provider_is_known_not_to_take_are_refused(
    part: dict[str, Any], kind: type, samples: Any
) -> None:
    request = chat(samples, {"role": "user", "content": [{"type": "text", "text": "?"}, part]})
    with pytest.raises(Unsupported) as caught:
        wire(OPENAI, request, media=("images",))
    assert caught.value.param == "messages[0].content[1]"
    assert "This provider takes no" in caught.value.message
    taken = {AudioPart: "audio", VideoPart: "video"}[kind]
    assert wire(OPENAI, request, media=(taken,))["messages"][0]["content"][1] == part


def test_a_text_in_a_file_is_a_text_whatever_media_are_taken(samples: Any) -> None:
    part = {"type": "file", "file": {"filename": "a.txt", "file_data": f"data:text/plain;base64,{NOTE}"}}
    request = chat(samples, {"role": "user", "content": [part]})
    (sent,) = wire(OPENAI, request, media=("images",))["messages"][0]["content"]
    assert "Nötiz" in sent["text"]


def test_mistral_takes_recordings_and_documents_in_its_own_form(samples: Any) -> None:
    sound = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "mp3"}}
    paper = {
        "type": "file",
        "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
    }
    request = chat(samples, {"role": "user", "content": [sound, paper]})
    assert wire(OPENAI, request, media_form="mistral")["messages"][0]["content"] == [
        {"type": "input_audio", "input_audio": "UklGRg=="},
        {
            "type": "document_url",
            "document_url": "data:application/pdf;base64,JVBERi0=",
            "document_name": "a.pdf",
        },
    ]


def test_mistral_thinking_goes_back_as_it_came(samples: Any) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True}
    content = [thinking, {"type": "text", "text": "a"}]
    request = chat(samples, {"role": "user", "content": "q"}, {"role": "assistant", "content": content})
    assert isinstance(request.messages[1].parts[0], ReasoningPart)
    assert wire(OPENAI, request)["messages"][1]["content"] == content


def test_openrouter_reasoning_goes_back_with_its_signature(samples: Any) -> None:
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "sig", "index": 0, "format": "x"},
        {"type": "reasoning.encrypted", "data": "Zm9v", "index": 1},
    ]
    said = {"role": "assistant", "content": "a", "reasoning": "hm", "reasoning_details": details}
    request = chat(samples, {"role": "user", "content": "q"}, said)
    assert wire(OPENAI, request, reasoning_details=True)["messages"][1]["reasoning_details"] == details
    assert (
        wire(OPENAI, request, reasoning_field="reasoning_content")["messages"][1]["reasoning_content"] == "hm"
    )
    blocks = wire(ANTHROPIC, request)["messages"][1]["content"]
    assert blocks[:2] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "Zm9v"},
    ]


def test_custom_tools_and_calls_stay_in_their_dialect(samples: Any) -> None:
    tool = {"type": "custom", "custom": {"name": "shell", "format": {"type": "text"}}}
    call = {"id": "c", "type": "custom", "custom": {"name": "shell", "input": "ls"}}
    choice = {"type": "custom", "custom": {"name": "shell"}}
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [call]}]
    request = chat(samples, *messages, tools=[tool], tool_choice=choice)
    sent = wire(OPENAI, request)
    assert (sent["tools"], sent["tool_choice"]) == ([tool], choice)
    assert sent["messages"][1]["tool_calls"] == [call]
    assert request.tool_choice == ToolChoice(mode="tool", name="shell")


@pytest.mark.parametrize(
    ("given", "choice", "sent"),
    [
        ("any", ToolChoice(mode="required"), "required"),
        (
            {"type": "function", "function": {"name": "f"}},
            ToolChoice(mode="tool", name="f"),
            {"type": "function", "function": {"name": "f"}},
        ),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            ToolChoice(mode="required"),
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
        ),
    ],
)
def test_tool_choices(given: Any, choice: ToolChoice, sent: Any, samples: Any) -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    request = chat(samples, {"role": "user", "content": "q"}, tools=[tool], tool_choice=given)
    assert request.tool_choice == choice
    assert wire(OPENAI, request)["tool_choice"] == sent
    assert wire(ANTHROPIC, request)["tool_choice"]["type"] in {"any", "tool"}


@pytest.mark.parametrize(
    ("given", "effort", "budget", "sent"),
    [
        ({"effort": "high"}, "high", None, {"effort": "high"}),
        ({"max_tokens": 3000}, None, 3000, {"max_tokens": 3000}),
        ({"enabled": False}, "none", None, {"enabled": False}),
        ({"enabled": True}, "medium", None, {"effort": "medium"}),
    ],
)
def test_openrouters_reasoning_object(
    given: Any, effort: str | None, budget: int | None, sent: Any, samples: Any
) -> None:
    request = chat(samples, {"role": "user", "content": "q"}, reasoning=given)
    assert (request.reasoning_effort, request.reasoning_budget_tokens) == (effort, budget)
    assert wire(OPENAI, request, reasoning_object=True)["reasoning"] == sent


def test_an_earlier_refusal_is_kept(samples: Any) -> None:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": None, "refusal": "no"}]
    request = chat(samples, *messages, {"role": "user", "content": "why?"})
    assert request.messages[1].parts == (RefusalPart(text="no"),)
    assert wire(OPENAI, request)["messages"][1]["refusal"] == "no"
    assert wire(ANTHROPIC, request)["messages"][1]["content"] == "no"
    assert wire(OLLAMA, request)["messages"][1]["content"] == "no"


def test_earlier_audio_is_referred_to_by_its_id(samples: Any) -> None:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "audio": {"id": "au1"}}]
    request = chat(samples, *messages)
    assert wire(OPENAI, request)["messages"][1]["audio"] == {"id": "au1"}
    assert ANTHROPIC.encode_request(request, quirks={}).lost == ("messages.audio",)


MESSAGE_BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    {"type": "image", "source": {"type": "file", "file_id": "f1"}},
    {"type": "document", "source": {"type": "file", "file_id": "f1"}, "title": "t", "context": "c"},
    {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
    {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}},
    {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]},
    {"type": "container_upload", "file_id": "f1"},
]


@pytest.mark.parametrize("block", MESSAGE_BLOCKS, ids=range(len(MESSAGE_BLOCKS)))
def test_message_blocks_come_back_as_they_were(block: dict[str, Any], samples: Any) -> None:
    content = [block, {"type": "text", "text": "and"}]
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": content}]}
    request = samples.decode(ANTHROPIC, body)
    assert wire(ANTHROPIC, request)["messages"][0]["content"] == content
    for dialect in (OPENAI, OLLAMA):
        if block["type"] == "text":
            continue
        with pytest.raises(SalonError):
            dialect.encode_request(request, quirks={})


def test_a_later_system_message_keeps_its_place(samples: Any) -> None:
    messages = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"},
        {"role": "system", "content": "Now in French."},
        {"role": "user", "content": "q2"},
    ]
    request = chat(samples, *messages)
    sent = wire(ANTHROPIC, request)
    assert "system" not in sent
    assert [block["text"] for block in sent["messages"][2]["content"]] == ["Now in French.", "q2"]
    direct = samples.decode(ANTHROPIC, {"model": "m", "max_tokens": 5, "messages": messages})
    assert direct.messages[2].role == "system"


def test_data_urls_are_unwrapped_for_ollama(samples: Any) -> None:
    url = f"data:image/png;base64,{samples.png}"
    messages = [{"role": "user", "content": "q", "images": [url]}]
    request = samples.decode(OLLAMA, {"model": "m", "messages": messages})
    assert wire(OLLAMA, request)["messages"][0]["images"] == [samples.png]


def test_ollama_options_others_do_not_know_are_named(samples: Any) -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "q"}],
        "options": {"num_ctx": 9},
        "think": True,
    }
    request = samples.decode(OLLAMA, body)
    written = OPENAI.encode_request(request, quirks={})
    assert written.lost == ("options.num_ctx",)
    assert json.loads(written.body)["reasoning_effort"] == "medium"
    assert wire(OLLAMA, request)["think"] is True
