"""``salon keys``: API keys and what they may use."""

from typing import Any

import click

from salon.foundation.kit.caller import Right
from salon.foundation.kit.money import format_money, money
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Column, when
from salon.surfaces.cli.session import CommandGroup, F, Session, command_options, pass_session

_PATH = "/salon/v1/keys"
_PERIODS = {"day": "a day", "month": "a month", "total": "in all"}
_COLUMNS: list[Column] = [
    ("name", "name"),
    ("id", "id"),
    ("hint", "key"),
    ("state", "state"),
    ("limits", "limits"),
    ("used", "last used"),
]


def _limit_options(function: F) -> F:
    for option in reversed(
        [
            click.option("--rpm", type=click.IntRange(1), help="Requests per minute."),
            click.option("--tpm", type=click.IntRange(1), help="Tokens per minute."),
            click.option("--concurrency", type=click.IntRange(1), help="Requests at once."),
            click.option("--budget", metavar="AMOUNT", help="Money it may spend, such as 5.00."),
            click.option(
                "--per", type=click.Choice(["day", "month", "total"]), help="How often the budget renews."
            ),
            click.option("--model", "models", multiple=True, help="Model it may ask (* for any characters)."),
            click.option(
                "--region", "regions", multiple=True, help="Region its requests may go to (eu covers eu-*)."
            ),
            click.option(
                "--promise", "promises", multiple=True, help="What a provider must promise (no-training)."
            ),
            click.option(
                "--expires-in", metavar="DAYS", type=click.IntRange(1), help="Days until it stops working."
            ),
        ]
    ):
        function = option(function)
    return function


def _limits(given: dict[str, Any]) -> dict[str, Any]:
    import time  # noqa: PLC0415 - beside its only use

    limits: dict[str, Any] = {
        "requests_per_minute": given["rpm"],
        "tokens_per_minute": given["tpm"],
        "concurrency": given["concurrency"],
        "budget_e10": _amount(given["budget"]),
        "budget_period": given["per"],
        "models": list(given["models"]) or None,
        "regions": list(given["regions"]) or None,
        "promises": list(given["promises"]) or None,
    }
    if given["expires_in"]:
        limits["expires_at_ms"] = time.time_ns() // 1_000_000 + given["expires_in"] * 86_400_000
    return {name: value for name, value in limits.items() if value is not None}


def _amount(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return int(money(text.lstrip("$")))
    except (ArithmeticError, ValueError) as error:
        raise click.BadParameter(
            f"“{text}” is no amount; write it like 5.00", param_hint="--budget"
        ) from error


def find_key(client: ApiClient, name: str) -> dict[str, Any]:
    """Return the key with that id, or the live one with that name. Raises: ServedError."""
    items: list[dict[str, Any]] = client.call("GET", _PATH)["items"]
    found = [one for one in items if one["id"] == name]
    found = found or [one for one in items if one["name"] == name and one["revoked_at_ms"] is None]
    if len(found) == 1:
        return found[0]
    problem = (
        f"There are {len(found)} keys called “{name}”. Use the id." if found else f"There is no key “{name}”."
    )
    raise ServedError(status=404, code="not_found", message=problem)


def _told(limits: dict[str, Any]) -> str:
    """Return a key's limits in words."""
    parts = [
        f"{limits[name]:,} {unit}".replace(",", "\u202f")
        for name, unit in (
            ("requests_per_minute", "requests/min"),
            ("tokens_per_minute", "tokens/min"),
            ("concurrency", "at once"),
        )
        if limits.get(name) is not None
    ]
    if limits.get("budget_e10") is not None:
        amount = format_money(limits["budget_e10"], currency=limits.get("budget_currency") or "USD")
        parts.append(f"{amount} {_PERIODS[limits.get('budget_period') or 'total']}")
    parts += [" or ".join(limits[name]) for name in ("models", "operations", "regions") if limits.get(name)]
    parts += limits.get("promises") or []
    if limits.get("expires_at_ms") is not None:
        parts.append(f"until {when(limits['expires_at_ms'])}")
    return ", ".join(parts) or "none"


def _shown(key: dict[str, Any]) -> dict[str, Any]:
    return {
        **key,
        "state": "revoked" if key["revoked_at_ms"] else "ok",
        "limits": _told(key["limits"]),
        "used": when(key["last_used_at_ms"]),
    }


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def keys(context: click.Context) -> None:
    """Make, list, change, rotate and revoke API keys."""
    if context.invoked_subcommand is None:
        context.invoke(list_keys)


@keys.command("list")
@click.option("--all", "show_all", is_flag=True, help="Revoked ones too.")
@command_options
@pass_session
def list_keys(session: Session, *, show_all: bool = False) -> None:
    """List the keys; the secrets themselves are kept nowhere."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _PATH)["items"]
    items = [one for one in items if show_all or one["revoked_at_ms"] is None]
    shown = items if session.output.as_json else [_shown(one) for one in items]
    empty = "There is no key. Make one with “salon keys create NAME”."
    session.output.rows(shown, _COLUMNS, empty=empty, spare=["key", "id"], cut=["name"])


def _print_secret(session: Session, made: dict[str, Any]) -> None:
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["secret"])
    if session.output.is_terminal:
        session.output.note("This is the only time it is shown.")


@keys.command()
@click.argument("name")
@click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice([right.value for right in Right]),
    help="What it may do; without it, use models.",
)
@_limit_options
@command_options
@pass_session
def create(session: Session, name: str, *, rights: tuple[str, ...], **given: Any) -> None:
    """Make a key called NAME and print it, alone when piped. It is never shown again."""
    body: dict[str, Any] = {"name": name, "limits": _limits(given)}
    if rights:
        body["rights"] = list(rights)
    with session.client() as client:
        made = client.call("POST", _PATH, body)
    _print_secret(session, made)


@keys.command()
@click.argument("name")
@click.option("--rename", help="A new name.")
@_limit_options
@command_options
@pass_session
def update(session: Session, name: str, *, rename: str | None, **given: Any) -> None:
    """Change limits of the key NAME; limits that are not named stay."""
    with session.client() as client:
        key = find_key(client, name)
        body: dict[str, Any] = {"limits": _limits(given)}
        if rename:
            body["name"] = rename
        changed = client.call("PATCH", f"{_PATH}/{segment(key['id'])}", body)
    if session.output.as_json:
        session.output.json(changed)
    session.output.note(f"Changed {changed['name']}: {_shown(changed)['limits']}.")


@keys.command()
@click.argument("name")
@command_options
@pass_session
def revoke(session: Session, name: str) -> None:
    """Stop the key NAME from working, at once."""
    with session.client() as client:
        key = find_key(client, name)
        client.call("DELETE", f"{_PATH}/{segment(key['id'])}")
    if session.output.as_json:
        session.output.json({"revoked": key["id"]})
    session.output.note(f"Revoked {key['name']}.")


@keys.command()
@click.argument("name")
@click.option(
    "--grace",
    "grace_hours",
    type=click.FloatRange(0, 90 * 24),
    metavar="HOURS",
    default=24.0,
    show_default=True,
    help="How long the old secret works on; 0 ends it at once.",
)
@command_options
@pass_session
def rotate(session: Session, name: str, *, grace_hours: float) -> None:
    """Give the key NAME a new secret and print it. Its limits stay; the old secret works on for a day."""
    with session.client() as client:
        key = find_key(client, name)
        body = {"grace_s": grace_hours * 3600}
        made = client.call("POST", f"{_PATH}/{segment(key['id'])}/rotate", body)
    _print_secret(session, made)
