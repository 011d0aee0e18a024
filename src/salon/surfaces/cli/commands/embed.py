"""``salon embed``: texts as vectors."""

import base64
import json
import struct
import sys
from collections.abc import Sequence
from typing import Any

import click

from salon.gateway.operations import guessed
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.session import Session, command_options, pass_session

_PURPOSES = ("query", "document", "classification", "clustering", "similarity", "question", "fact", "code")


def _first_model(client: ApiClient) -> str:
    """Return the first model whose name says that it makes embeddings; the demo if there is none."""
    known = [str(one["id"]) for one in client.call("GET", "/v1/models")["data"]]
    return next((name for name in known if "embeddings" in (guessed(name) or ())), "demo")


@click.command()
@click.argument("texts", nargs=-1)
@click.option("-m", "--model", help="Model or alias; without it the first one that makes embeddings.")
@click.option("-d", "--dimensions", type=click.IntRange(1), help="How long the vectors are to be.")
@click.option("--purpose", type=click.Choice(_PURPOSES), help="What the vectors are for.")
@click.option("--lines", is_flag=True, help="Each line of standard input is a text of its own.")
@click.option("--base64", "is_packed", is_flag=True, help="Print 32-bit floats as base64, not JSON.")
@command_options
@pass_session
def embed(
    session: Session,
    texts: tuple[str, ...],
    *,
    model: str | None,
    dimensions: int | None,
    purpose: str | None,
    lines: bool,
    is_packed: bool,
) -> None:
    """Print a vector for each of TEXTS, one a line. Without any, standard input is the text."""
    wanted = list(texts) or _piped(lines=lines)
    if not wanted:
        raise click.UsageError("Say what to embed: salon embed “a text”")
    with session.client() as client:
        body: dict[str, Any] = {"model": model or _first_model(client), "input": wanted}
        body |= {
            name: value
            for name, value in (("dimensions", dimensions), ("input_type", purpose))
            if value is not None
        }
        answer: dict[str, Any] = client.call("POST", "/v1/embeddings", body, timeout_s=600.0)
    data = sorted(answer["data"], key=lambda one: one["index"])
    if session.output.as_json:
        session.output.json({"model": body["model"], "data": data, "usage": answer.get("usage")})
        return
    for one in data:
        session.output.line(_written(one["embedding"], is_packed=is_packed))


def _piped(*, lines: bool) -> list[str]:
    said = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    if not lines:
        return [said] if said else []
    return [line for line in said.splitlines() if line.strip()]


def _written(vector: Sequence[float], *, is_packed: bool) -> str:
    if is_packed:
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
    return json.dumps(list(vector), separators=(",", ":"))
