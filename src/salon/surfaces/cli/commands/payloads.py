"""``salon payloads``: what was asked and answered word for word, where that was turned on."""

import json
import time
from typing import Any

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH = "/salon/v1/payloads"
_RULES = "/salon/v1/payload-rules"
_DAY_MS = 86_400_000


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def payloads() -> None:
    """Keep requests and answers word for word, without their secrets; off until you turn it on."""


@payloads.command("on")
@click.argument("name")
@click.option("--key", metavar="KEY", help="What this API key asks.")
@click.option("--route", metavar="MODEL", help="What is asked under this name; * stands for any characters.")
@click.option("--space", is_flag=True, help="Everything of this space.")
@click.option("--sample", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True,
              help="The share of the requests that is kept.")  # fmt: skip
@click.option("--keep", "keep_days", type=click.FloatRange(0, 3650, min_open=True), default=7.0,
              show_default=True, metavar="DAYS", help="For how long.")  # fmt: skip
@click.option("--hide", "patterns", multiple=True, metavar="PATTERN",
              help="An RE2 pattern of what is taken out, besides secrets; may be repeated.")  # fmt: skip
@command_options
@pass_session
def turn_on(
    session: Session,
    name: str,
    *,
    key: str | None,
    route: str | None,
    space: bool,
    sample: float,
    keep_days: float,
    patterns: tuple[str, ...],
) -> None:
    """Turn the log on by a rule called NAME."""
    if sum([key is not None, route is not None, space]) != 1:
        raise click.UsageError("Say one of --key, --route and --space.")
    body = {
        "kind": "key" if key is not None else "route" if route is not None else "space",
        "target": key or route or "",
        "sample": sample,
        "keep_days": keep_days,
        "patterns": list(patterns),
    }
    with session.client() as client:
        row = client.call("PUT", f"{_RULES}/{segment(name)}", body)
    if session.output.as_json:
        session.output.json(row)
    session.output.note(f"{name} keeps payloads from now on.")


@payloads.command("off")
@click.argument("name")
@command_options
@pass_session
def turn_off(session: Session, name: str) -> None:
    """Remove the rule called NAME; what it had kept stays until its time."""
    with session.client() as client:
        client.call("DELETE", f"{_RULES}/{segment(name)}")
    if session.output.as_json:
        session.output.json({"removed": name})
    session.output.note(f"{name} keeps nothing more.")


@payloads.command()
@command_options
@pass_session
def rules(session: Session) -> None:
    """List the rules that turn the log on."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _RULES)["items"]
    if session.output.as_json:
        session.output.json(items)
        return
    rows = [{**one, "of": one["target_name"] or one["target"] or None} for one in items]
    columns: list[Column] = [
        ("name", "rule"),
        ("kind", "keeps"),
        ("of", "of"),
        ("sample", "share"),
        ("keep_days", "days"),
        ("patterns", "hides"),
    ]
    session.output.rows(rows, columns, empty="The payload log is off.")


@payloads.command("list")
@click.option("--search", metavar="WORDS", help="Words in the request or the answer.")
@click.option("--model", metavar="MODEL", help="The name asked for, or provider/model.")
@click.option("--key", metavar="KEY", help="An API key.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_payloads(
    session: Session,
    *,
    search: str | None,
    model: str | None,
    key: str | None,
    limit: int,
    cursor: str | None,
) -> None:
    """List payloads, newest first."""
    query = {"search": search, "model": model, "of_key": key, "limit": limit, "cursor": cursor}
    with session.client() as client:
        answer = client.call("GET", _PATH, query=query)
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [
        {
            **one,
            "at": when(one["started_at_ms"], is_short=session.output.is_terminal),
            "what": one["error_code"] or one["http_status"],
            "size": count(one["size_bytes"]),
        }
        for one in answer["items"]
    ]
    columns: list[Column] = [
        ("at", "time"),
        ("key_name", "key"),
        ("operation", "kind"),
        ("alias", "asked"),
        ("route", "answered"),
        ("what", "result"),
        ("redactions", "hidden"),
        ("size", "bytes"),
        ("id", "id"),
    ]
    session.output.rows(
        rows,
        columns,
        empty="No payload is kept.",
        spare=["bytes", "hidden", "key", "kind"],
        cut=["key", "asked", "answered"],
    )
    if answer["next"]:
        session.output.note(f"There are more: --cursor {answer['next']}")


@payloads.command()
@click.argument("payload_id")
@command_options
@pass_session
def show(session: Session, payload_id: str) -> None:
    """Show what was asked and answered. That you looked is recorded."""
    with session.client() as client:
        row = client.call("GET", f"{_PATH}/{segment(payload_id)}")
    if session.output.as_json:
        session.output.json(row)
        return
    for name in ("request", "response"):
        session.output.line(f"--- {name}" + (" (cut)" if row["cut"] else ""))
        session.output.line(_pretty(row[name]))


def _pretty(text: str | None) -> str:
    if text is None:
        return "(sealed with a key that is not here)"
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


@payloads.command()
@click.argument("payload_id", required=False)
@click.option("--older-than", "days", type=click.FloatRange(0), metavar="DAYS", help="All that are older.")
@click.option("--all", "is_all", is_flag=True, help="All of them.")
@command_options
@pass_session
def remove(session: Session, payload_id: str | None, *, days: float | None, is_all: bool) -> None:
    """Delete payloads at once, from the disk too."""
    if sum([payload_id is not None, days is not None, is_all]) != 1:
        raise click.UsageError("Say one of: an id, --older-than and --all.")
    with session.client() as client:
        if payload_id is not None:
            client.call("DELETE", f"{_PATH}/{segment(payload_id)}")
            removed = 1
        else:
            before_ms = 2**53 if days is None else int(time.time() * 1000 - days * _DAY_MS)
            removed = client.call("DELETE", _PATH, query={"before_ms": before_ms})["removed"]
    if session.output.as_json:
        session.output.json({"removed": removed})
    session.output.note(f"{removed} deleted.")


@payloads.command()
@click.argument("payload_id")
@click.option("-m", "--model", required=True, help="Whom to ask.")
@command_options
@pass_session
def replay(session: Session, payload_id: str, *, model: str) -> None:
    """Ask another model the same, and print what it answers. It counts and costs like any request."""
    with session.client() as client:
        answer = client.call("POST", f"{_PATH}/{segment(payload_id)}/replay", {"model": model})
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(_pretty(json.dumps(answer["body"])))
    cost = answer["headers"].get("x-salon-cost", "unpriced")
    session.output.note(f"{answer['status']} by {answer['headers'].get('x-salon-route', model)}, {cost}")
