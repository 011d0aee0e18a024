"""Strangers' programs: the official Python clients, asked the same things and read the same way.

Each SDK is imported when its caller is made; none of them is needed to import this module.
"""

from collections.abc import Mapping
from typing import Any, cast

import orjson

from salon.testing.gemini_client import GeminiCaller
from salon.testing.questions import PAGE, PIXEL, WEATHER, Question, Said, SdkCaller, each


def caller(dialect: str, url: str, key: str = "unused") -> SdkCaller:
    """Return the official client of ``dialect``, pointed at ``url``."""
    callers: Mapping[str, type[SdkCaller]] = {
        "openai": OpenAICaller,
        "responses": ResponsesCaller,
        "anthropic": AnthropicCaller,
        "ollama": OllamaCaller,
        "gemini": GeminiCaller,
    }
    make: Any = callers[dialect]
    return make(url, key)


_PAGE = {"filename": "page.pdf", "file_data": f"data:application/pdf;base64,{PAGE}"}


class OpenAICaller(SdkCaller):
    """The ``openai`` package: Chat Completions."""

    dialect = "openai"

    def __init__(self, url: str, key: str) -> None:
        """Make a client that does not retry, so that what is judged is the first answer."""
        import openai  # noqa: PLC0415 - only its own caller needs it

        beneath = openai.DefaultHttpxClient(event_hooks={"response": [self.note]})
        self.client: Any = openai.OpenAI(
            base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=30, http_client=beneath
        )

    def answer(self, question: Question) -> Said:
        """Ask one question."""
        messages: list[Any] = [{"role": "user", "content": _openai_content(question)}]
        if question.answer_tool:
            messages += question.answer_tool[0].turn
            messages += [
                {"role": "tool", "tool_call_id": call_id, "content": result}
                for call_id, _, result in question.results
            ]
        fields: dict[str, Any] = {"model": question.model, "messages": messages}
        if question.tool:
            fields["tools"] = [{"type": "function", "function": WEATHER}]
        if question.think:
            fields["reasoning_effort"] = "low"
        if question.shape:
            named = {"name": "weather", "schema": WEATHER["parameters"], "strict": True}
            fields["response_format"] = {"type": "json_schema", "json_schema": named}
        if question.limit:
            fields["max_completion_tokens"] = question.limit
        create = self.client.chat.completions.create
        if question.stream:
            with create(**fields, stream=True, stream_options={"include_usage": True}) as chunks:
                return _openai_stream(chunks)
        return _openai_answer(create(**fields))


def _openai_content(question: Question) -> Any:
    parts: list[Any] = [{"type": "text", "text": question.prompt}]
    if question.image:
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}})
    if question.document:
        parts.append({"type": "file", "file": _PAGE})
    return parts if len(parts) > 1 else question.prompt


def _openai_answer(answer: Any) -> Said:
    message = answer.choices[0].message
    return Said(
        text=message.content or "",
        thinking=getattr(message, "reasoning_content", None) or "",
        calls=[
            (call.id, call.function.name, orjson.loads(call.function.arguments))
            for call in each(message.tool_calls)
        ],
        input_tokens=answer.usage.prompt_tokens,
        output_tokens=answer.usage.completion_tokens,
        finish=answer.choices[0].finish_reason,
        turn=[message],
    )


def _openai_stream(chunks: Any) -> Said:
    said = Said()
    turn: dict[str, Any] = {}
    for chunk in chunks:
        if chunk.usage:
            said.input_tokens = chunk.usage.prompt_tokens
            said.output_tokens = chunk.usage.completion_tokens
        for choice in chunk.choices:
            said.text += choice.delta.content or ""
            said.thinking += getattr(choice.delta, "reasoning_content", None) or ""
            said.finish = choice.finish_reason or said.finish
            _grow(turn, choice.delta.model_dump(exclude_none=True))
    said.turn = [turn]
    for call in turn.get("tool_calls", []):
        function = call["function"]
        said.calls.append((call["id"], function["name"], orjson.loads(function["arguments"])))
    return said


def _grow(whole: dict[str, Any], delta: Any) -> None:
    """Add a delta to a message as the SDK's own helper does: words are joined, lists go by index."""
    value: Any
    for name, value in delta.items():
        if isinstance(value, dict):
            _grow(whole.setdefault(name, {}), cast("Any", value))
        elif isinstance(value, list):
            known = {item["index"]: item for item in whole.setdefault(name, [])}
            for item in cast("list[Any]", value):
                if item["index"] not in known:
                    whole[name].append(known.setdefault(item["index"], {}))
                _grow(known[item["index"]], item)
        elif isinstance(value, str) and name not in {"type", "role"}:
            whole[name] = whole.get(name, "") + value
        else:
            whole[name] = value


class ResponsesCaller(OpenAICaller):
    """The ``openai`` package: Responses."""

    dialect = "responses"

    def answer(self, question: Question) -> Said:
        """Ask one question."""
        content: list[Any] = [{"type": "input_text", "text": question.prompt}]
        if question.image:
            picture = f"data:image/png;base64,{PIXEL}"
            content.append({"type": "input_image", "image_url": picture, "detail": "auto"})
        if question.document:
            content.append({"type": "input_file", **_PAGE})
        items: list[Any] = [{"role": "user", "content": content}]
        if question.answer_tool:
            items += question.answer_tool[0].turn
            items += [
                {"type": "function_call_output", "call_id": call_id, "output": result}
                for call_id, _, result in question.results
            ]
        fields: dict[str, Any] = {"model": question.model, "input": items, "store": False}
        fields["include"] = ["reasoning.encrypted_content"]
        if question.tool:
            fields["tools"] = [{"type": "function", "strict": True, **WEATHER}]
        if question.think:
            fields["reasoning"] = {"effort": "low", "summary": "auto"}
        if question.shape:
            named = {"name": "weather", "schema": WEATHER["parameters"], "strict": True}
            fields["text"] = {"format": {"type": "json_schema", **named}}
        if question.limit:
            fields["max_output_tokens"] = question.limit
        if question.stream:
            with self.client.responses.stream(**fields) as events:
                # Its own get_final_response knows of no incomplete one.
                ends = ("response.completed", "response.incomplete")
                return _responses_answer(next(event.response for event in events if event.type in ends))
        return _responses_answer(self.client.responses.create(**fields))


def _responses_answer(answer: Any) -> Said:
    incomplete = answer.incomplete_details
    said = Said(text=answer.output_text, finish=incomplete.reason if incomplete else answer.status)
    said.turn = list(answer.output)
    if answer.usage:
        said.input_tokens, said.output_tokens = answer.usage.input_tokens, answer.usage.output_tokens
    for item in answer.output:
        if item.type == "reasoning":
            said.thinking += "".join(part.text for part in item.summary)
        elif item.type == "function_call":
            said.calls.append((item.call_id, item.name, orjson.loads(item.arguments)))
    return said


class AnthropicCaller(SdkCaller):
    """The ``anthropic`` package: Messages."""

    dialect = "anthropic"

    def __init__(self, url: str, key: str) -> None:
        """Make a client that does not retry."""
        import anthropic  # noqa: PLC0415 - only its own caller needs it

        beneath = anthropic.DefaultHttpxClient(event_hooks={"response": [self.note]})
        self.client: Any = anthropic.Anthropic(
            base_url=url, api_key=key, max_retries=0, timeout=30, http_client=beneath
        )

    def answer(self, question: Question) -> Said:
        """Ask one question."""
        content: list[Any] = [{"type": "text", "text": question.prompt}]
        if question.image:
            source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
            content.append({"type": "image", "source": source})
        if question.document:
            source = {"type": "base64", "media_type": "application/pdf", "data": PAGE}
            content.append({"type": "document", "source": source})
        messages: list[Any] = [{"role": "user", "content": content}]
        if question.answer_tool:
            messages += question.answer_tool[0].turn
            told = [
                {"type": "tool_result", "tool_use_id": call_id, "content": result}
                for call_id, _, result in question.results
            ]
            messages.append({"role": "user", "content": told})
        fields: dict[str, Any] = {"model": question.model, "messages": messages, "max_tokens": 4096}
        if question.tool:
            named = {"name": WEATHER["name"], "description": WEATHER["description"]}
            fields["tools"] = [{**named, "input_schema": WEATHER["parameters"]}]
        if question.think:
            fields["thinking"] = {"type": "enabled", "budget_tokens": 1024}
        if question.shape:
            shape = {"type": "json_schema", "schema": WEATHER["parameters"]}
            fields["output_config"] = {"format": shape}
        if question.limit:
            fields["max_tokens"] = question.limit
        if question.stream:
            with self.client.messages.stream(**fields) as events:
                return _anthropic_answer(events.get_final_message())
        return _anthropic_answer(self.client.messages.create(**fields))


def _anthropic_answer(answer: Any) -> Said:
    said = Said(
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        finish=answer.stop_reason,
        turn=[{"role": answer.role, "content": answer.content}],
    )
    for block in answer.content:
        said.text += block.text if block.type == "text" else ""
        said.thinking += block.thinking if block.type == "thinking" else ""
        if block.type == "tool_use":
            said.calls.append((block.id, block.name, block.input))
    return said


class OllamaCaller(SdkCaller):
    """The ``ollama`` package."""

    dialect = "ollama"

    def __init__(self, url: str, key: str) -> None:
        """Make a client."""
        import ollama  # noqa: PLC0415 - only its own caller needs it

        headers, hooks = {"authorization": f"Bearer {key}"}, {"response": [self.note]}
        self.client: Any = ollama.Client(host=url, headers=headers, timeout=30, event_hooks=hooks)

    def answer(self, question: Question) -> Said:
        """Ask one question."""
        message: dict[str, Any] = {"role": "user", "content": question.prompt}
        if question.image:
            message["images"] = [PIXEL]
        messages: list[Any] = [message]
        if question.answer_tool:
            messages += question.answer_tool[0].turn
            messages += [
                {"role": "tool", "tool_name": name, "content": result} for _, name, result in question.results
            ]
        fields: dict[str, Any] = {"model": question.model, "messages": messages}
        if question.tool:
            fields["tools"] = [{"type": "function", "function": WEATHER}]
        if question.think:
            fields["think"] = True
        if question.shape:
            fields["format"] = WEATHER["parameters"]
        if question.limit:
            fields["options"] = {"num_predict": question.limit}
        answer = self.client.chat(**fields, stream=question.stream)
        return _ollama_answer(answer if question.stream else [answer])

    def models(self) -> list[str]:
        """List the models."""
        return [model.model for model in self.client.list().models]


def _ollama_answer(parts: Any) -> Said:
    said, calls = Said(), list[Any]()
    for part in parts:
        said.text += part.message.content or ""
        said.thinking += part.message.thinking or ""
        calls += each(part.message.tool_calls)
        for call in each(part.message.tool_calls):
            said.calls.append(("", call.function.name, dict(call.function.arguments)))
        if part.done:
            said.input_tokens, said.output_tokens = part.prompt_eval_count, part.eval_count
            said.finish = part.done_reason
    thinking = {"thinking": said.thinking} if said.thinking else {}
    said.turn = [{"role": "assistant", "content": said.text, "tool_calls": calls, **thinking}]
    return said
