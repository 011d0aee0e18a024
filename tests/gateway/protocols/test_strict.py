"""Requests that pass to a provider that refuses some of their fields: without those, and told."""

import json
from typing import Any

import pytest

from salon.gateway.protocols.openai.dialect import COMPLETIONS, DIALECT

SAID: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]
GROQ: dict[str, Any] = {
    "refused": ("logprobs", "logit_bias"),
    "names": False,
    "service_tiers": ("auto", "flex"),
}


def passed(
    body: dict[str, Any],
    quirks: dict[str, Any],
    *,
    model: str = "m",
    stream: bool = False,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what a provider with such quirks is sent, and what is told as lost."""
    envelope = DIALECT.read_envelope(json.dumps({"model": "m", "messages": SAID, **body}).encode())
    assert DIALECT.rewrite_strictly is not None
    written = DIALECT.rewrite_strictly(envelope, model=model, stream=stream, quirks=quirks)
    return json.loads(written.body), written.lost


def test_fields_that_a_provider_refuses_are_left_out_and_told() -> None:
    asked = {"logit_bias": {"50256": -100}, "logprobs": None, "seed": 3, "mood": 1}
    sent, lost = passed(asked, GROQ)
    assert sent == {"model": "m", "messages": SAID, "seed": 3, "mood": 1}
    assert lost == ("logit_bias",)
    sent, lost = passed(asked, GROQ, model="other", stream=True)
    assert set(sent) == {"model", "messages", "seed", "mood", "stream", "stream_options"}
    assert (sent["model"], lost) == ("other", ("logit_bias",))


def test_fields_of_another_name_are_renamed_before_any_is_left_out() -> None:
    quirks = {"renamed": {"seed": "random_seed", "user": "who"}, "refused": ("seed", "who", "stream_options")}
    sent, lost = passed({"seed": 3, "user": "ann"}, quirks, stream=True)
    assert sent == {"model": "m", "messages": SAID, "random_seed": 3, "stream": True}
    assert lost == ("who", "stream_options")


@pytest.mark.parametrize(
    ("tier", "sent", "lost"),
    [("flex", "flex", ()), ("default", None, ()), ("priority", None, ("service_tier",)), (3, 3, ())],
)
def test_only_tiers_that_it_knows_are_sent(tier: Any, sent: Any, lost: tuple[str, ...]) -> None:
    got, told = passed({"service_tier": tier}, GROQ)
    assert (got.get("service_tier"), told) == (sent, lost)


def test_who_wrote_a_message_is_left_out_and_what_a_tool_is_called_stays() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    kept: list[dict[str, Any]] = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "name": "f", "tool_call_id": "c", "content": "1.50"},
        {"role": "function", "name": "f", "content": "x"},
    ]
    said = [{"role": "user", "name": "ann", "content": 'her "name"'}, {**kept[0], "name": "bot"}, *kept[1:]]
    sent, lost = passed({"messages": said}, GROQ)
    assert sent["messages"] == [{"role": "user", "content": 'her "name"'}, *kept]
    assert lost == ("messages.name",)
    assert passed({"messages": said}, {**GROQ, "names": True}) == ({"model": "m", "messages": said}, ())


@pytest.mark.parametrize("messages", [[{"role": "tool", "name": "f"}], ['"name"'], '"name"', {"name": 1}])
def test_bytes_without_anything_refused_pass_as_they_came(messages: Any) -> None:
    envelope = DIALECT.read_envelope(json.dumps({"model": "m", "messages": messages}).encode())
    assert DIALECT.rewrite_strictly is not None
    written = DIALECT.rewrite_strictly(envelope, model="m", stream=False, quirks=GROQ)
    assert written.body is envelope.body
    assert written.lost == ()


def test_a_prompt_passes_without_what_is_refused_too() -> None:
    body = COMPLETIONS.read_envelope(b'{"model": "m", "prompt": "the \\"name\\"", "logit_bias": {}}')
    assert COMPLETIONS.rewrite_strictly is not None
    written = COMPLETIONS.rewrite_strictly(body, model="m", stream=False, quirks=GROQ)
    assert (json.loads(written.body), written.lost) == (
        {"model": "m", "prompt": 'the "name"'},
        ("logit_bias",),
    )
