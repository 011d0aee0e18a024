"""``salon providers``: who answers."""

import os
import sys
from typing import Any

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import CommandGroup, Session, command_options, nearest, pass_session

_PATH = "/salon/v1/providers"
_COLUMNS: list[Column] = [
    ("name", "name"),
    ("kind", "kind"),
    ("state", "state"),
    ("models", "models"),
    ("latency", "latency"),
    ("source", "from"),
    ("base_url", "address"),
    ("last_error", "last error"),
]


def _rows(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**one, "latency": f"{one['latency_ms']:.0f} ms" if one.get("latency_ms") is not None else None}
        for one in items
    ]


def find(client: ApiClient, name: str) -> dict[str, Any]:
    """Return the provider with that name or id. Raises: ServedError naming those there are."""
    items: list[dict[str, Any]] = client.call("GET", _PATH)["items"]
    for item in items:
        if name in (item["id"], item["name"]):
            return item
    known = ", ".join(str(item["name"]) for item in items) or "none"
    message = f"There is no provider “{name}”. There are: {known}."
    raise ServedError(status=404, code="not_found", message=message)


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def providers(context: click.Context) -> None:
    """List, add, test and remove providers, and set their keys."""
    if context.invoked_subcommand is None:
        context.invoke(list_providers)


@providers.command("list")
@command_options
@pass_session
def list_providers(session: Session) -> None:
    """List the providers and how they are."""
    with session.client() as client:
        items = client.call("GET", _PATH)["items"]
    shown = items if session.output.as_json else _rows(items)
    session.output.rows(shown, _COLUMNS, empty="There is no provider.", spare=["from", "latency", "kind"])


@providers.command()
@click.argument("kind", required=False)
@click.option("--name", help="Name in model ids (NAME/model); without it the kind.")
@click.option("--base-url", help="Address, where the kind has none of its own.")
@click.option("--api-key-env", metavar="VARIABLE", help="Read the key from this environment variable, now.")
@click.option("--no-key", is_flag=True, help="The provider needs no key.")
@click.option("--label", help="Name shown to people.")
@click.option("--model", "models", multiple=True, help="A model it has, if it cannot list them itself.")
@click.option(
    "--allow-private", is_flag=True, help="The address may be on a private network or this machine."
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the kind asks for besides, like region=eu-central-1.",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME=VALUE",
    help="Sent with every request to it, like X-Title=Notes; never a credential.",
)
@click.option("--no-test", is_flag=True, help="Do not ask it anything.")
@command_options
@pass_session
def add(
    session: Session,
    kind: str | None,
    *,
    name: str | None,
    base_url: str | None,
    api_key_env: str | None,
    no_key: bool,
    label: str | None,
    models: tuple[str, ...],
    allow_private: bool,
    options: tuple[str, ...],
    headers: tuple[str, ...],
    no_test: bool,
) -> int:
    """Add a provider of KIND. The key is asked for, or read from standard input, never an argument."""
    given = dict(_pair(option) for option in options)
    sent = dict(_pair(header) for header in headers)
    with session.client() as client:
        known = _kind(client, kind)
    api_key = None if no_key else _read_key(api_key_env, known)
    body = {
        "kind": known["name"],
        "name": name,
        "base_url": base_url,
        "api_key": api_key,
        "label": label,
        "models": list(models),
        "allow_private": allow_private,
        "options": given,
        "headers": sent,
    }
    with session.client() as client:
        made = client.call(
            "POST", _PATH, {key: value for key, value in body.items() if value not in (None, [], {})}
        )
        session.output.note(f"Added {made['name']} ({made['id']}).")
        if no_test:
            if session.output.as_json:
                session.output.json(made)
            return 0
        return _test(session, client, made)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"“{text}” is no option. Write it as NAME=VALUE, like region=eu-central-1.")
    return name, value


def _kind(client: ApiClient, name: str | None) -> dict[str, Any]:
    """Return what is known of a kind, before anything is asked of a person. Raises: click.UsageError."""
    kinds = {str(one["name"]): one for one in client.call("GET", "/salon/v1/provider-kinds")["items"]}
    if name in kinds:
        return kinds[name]
    if name is None:
        raise click.UsageError(f"Say which kind: {', '.join(kinds)}.")
    raise click.UsageError(f"There is no provider kind “{name}”.{nearest(name, kinds)}")


def _key_prompt(kind: dict[str, Any] | None) -> str:
    if kind is None:
        return "API key"
    if not kind["needs_key"]:
        return f"API key, if {kind['label']} asks for one (Enter for none)"
    return f"API key of {kind['label']}" + (f", from {kind['key_url']}" if kind["key_url"] else "")


def _read_key(variable: str | None, kind: dict[str, Any] | None = None) -> str | None:
    if variable:
        value = os.environ.get(variable)
        if not value:
            raise click.UsageError(f"The environment variable {variable} is not set.")
        return value
    if sys.stdin.isatty():
        return click.prompt(_key_prompt(kind), hide_input=True, default="", show_default=False) or None
    return sys.stdin.read().strip() or None


def _test(session: Session, client: ApiClient, provider: dict[str, Any]) -> int:
    result = client.call("POST", f"{_PATH}/{segment(provider['id'])}/test", timeout_s=180)
    if session.output.as_json:
        session.output.json(result)
    else:
        for check in result["checks"]:
            word = "ok  " if check["ok"] else "FAIL"
            session.output.sentence(f"{word}  {check['name']}: {check['detail']}")
    return 0 if result["ok"] else 1


@providers.command()
@click.argument("name")
@command_options
@pass_session
def test(session: Session, name: str) -> int:
    """Ask NAME a real one-token streamed question, and for a tool call."""
    with session.client() as client:
        return _test(session, client, find(client, name))


def _switch(session: Session, name: str, verb: str) -> None:
    with session.client() as client:
        provider = find(client, name)
        result = client.call("POST", f"{_PATH}/{segment(provider['id'])}/{verb}")
    if session.output.as_json:
        session.output.json(result)
    session.output.note(f"{provider['name']} is {verb}d.")


@providers.command()
@click.argument("name")
@command_options
@pass_session
def enable(session: Session, name: str) -> None:
    """Let requests go to NAME."""
    _switch(session, name, "enable")


@providers.command()
@click.argument("name")
@command_options
@pass_session
def disable(session: Session, name: str) -> None:
    """Let no request go to NAME."""
    _switch(session, name, "disable")


@providers.command("set")
@click.argument("name")
@click.option("--region", help="Where it works on requests, like eu or us-east-1; empty takes it away.")
@click.option("--promise", "promises", multiple=True, help="What it promises, like no-training.")
@click.option("--rpm", type=click.IntRange(0), help="Requests per minute sent to it at most; 0 for no limit.")
@click.option("--tpm", type=click.IntRange(0), help="Tokens per minute; 0 for no limit.")
@click.option("--concurrency", type=click.IntRange(0), help="Requests at once; 0 for no limit.")
@command_options
@pass_session
def set_bounds(
    session: Session,
    name: str,
    *,
    region: str | None,
    promises: tuple[str, ...],
    rpm: int | None,
    tpm: int | None,
    concurrency: int | None,
) -> None:
    """Say where NAME is, what it promises about data, and what it is sent at most."""
    limits = {"requests_per_minute": rpm, "tokens_per_minute": tpm, "concurrency": concurrency}
    body: dict[str, Any] = {field: value or None for field, value in limits.items() if value is not None}
    if region is not None:
        body["region"] = region
    if promises:
        body["promises"] = [one for one in promises if one]
    if not body:
        raise click.UsageError("Nothing is to be set. Name an option, such as --rpm 60.")
    with session.client() as client:
        provider = find(client, name)
        changed = client.call("PATCH", f"{_PATH}/{segment(provider['id'])}", body)
    if session.output.as_json:
        session.output.json(changed)
    session.output.note(f"{provider['name']} is changed.")


@providers.command("set-key")
@click.argument("name")
@click.option("--api-key-env", metavar="VARIABLE", help="Read the key from this environment variable, now.")
@click.option("--no-test", is_flag=True, help="Do not ask it anything.")
@command_options
@pass_session
def set_key(session: Session, name: str, *, api_key_env: str | None, no_test: bool) -> int:
    """Give NAME another key. It is asked for, or read from standard input, never an argument."""
    api_key = _read_key(api_key_env)
    if api_key is None:
        raise click.UsageError("There is no key. Type it, or pipe it in.")
    with session.client() as client:
        provider = find(client, name)
        changed = client.call("PUT", f"{_PATH}/{segment(provider['id'])}/key", {"api_key": api_key})
        session.output.note(f"{provider['name']} has another key.")
        if no_test:
            if session.output.as_json:
                session.output.json(changed)
            return 0
        return _test(session, client, changed)


@providers.command("rotate-master-key")
@command_options
@pass_session
def rotate_master_key(session: Session) -> None:
    """Seal every stored key with a new master key, and forget the old one."""
    with session.client() as client:
        answer = client.call("POST", f"{_PATH}/rotate-master-key")
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(f"Sealed anew: {answer['sealed']}. Backups made before need the old master key.")


@providers.command()
@click.argument("name")
@command_options
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove NAME and forget its key."""
    with session.client() as client:
        provider = find(client, name)
        client.call("DELETE", f"{_PATH}/{segment(provider['id'])}")
    if session.output.as_json:
        session.output.json({"removed": provider["id"]})
    session.output.note(f"Removed {provider['name']}.")


@providers.command()
@click.option("--add", "add_found", is_flag=True, help="Add those that are found.")
@command_options
@pass_session
def detect(session: Session, *, add_found: bool) -> None:
    """Look for model servers on this machine (Ollama, LM Studio, llama.cpp, vLLM …)."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("POST", f"{_PATH}/detect", {"add": add_found})["items"]
    columns: list[Column] = [
        ("kind", "kind"),
        ("base_url", "address"),
        ("models", "models"),
        ("added", "added"),
    ]
    session.output.rows(items, columns, empty="No model server was found on this machine.")
