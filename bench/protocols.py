"""What the codecs cost: microseconds of CPU per request and per streamed event, on one core.

Run ``python bench/protocols.py``. Each figure is the best of five rounds, so that a busy machine does
not blur it; the gateway's own benchmark measures what a caller feels.
"""

import json
import time
from collections.abc import Callable
from functools import partial

from salon.foundation.messages import StreamEvent
from salon.gateway.protocols import anthropic, ollama, openai
from salon.gateway.protocols.base import Dialect, EncodeContext

CONTEXT = EncodeContext(request_id="req_01jbenchmark", model="alias", created_at_s=1_800_000_000)
DIALECTS: list[Dialect] = [openai.DIALECT, anthropic.DIALECT, ollama.DIALECT]
ROUNDS = 5
EVENTS = 200


def best_us(work: Callable[[], object], *, times: int) -> float:
    """Return the best round's CPU microseconds per call."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, (time.process_time_ns() - started) / times / 1000)
    return best


def request_of(dialect: Dialect, size: int) -> bytes:
    """Return a request whose one message has about ``size`` bytes."""
    words = 'The quick brown fox — über \\ "quoted" — jumps.\n' * (size // 50 + 1)
    body = {
        "model": "gpt-5-mini",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": words[: max(size, 5)]}],
        "stream": True,
    }
    return json.dumps(body, ensure_ascii=False).encode()


def stream_of(dialect: Dialect) -> tuple[bytes, list[bytes]]:
    """Return the head and the content events of a stream as this dialect writes it."""
    source = openai.DIALECT.stream_decoder()
    chunk = b'data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
    events: list[list[StreamEvent]] = [source.feed(chunk % b" word") for _ in range(EVENTS)]
    encoder = dialect.stream_encoder(CONTEXT)
    pieces = [encoder.encode(batch) for batch in events]
    return pieces[0], pieces[1:]


def report(name: str, value_us: float) -> None:
    """Print one figure."""
    print(f"{name:<58} {value_us:8.2f} µs")


def requests() -> None:
    """Measure requests: same dialect, and across."""
    for size in (60, 100_000):
        for dialect in DIALECTS:
            body = request_of(dialect, size)
            times = 20_000 if size < 1000 else 1000

            def same(dialect: Dialect = dialect, body: bytes = body) -> bytes:
                envelope = dialect.read_envelope(body)
                return dialect.rewrite_request(envelope, model="other", stream=True, quirks={})

            report(
                f"request {len(body):>6} B  {dialect.name}: envelope + rewrite", best_us(same, times=times)
            )
            for target in DIALECTS:
                if target is dialect:
                    continue

                def across(dialect: Dialect = dialect, body: bytes = body, target: Dialect = target) -> bytes:
                    envelope = dialect.read_envelope(body)
                    return target.encode_request(dialect.decode_request(envelope), quirks={}).body

                name = f"request {len(body):>6} B  {dialect.name} -> {target.name}"
                report(name, best_us(across, times=times // 5))
        copied = request_of(openai.DIALECT, size)
        report(f"request {len(copied):>6} B  memcpy", best_us(lambda b=copied: bytearray(b), times=5000))


def streams() -> None:
    """Measure streams per event: tap, and decode + encode across."""
    for dialect in DIALECTS:
        head, pieces = stream_of(dialect)

        def tapped(
            dialect: Dialect = dialect, pieces: list[bytes] = pieces, model: str | None = None
        ) -> None:
            tap = dialect.stream_tap(withhold_usage=True, model=model)
            for piece in pieces:
                tap.feed(piece)

        report(f"event  {dialect.name}: tap", best_us(tapped, times=50) / len(pieces))
        report(
            f"event  {dialect.name}: tap, renaming",
            best_us(lambda t=tapped: t(model="x"), times=50) / len(pieces),
        )
        for target in DIALECTS:

            def across(
                dialect: Dialect = dialect,
                target: Dialect = target,
                head: bytes = head,
                pieces: list[bytes] = pieces,
            ) -> None:
                decoder, encoder = dialect.stream_decoder(), target.stream_encoder(CONTEXT)
                encoder.encode(decoder.feed(head))
                for piece in pieces:
                    encoder.encode(decoder.feed(piece))

            name = f"event  {dialect.name} -> {target.name}: decode + encode"
            report(name, best_us(across, times=30) / len(pieces))


def answers() -> None:
    """Measure finished answers of 2 kB."""
    source = {"choices": [{"message": {"content": "word " * 400}, "finish_reason": "stop"}]}
    response = openai.DIALECT.decode_response(json.dumps(source).encode())
    for dialect in DIALECTS:
        body = dialect.encode_response(response, CONTEXT).body
        works: dict[str, Callable[[], object]] = {
            "read usage": partial(dialect.read_answer, body),
            "decode": partial(dialect.decode_response, body),
            "encode": partial(dialect.encode_response, response, CONTEXT),
        }
        for what, work in works.items():
            report(f"answer {len(body):>6} B  {dialect.name}: {what}", best_us(work, times=5000))


def main() -> None:
    """Print every figure."""
    requests()
    streams()
    answers()


if __name__ == "__main__":
    main()
