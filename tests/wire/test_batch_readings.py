"""The recorded batch of Anthropic's, read by what hands batches over to it: its state, and its answers."""

import asyncio
import json
from pathlib import Path
from typing import Any

from salon.gateway.batches.remote.anthropic import AnthropicWire
from salon.gateway.batches.remote.talk import Talk
from salon.gateway.batches.remote.wire import RemoteAnswer, RemoteState
from salon.gateway.protocols import anthropic
from salon.gateway.registry.models import ProviderSpec
from salon.testing.gateway_bench import GatewayBench

BATCH = "msgbatch_01GUqGVJfUzZfBnjRymfPdV3"
READINGS = {
    "0": ("4", 20, 5, "batch"),
    "1": ("Jupiter", 19, 4, "batch"),
}
"""By the line's own id: the text, tokens in and out, and the tier that they are paid at."""


def recorded(shared_dir: Path) -> dict[str, bytes]:
    """Return the recorded bodies by the paths at which they were given."""
    root = shared_dir / "recorded-streams"
    found: dict[str, bytes] = {}
    for row in map(json.loads, (root / "index.jsonl").read_text("utf-8").splitlines()):
        if row["api"] == "batches":
            meta = json.loads((root / row["dir"] / "meta.json").read_text("utf-8"))
            path = meta["url"].removeprefix("https://api.anthropic.com")
            found[path] = (root / row["dir"] / "response.json").read_bytes()
    return found


async def read(tmp_path: Path, bodies: dict[str, bytes]) -> tuple[RemoteState, list[RemoteAnswer]]:
    """Ask a server that says what was recorded, as it is asked about a batch handed over."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = bodies[(await reader.readuntil(b"\r\n\r\n")).decode().split()[1]]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, asyncio.timeout(60):
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        spec = ProviderSpec(
            name="a", kind="anthropic", base_url=address, api_key="k", allow_private=True, batches=True
        )
        async with GatewayBench(tmp_path, providers=[spec]) as bench:
            link: Any = bench.registry.provider("a").link  # type: ignore[union-attr] - it is there
            wire = AnthropicWire(Talk(link))
            state = await wire.look(BATCH)
            return state, [one async for one in wire.answers(BATCH, state)]


def test_both_recordings_of_a_batch_have_the_reviewed_reading(shared_dir: Path, tmp_path: Path) -> None:
    bodies = recorded(shared_dir)
    assert set(bodies) == {f"/v1/messages/batches/{BATCH}", f"/v1/messages/batches/{BATCH}/results"}
    state, answers = asyncio.run(read(tmp_path, bodies))
    assert state.status == "working"  # two lines were being answered
    assert [(one.custom_id, one.status) for one in answers] == [("0", 200), ("1", 200)]
    for one in answers:
        said = anthropic.DIALECT.decode_response(one.body)
        assert said.usage is not None
        assert said.usage.details is not None
        told = (said.text, said.usage.input_tokens, said.usage.output_tokens, said.usage.details.service)
        assert told == READINGS[one.custom_id]
