"""LiteLLM's client: the tool's result is sent back by hand, as its documents show."""

import gc
import json
from typing import Any

import litellm
from serving import Ran, serve

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}
ADDRESSES = {
    "openai": ("openai", "/v1"),
    "responses": ("openai/responses", "/v1"),
    "anthropic": ("anthropic", ""),
    "gemini": ("gemini", "/v1beta"),
    "ollama": ("ollama_chat", ""),
}
litellm.suppress_debug_info = True


def ask(asked: dict[str, Any], messages: list[Any]) -> tuple[Any, int]:
    """Ask once; returns the whole answer and in how many pieces it came."""
    prefix, path = ADDRESSES[asked["client"]]
    usage = {"stream_options": {"include_usage": True}} if asked["stream"] else {}
    said = litellm.completion(
        model=f"{prefix}/{asked['model']}",
        api_base=asked["url"] + path,
        api_key=asked["key"],
        messages=messages,
        tools=[WEATHER],
        stream=asked["stream"],
        num_retries=0,
        **usage,
    )
    if not asked["stream"]:
        return said, 0
    chunks = list(said)
    return litellm.stream_chunk_builder(chunks, messages=messages), len(chunks)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    gc.collect()
    ran, usage = Ran(), []
    messages: list[Any] = [{"role": "user", "content": "What weather?"}]
    for _ in range(3):
        said, pieces = ask(asked, messages)
        usage.append([said.usage.prompt_tokens, said.usage.completion_tokens])
        message = said.choices[0].message
        messages.append(message.model_dump())
        if not message.tool_calls:
            return {"text": message.content, "ran": ran.calls, "pieces": pieces, "usage": usage}
        for call in message.tool_calls:
            result = ran.weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    raise RuntimeError("it calls the tool again and again")


if __name__ == "__main__":
    # It leaves streams unread, and httpcore 1 waits for its own lock for ever when one of them is collected in
    # the midst of a request. So they are collected between questions only.
    gc.disable()
    serve(answer)
