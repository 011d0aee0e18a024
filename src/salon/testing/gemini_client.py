"""Google's own Python client, asked the same things as the other strangers' programs."""

import base64
import importlib
from typing import Any

from salon.testing.questions import PAGE, PIXEL, WEATHER, Question, Said, SdkCaller, each


class GeminiCaller(SdkCaller):
    """The ``google-genai`` package."""

    dialect = "gemini"

    def __init__(self, url: str, key: str = "unused") -> None:
        """Make a client that does not retry, so that what is judged is the first answer."""
        self._types: Any = importlib.import_module("google.genai.types")
        genai: Any = importlib.import_module("google.genai")
        hooks = {"event_hooks": {"response": [self.note]}}
        options = {"base_url": url, "timeout": 30_000, "client_args": hooks}
        self.client: Any = genai.Client(api_key=key, vertexai=False, http_options=options)

    def answer(self, question: Question) -> Said:
        """Ask one question."""
        types = self._types
        parts: list[Any] = [types.Part.from_text(text=question.prompt)]
        if question.image:
            parts.append(types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png"))
        if question.document:
            parts.append(types.Part.from_bytes(data=base64.b64decode(PAGE), mime_type="application/pdf"))
        contents: list[Any] = [types.Content(role="user", parts=parts)]
        if question.answer_tool:
            contents.append(types.Content(role="model", parts=question.answer_tool[0].turn))
            told = [
                types.FunctionResponse(id=call_id, name=name, response={"output": result})
                for call_id, name, result in question.results
            ]
            returned = [types.Part(function_response=response) for response in told]
            contents.append(types.Content(role="user", parts=returned))
        config: dict[str, Any] = {"automatic_function_calling": {"disable": True}}
        if question.tool:
            declared = {"name": WEATHER["name"], "description": WEATHER["description"]}
            schema = {"parameters_json_schema": WEATHER["parameters"]}
            config["tools"] = [{"function_declarations": [{**declared, **schema}]}]
        if question.think:
            config["thinking_config"] = {"include_thoughts": True, "thinking_budget": 1024}
        if question.shape:
            config |= {
                "response_mime_type": "application/json",
                "response_json_schema": WEATHER["parameters"],
            }
        if question.limit:
            config["max_output_tokens"] = question.limit
        fields: dict[str, Any] = {"model": question.model, "contents": contents, "config": config}
        models = self.client.models
        if question.stream:
            return _read(models.generate_content_stream(**fields))
        return _read([models.generate_content(**fields)])

    def models(self) -> list[str]:
        """List the models."""
        return [model.name.removeprefix("models/") for model in self.client.models.list()]


def _read(chunks: Any) -> Said:
    said = Said()
    for chunk in chunks:
        for candidate in each(chunk.candidates):
            for part in each(candidate.content and candidate.content.parts):
                said.turn.append(part)
                if part.function_call is not None:
                    call = part.function_call
                    said.calls.append((call.id or "", call.name, dict(call.args or {})))
                elif part.thought:
                    said.thinking += part.text or ""
                else:
                    said.text += part.text or ""
            if candidate.finish_reason is not None:
                said.finish = str(candidate.finish_reason.value)
        usage = chunk.usage_metadata
        if usage is not None:
            said.input_tokens = usage.prompt_token_count
            said.output_tokens = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return said
