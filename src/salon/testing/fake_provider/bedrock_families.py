"""Nova, Llama and Titan at the fake provider's InvokeModel: each maker's own body, by the model's name."""

from collections.abc import Callable, Mapping

import msgspec
import orjson

from salon.testing.fake_provider import converse
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject, as_object

_NOVA_FIELDS = {"schemaVersion", "messages", "system", "inferenceConfig", "toolConfig", "reasoningConfig"}
_ADDRESS = {"model", "stream"}
Piece = tuple[JsonObject, int]
"""One event of a stream, and how many tokens it holds."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """What one maker's models read and write."""

    read: Callable[[JsonObject], Asked]
    body: Callable[[Answer], bytes]
    events: Callable[[Answer], list[Piece]]


def _check(body: JsonObject, known: set[str]) -> None:
    unknown = set(body) - known - _ADDRESS
    if unknown:
        raise ValueError(f"extraneous keys {sorted(unknown)} are not permitted")


def _read_nova(body: JsonObject) -> Asked:
    _check(body, _NOVA_FIELDS)
    if body.get("schemaVersion") != "messages-v1":
        raise ValueError("schemaVersion is missing")
    return converse.read(body)


def _nova_events(answer: Answer) -> list[Piece]:
    return [({kind: value}, tokens) for kind, value, tokens in converse.events(answer)]


def _read_prompt(body: JsonObject, prompt: str, limit: int | None) -> Asked:
    return Asked(
        model=str(body["model"]),
        stream=bool(body["stream"]),
        text=prompt,
        last_user_text=prompt,
        max_tokens=limit,
    )


def _read_llama(body: JsonObject) -> Asked:
    _check(body, {"prompt", "max_gen_len", "temperature", "top_p"})
    return _read_prompt(body, str(body["prompt"]), body.get("max_gen_len"))


def _llama(answer: Answer, text: str | None, *, last: bool) -> JsonObject:
    reason = "length" if answer.finish == "length" else "stop"
    return {
        "generation": text or "",
        "prompt_token_count": answer.input_tokens if text is not None else None,
        "generation_token_count": answer.output_tokens if last else None,
        "stop_reason": reason if last else None,
    }


def _llama_body(answer: Answer) -> bytes:
    return orjson.dumps(_llama(answer, "".join(answer.text), last=True))


def _llama_events(answer: Answer) -> list[Piece]:
    said = [(_llama(answer, piece, last=False), 1) for piece in answer.text]
    return [*said, (_llama(answer, None, last=True), 0)]


def _read_titan(body: JsonObject) -> Asked:
    _check(body, {"inputText", "textGenerationConfig"})
    limit = as_object(body.get("textGenerationConfig")).get("maxTokenCount")
    return _read_prompt(body, str(body["inputText"]), limit)


def _reason(answer: Answer) -> str:
    return "LENGTH" if answer.finish == "length" else "FINISH"


def _titan_events(answer: Answer) -> list[Piece]:
    said: list[Piece] = [
        ({"outputText": one, "index": 0, "completionReason": None}, 1) for one in answer.text
    ]
    counted = {"inputTokenCount": answer.input_tokens, "outputTokenCount": answer.output_tokens}
    end = {"outputText": "", "index": 0, "completionReason": _reason(answer)}
    return [*said, ({**end, "amazon-bedrock-invocationMetrics": counted}, 0)]


def _titan_body(answer: Answer) -> bytes:
    text = "".join(answer.text)
    result = {"tokenCount": answer.output_tokens, "outputText": text, "completionReason": _reason(answer)}
    return orjson.dumps({"inputTextTokenCount": answer.input_tokens, "results": [result]})


_FAMILIES: Mapping[str, Family] = {
    "amazon.nova-": Family(read=_read_nova, body=converse.body, events=_nova_events),
    "meta.llama": Family(read=_read_llama, body=_llama_body, events=_llama_events),
    "amazon.titan-t": Family(read=_read_titan, body=_titan_body, events=_titan_events),
}


def family_of(model: str) -> Family | None:
    """Return who reads and writes the body of a model; None for Claude's."""
    return next((family for name, family in _FAMILIES.items() if name in model), None)
