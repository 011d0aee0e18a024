"""What it costs to translate between any caller and any provider, in microseconds of CPU on one core.

Run ``make bench-translation``: the table is written under docs/measured. A request is a system prompt, a
tool, a call with its result and two turns; its answer has reasoning, text and a call. For each pair the
figure is what the gateway does with both, from bytes to bytes: read the request, write it for the provider,
read the answer, write it for the caller. A stream has the same parts in a hundred pieces; its figure is per
event. Best of several rounds of process time, so that a busy machine does not blur it. Where both sides speak
the same dialect bytes pass, with the few edits that are needed.
"""

import argparse
import datetime
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.machine import commit, describe

from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.protocols.base import Dialect, DialectName, EncodeContext, SpokenDialect
from salon.testing.fake_provider import anthropic, cohere, converse, gemini, ollama, openai, responses
from salon.testing.fake_provider.answer import Answer, Asked, Call

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "measured"
CALLERS: tuple[DialectName, ...] = ("openai", "responses", "anthropic", "gemini", "ollama")
PROVIDERS: Mapping[DialectName, Any] = {
    "openai": openai,
    "responses": responses,
    "anthropic": anthropic,
    "gemini": gemini,
    "ollama": ollama,
    "cohere": cohere,
    "converse": converse,
}
"""Dialect -> what answers in it."""
MOST_REQUEST_US = 180
MOST_EVENT_US = 60
ROUNDS = 7
CONTEXT = EncodeContext(request_id="req_01jbenchmark", model="alias", created_at_s=1_800_000_000)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}
ASKED: dict[str, Any] = {
    "model": "gpt-5-mini",
    "max_tokens": 500,
    "temperature": 0.5,
    "messages": [
        {"role": "system", "content": "You are brief, and you say what you do not know. " * 4},
        {"role": "user", "content": "What will the weather be like in Bern, and what should I wear? " * 3},
        {"role": "assistant", "content": "I will look.", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"sky":"clear","high":21,"low":9}'},
        {"role": "user", "content": "And for the three days after that? — “briefly”, please. " * 3},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "weather", "description": "Tells the weather.", "parameters": SCHEMA},
        }
    ],
}
ANSWER = Answer(
    number=1,
    model="m",
    thinking=("Look it up, ",) * 10,
    text=("A word or two, ",) * 80,
    calls=(Call(id="call_1", name="weather", arguments=json.dumps({"city": "Bern", "days": 3})),),
    finish="tool",
    input_tokens=180,
    more_usage={},
    tier=None,
)


def best_us(work: Callable[[], object], *, times: int) -> float:
    """Return the best round's CPU microseconds per call."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, (time.process_time_ns() - started) / times / 1000)
    return best


def spoken(name: DialectName) -> SpokenDialect:
    """Return a dialect as it is spoken to providers."""
    return DIALECTS.get(name) or ONLY_SPOKEN[name]


def request_of(caller: Dialect) -> bytes:
    """Return the request as ``caller`` writes it."""
    source = DIALECTS["openai"]
    request = source.decode_request(source.read_envelope(json.dumps(ASKED).encode()))
    body = json.loads(caller.encode_request(request, quirks={}).body)
    return json.dumps({"model": "gpt-5-mini", "stream": False, **body}).encode()


def request_us(caller: Dialect, provider: SpokenDialect, times: int) -> float:
    """Measure reading a request and writing it for the provider."""
    body = request_of(caller)

    def pass_on() -> object:
        return caller.rewrite_request(caller.read_envelope(body), model="other", stream=False, quirks={})

    def translate() -> object:
        return provider.encode_request(caller.decode_request(caller.read_envelope(body)), quirks={})

    return best_us(pass_on if provider is caller else translate, times=times)


def answer_us(caller: Dialect, provider: SpokenDialect, body: bytes, times: int) -> float:
    """Measure reading a finished answer and writing it for the caller."""

    def pass_on() -> object:
        return caller.read_answer(body)

    def translate() -> object:
        return caller.encode_response(provider.decode_response(body), CONTEXT)

    return best_us(pass_on if provider is caller else translate, times=times)


def event_us(caller: Dialect, provider: SpokenDialect, frames: list[bytes], times: int) -> float:
    """Measure a stream, fed event by event, to its end; per event."""

    def pass_on() -> None:
        tap = caller.stream_tap(withhold_usage=True, model="alias")
        for frame in frames:
            tap.feed(frame)
        tap.finish()

    def translate() -> None:
        decoder, encoder = provider.stream_decoder(), caller.stream_encoder(CONTEXT)
        for frame in frames:
            encoder.encode(decoder.feed(frame))
        encoder.encode(decoder.finish())
        encoder.finish()

    return best_us(pass_on if provider is caller else translate, times=times) / len(frames)


def measure(pace: float) -> list[dict[str, Any]]:
    """Return a row of figures for each pair; ``pace`` shortens or lengthens every round."""
    rows: list[dict[str, Any]] = []
    for provider_name, maker in PROVIDERS.items():
        provider, body = spoken(provider_name), maker.body(ANSWER)
        frames = [frame.data for frame in maker.frames(ANSWER, Asked(stream=True))]
        for caller_name in CALLERS:
            caller = DIALECTS[caller_name]
            asked = request_us(caller, provider, max(1, int(400 * pace)))
            answered = answer_us(caller, provider, body, max(1, int(400 * pace)))
            event = event_us(caller, provider, frames, max(1, int(10 * pace)))
            rows.append(
                {
                    "caller": caller_name,
                    "provider": provider_name,
                    "request_us": round(asked, 1),
                    "answer_us": round(answered, 1),
                    "both_us": round(asked + answered, 1),
                    "event_us": round(event, 2),
                }
            )
    return rows


def missed(rows: list[dict[str, Any]]) -> list[str]:
    """Return the pairs that cost more than they may."""
    return [
        f"{row['caller']} -> {row['provider']}"
        for row in rows
        if row["both_us"] > MOST_REQUEST_US or row["event_us"] > MOST_EVENT_US
    ]


def word(measured: float, most: float) -> str:
    """Say whether a figure is what it must be."""
    return "reached" if measured <= most else "**missed**"


def page(result: dict[str, Any]) -> str:
    """Write the result for people."""
    machine, rows = result["machine"], result["pairs"]
    slow, most = missed(rows), MOST_REQUEST_US
    both, event = (max(row[name] for row in rows) for name in ("both_us", "event_us"))
    lines = [
        f"# Translation, {result['date']}",
        "",
        f"Commit `{result['commit']}`, best of {ROUNDS} rounds of process time, one core.",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']},",
        f"Python {machine['python']}; load before the start {machine['load_before']:.2f}.",
        "",
        "Microseconds of CPU from bytes to bytes. *both* is a request and its answer; where both sides speak",
        "the same dialect bytes pass. Made by `make bench-translation`.",
        "",
        "| what | measured | must be | |",
        "| --- | --- | --- | --- |",
        f"| request and answer, the slowest pair | {both} | ≤ {most} | {word(both, most)} |",
        f"| streamed event, the slowest pair | {event} | ≤ {MOST_EVENT_US} | {word(event, MOST_EVENT_US)} |",
        f"| pairs that miss | {len(slow)} of {len(rows)} | 0 | {', '.join(slow) or 'none'} |",
        "",
        "| caller | provider | request | answer | both | event |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    shown = ("caller", "provider", "request_us", "answer_us", "both_us", "event_us")
    lines += [f"| {' | '.join(str(row[name]) for name in shown)} |" for row in rows]
    return "\n".join([*lines, ""])


def main() -> int:
    """Measure every pair; returns 1 if one misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", type=float, default=1.0, help="length of a round, times the usual")
    parser.add_argument("--no-write", action="store_true", help="print the result only")
    options = parser.parse_args()
    machine = describe()
    rows = measure(options.pace)
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    result = {"date": date, "commit": commit(), "machine": machine, "pairs": rows}
    told = page(result)
    print(told)
    if not options.no_write:
        stem = MEASURED / f"translation-{date}"
        stem.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
        stem.with_suffix(".md").write_text(told)
    return int(bool(missed(rows)))


if __name__ == "__main__":
    sys.exit(main())
