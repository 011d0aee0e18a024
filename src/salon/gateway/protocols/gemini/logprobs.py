"""Log probabilities: this dialect keeps chosen and top candidates in two lists, the chat dialect in one."""

from typing import Any

from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object, objects_in


def to_chat(result: Any) -> JsonObject | None:
    """Return a ``logprobsResult`` as the chat dialect's ``logprobs``; None when there is nothing in it."""
    if not is_object(result) or not is_list(result.get("chosenCandidates")):
        return None
    tops = objects_in(result.get("topCandidates"))
    content: list[JsonObject] = []
    for i, chosen in enumerate(objects_in(result["chosenCandidates"])):
        others = objects_in(tops[i].get("candidates")) if i < len(tops) else []
        content.append({**_token(chosen), "top_logprobs": [_token(other) for other in others]})
    return {"content": content, "refusal": None}


def _token(candidate: JsonObject) -> JsonObject:
    token = candidate.get("token")
    text = token if isinstance(token, str) else ""
    raw = list(text.encode("utf-8", "replace"))
    return {"token": text, "logprob": candidate.get("logProbability", 0.0), "bytes": raw}


def from_chat(items: list[Any]) -> JsonObject:
    """Return the chat dialect's list of tokens as a ``logprobsResult``."""
    chosen = objects_in(items)
    return {
        "chosenCandidates": [_candidate(item) for item in chosen],
        "topCandidates": [
            {"candidates": [_candidate(other) for other in objects_in(item.get("top_logprobs"))]}
            for item in chosen
        ],
    }


def _candidate(item: JsonObject) -> JsonObject:
    return {"token": item.get("token"), "logProbability": item.get("logprob")}
