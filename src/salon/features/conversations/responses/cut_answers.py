"""What is kept of an answer that broke off: everything that was said until then."""

from collections.abc import Sequence
from typing import Any

from salon.features.conversations.responses.told import ToldResponse
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import new_id
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.responses.output import write_output
from salon.gateway.protocols.responses.stream_decoder import ResponsesStreamDecoder
from salon.gateway.protocols.wire_json import JsonObject, objects_in


def cut_answer(blocks: Sequence[bytes], told: ToldResponse, *, has_left: bool) -> JsonObject | None:
    """Return the response object of an answer of which only ``blocks`` came; None if it never began.

    ``has_left``: nobody waits for it any more, which cancelled it; else it failed.
    """
    begun = told.latest
    if begun is None:
        return None
    decoder, gathered = ResponsesStreamDecoder(), ResponseCollector()
    for block in blocks:
        gathered.add(decoder.feed(block))
    response = gathered.response()
    context = EncodeContext(
        request_id=new_id("req"),
        model=str(begun.get("model")),
        created_at_s=SystemClock().now_ms() // 1000,
    )
    output = [_incomplete(item) for item in objects_in(write_output(response.parts, context, {}))]
    failure: Any = {"code": "server_error", "message": "The answer broke off."}
    if has_left:
        return {**begun, "status": "cancelled", "output": output}
    return {**begun, "status": "failed", "error": failure, "output": output}


def _incomplete(item: JsonObject) -> JsonObject:
    return {**item, "status": "incomplete"} if "status" in item else item
