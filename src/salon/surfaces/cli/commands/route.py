"""``salon route``: where requests go, where they may go, and why."""

import json
import sys
from typing import IO, Any
from urllib.parse import quote

import click

from salon.foundation.kit.money import format_money
from salon.surfaces.cli.client import segment
from salon.surfaces.cli.commands.keys import find_key
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import CommandGroup, Session, command_options, pass_session

_ALIASES = "/salon/v1/aliases"
_RESIDENCY = "/salon/v1/residency"
_TARGETS: list[Column] = [
    ("place", "try"),
    ("target", "target"),
    ("reason", "why"),
    ("estimate", "expected cost"),
    ("latency", "first byte"),
    ("load", "at once"),
    ("used", "limits used"),
    ("breaker", "breaker"),
    ("region", "region"),
    ("context_tokens", "context"),
]
_STRATEGIES = ["priority", "weight", "least-busy", "lowest-latency", "cheapest", "rate-limit"]


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def route(context: click.Context) -> None:
    """List and set aliases and constraints, and explain where a request goes."""
    if context.invoked_subcommand is None:
        context.invoke(list_aliases)


@route.command("list")
@command_options
@pass_session
def list_aliases(session: Session) -> None:
    """List the aliases and where they go."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _ALIASES)["items"]
    rows = [{**one, "to": ", ".join(target["model"] for target in one["targets"])} for one in items]
    shown = [{**one, "more": _more(one)} for one in rows]
    columns: list[Column] = [
        ("name", "alias"),
        ("strategy", "strategy"),
        ("to", "targets"),
        ("more", "besides"),
        ("source", "from"),
    ]
    session.output.rows(items if session.output.as_json else shown, columns, empty="There is no alias.")


def _more(alias: dict[str, Any]) -> str:
    parts = [f"{len(alias['rules'])} rules"] if alias["rules"] else []
    if alias["split"]:
        parts.append(f"split by {alias['split']['by']}")
    if alias["mirror"]:
        parts.append(f"mirror to {alias['mirror']['model']}")
    return ", ".join(parts)


@route.command("set")
@click.argument("alias")
@click.argument("targets", nargs=-1)
@click.option("--strategy", type=click.Choice(_STRATEGIES), help="Which target goes first.")
@click.option("--file", type=click.File("rb"), help="The whole alias as JSON, with rules, split and mirror.")
@command_options
@pass_session
def set_alias(
    session: Session, alias: str, *, targets: tuple[str, ...], strategy: str | None, file: IO[bytes] | None
) -> None:
    """Let ALIAS stand for TARGETS (provider/model), in order of preference, or for what a file says."""
    body: dict[str, Any] = _read(file) if file is not None else {}
    if targets:
        body["targets"] = list(targets)
    if strategy:
        body["strategy"] = strategy
    if not body.get("targets"):
        raise click.UsageError("Name at least one target, like openai/gpt-5-mini.")
    with session.client() as client:
        made = client.call("PUT", f"{_ALIASES}/{quote(alias)}", body)
    if session.output.as_json:
        session.output.json(made)
    session.output.note(f"{made['name']} goes to {', '.join(one['model'] for one in made['targets'])}.")


@route.command()
@click.argument("alias")
@command_options
@pass_session
def remove(session: Session, alias: str) -> None:
    """Remove ALIAS."""
    with session.client() as client:
        client.call("DELETE", f"{_ALIASES}/{quote(alias)}")
    if session.output.as_json:
        session.output.json({"removed": alias})
    session.output.note(f"Removed {alias}.")


@route.command()
@click.argument("model")
@click.option("--body", type=click.File("rb"), help="The request as JSON; - reads standard input.")
@click.option(
    "--dialect",
    type=click.Choice(["openai", "responses", "anthropic", "ollama", "ollama-generate", "gemini"]),
    default="openai",
    show_default=True,
    help="What the request is written in.",
)
@click.option("--key", help="As if it came with this key (name or id).")
@click.option("--conversation", help="As if it belonged to this conversation.")
@click.option("--user", help="As if it were for this user.")
@command_options
@pass_session
def explain(
    session: Session,
    model: str,
    *,
    body: IO[bytes] | None,
    dialect: str,
    key: str | None,
    conversation: str | None,
    user: str | None,
) -> int:
    """Say where a request for MODEL would go now, and why. Nothing is sent."""
    asked: dict[str, Any] = {"model": model, "dialect": dialect}
    if body is not None:
        asked["body"] = _read(body)
    asked.update({k: v for k, v in (("conversation", conversation), ("user", user)) if v})
    with session.client() as client:
        if key:
            asked["key_id"] = find_key(client, key)["id"]
        found: dict[str, Any] = client.call("POST", "/salon/v1/routes/explain", asked)
    if session.output.as_json:
        session.output.json(found)
    else:
        _tell(session, found)
    return 1 if found["problem"] else 0


def _read(file: IO[bytes]) -> dict[str, Any]:
    try:
        value: Any = json.load(file)
    except ValueError as error:
        raise click.UsageError(f"{file.name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise click.UsageError(f"{file.name} must hold a JSON object.")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON of a file


def _tell(session: Session, found: dict[str, Any]) -> None:
    out = session.output
    for rule in found["rules"]:
        out.line(f"rule {rule['name']}: {'holds' if rule['holds'] else 'no, ' + rule['reason']}")
    if found["rule"]:
        out.line(f"decided by rule {found['rule']}")
    if found["variant"]:
        out.line(_variant(found))
    out.line(f"strategy {found['strategy']}, about {found['tokens']} tokens to read")
    if found["needs"]:
        out.line(f"needs {', '.join(found['needs'])}")
    for regions in found["regions"]:
        out.line(f"kept to {regions}")
    if found["promises"]:
        out.line(f"only with a promise of {', '.join(found['promises'])}")
    if found["mirror"]:
        out.line(f"mirrored to {found['mirror']}: {found['mirror_share']:.0%} of requests")
    out.rows(
        [_row(one) for one in found["targets"]], _TARGETS, empty="No target.", spare=["context", "region"]
    )
    if found["problem"]:
        sys.stderr.write(f"salon: {found['problem']}\n")


def _variant(found: dict[str, Any]) -> str:
    shares = zip(found["variants"], found["shares"], strict=True)
    told = f"variant {found['variant']} of {', '.join(f'{name} ({share:.0%})' for name, share in shares)}"
    return f"{told}, kept for {found['sticks_to']}" if found["sticks_to"] else f"{told}, drawn each time"


def _row(one: dict[str, Any]) -> dict[str, Any]:
    cost = one["estimate_e10"]
    latency = one["first_token_ms"]
    return {
        **one,
        "place": one["place"] or "-",
        "estimate": format_money(cost, currency=one["currency"]) if cost is not None else "unpriced",
        "latency": f"{latency:.0f} ms" if latency is not None else None,
        "load": one["open"],
        "used": f"{one['used']:.0%}",
    }


@route.group("residency", cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def residency(context: click.Context) -> None:
    """List, set and remove where the requests of spaces may be taken."""
    if context.invoked_subcommand is None:
        context.invoke(list_residency)


@residency.command("list")
@command_options
@pass_session
def list_residency(session: Session) -> None:
    """List the constraints on spaces."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _RESIDENCY)["items"]
    lists = ("spaces", "regions", "promises")
    rows = [{**one, **{name: ", ".join(one[name]) for name in lists}} for one in items]
    columns: list[Column] = [(name, name) for name in ("name", *lists)]
    empty = "Requests may go everywhere."
    session.output.rows(items if session.output.as_json else rows, columns, empty=empty)


@residency.command("set")
@click.argument("name")
@click.option("--space", "spaces", multiple=True, help="Space it holds for; without one, all.")
@click.option("--region", "regions", multiple=True, help="Region that is allowed (eu covers eu-central-1).")
@click.option("--promise", "promises", multiple=True, help="What a provider must promise, like no-training.")
@command_options
@pass_session
def set_residency(
    session: Session,
    name: str,
    *,
    spaces: tuple[str, ...],
    regions: tuple[str, ...],
    promises: tuple[str, ...],
) -> None:
    """Keep the requests of spaces to regions and promises, under NAME."""
    body = {"spaces": list(spaces) or ["*"], "regions": list(regions), "promises": list(promises)}
    with session.client() as client:
        made = client.call("PUT", f"{_RESIDENCY}/{segment(name)}", body)
    if session.output.as_json:
        session.output.json(made)
    session.output.note(f"{made['name']} holds from now on.")


@residency.command("remove")
@click.argument("name")
@command_options
@pass_session
def remove_residency(session: Session, name: str) -> None:
    """Remove the constraint NAME."""
    with session.client() as client:
        client.call("DELETE", f"{_RESIDENCY}/{segment(name)}")
    if session.output.as_json:
        session.output.json({"removed": name})
    session.output.note(f"{name} holds no more.")
