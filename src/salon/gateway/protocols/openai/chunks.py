"""Chunks of a chat stream, as they come over the wire: containers typed, values unchecked."""

from typing import Any

import msgspec

from salon.gateway.protocols.wire_json import BrokenJsonError, loads_lenient


class Delta(msgspec.Struct):
    """What one chunk adds to a choice; values unchecked."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_details: Any = None
    tool_calls: Any = None
    refusal: Any = None
    function_call: Any = None
    annotations: Any = None
    audio: Any = None
    images: Any = None


class Choice(msgspec.Struct):
    """One choice of a chunk."""

    index: Any = 0
    delta: Delta | None = None
    text: Any = None
    """Of completions, instead of a delta."""
    finish_reason: Any = None
    logprobs: Any = None


class Chunk(msgspec.Struct):
    """One chunk; fields nobody reads are skipped without being built."""

    id: Any = None
    model: Any = None
    created: Any = None
    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    system_fingerprint: Any = None
    service_tier: Any = None
    search_results: Any = None
    citations: Any = None


_decode_chunk = msgspec.json.Decoder(Chunk).decode


def read_chunk(data: bytes) -> Chunk:
    """Read one chunk. Raises: BrokenJsonError."""
    try:
        return _decode_chunk(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(loads_lenient(data), Chunk)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BrokenJsonError(str(error)) from error
