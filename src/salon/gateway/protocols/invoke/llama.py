"""Llama over InvokeModel: one prompt in the form its makers gave each generation, one text back.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html and
https://www.llama.com/docs/model-cards-and-prompt-formats/ (2026-11).
"""

import re
from collections.abc import Sequence
from typing import Final

from salon.foundation.messages import ModelRequest, Response
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.invoke import texts
from salon.gateway.protocols.invoke.turns import Turn, name_lost, turns_of
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps

_SECOND: Final = re.compile(r"llama-?2")
_FOURTH: Final = re.compile(r"llama-?4")
_MARKS_OF_SECOND: Final = re.compile(r"\[/?INST\]|<</?SYS>>|</?s>")
_MARKS: Final = re.compile(r"<\|[a-z_]+\|>")
_LONG: Final = ("start_header_id", "end_header_id", "eot_id")
_SHORT: Final = ("header_start", "header_end", "eot")
_WORDS: Final = texts.Words(
    text="generation",
    finish="stop_reason",
    given="prompt_token_count",
    made="generation_token_count",
    finishes={"stop": "stop", "length": "length"},
)


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request; model and stream stand in the address it goes to.

    Quirks: none. Raises: Unsupported.
    """
    del quirks
    lost: Lost = {}
    name_lost(request, lost)
    if request.stop:
        lost["stop"] = None
    is_second = _SECOND.search(request.model) is not None
    turns = turns_of(request.messages, lost, marks=_MARKS_OF_SECOND if is_second else _MARKS)
    is_fourth = _FOURTH.search(request.model) is not None
    wire: JsonObject = {
        "prompt": _second(turns) if is_second else _later(turns, is_fourth=is_fourth),
        "max_gen_len": request.max_output_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
    }
    body = dumps({name: value for name, value in wire.items() if value is not None})
    return EncodedRequest(body=body, lost=tuple(lost))


def _later(turns: Sequence[Turn], *, is_fourth: bool) -> str:
    """Write turns as the third generation reads them, or the fourth, which shortened the marks."""
    begin, end, over = _SHORT if is_fourth else _LONG
    said = [f"<|{begin}|>{author}<|{end}|>\n\n{text}<|{over}|>" for author, text in turns]
    return f"<|begin_of_text|>{''.join(said)}<|{begin}|>assistant<|{end}|>\n\n"


def _second(turns: Sequence[Turn]) -> str:
    """Write turns as the second generation reads them: instructions and answers, two by two."""
    system = "".join(text for author, text in turns if author == "system")
    before = f"<<SYS>>\n{system}\n<</SYS>>\n\n" if system else ""
    prompt, asks = "", False
    for author, text in turns:
        if author == "user":
            prompt += f"<s>[INST] {before}{text} [/INST]"
            before, asks = "", True
        elif author == "assistant":
            prompt += f"{'' if asks else f'<s>[INST] {before} [/INST]'} {text} </s>"
            before, asks = "", False
    return prompt


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    return texts.decode(body, _WORDS, lambda value: value)


def stream_decoder() -> texts.TextStreamDecoder:
    """Make a decoder for one stream."""
    return texts.TextStreamDecoder(_WORDS)
