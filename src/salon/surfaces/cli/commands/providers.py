"""``salon providers``: who answers."""

from typing import Any

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.commands.provider_changes import change
from salon.surfaces.cli.commands.provider_words import PATH, find, kind_of, pair, read_key
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import CommandGroup, Session, command_options, pass_session

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


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def providers(context: click.Context) -> None:
    """List, add, test, change and remove providers, and set their keys."""
    if context.invoked_subcommand is None:
        context.invoke(list_providers)


providers.add_command(change)


@providers.command("list")
@command_options
@pass_session
def list_providers(session: Session) -> None:
    """List the providers and how they are."""
    with session.client() as client:
        items = client.call("GET", PATH)["items"]
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
    given = dict(pair(option) for option in options)
    sent = dict(pair(header) for header in headers)
    with session.client() as client:
        known = kind_of(client, kind)
    api_key = None if no_key else read_key(api_key_env, known)
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
            "POST", PATH, {key: value for key, value in body.items() if value not in (None, [], {})}
        )
        session.output.note(f"Added {made['name']} ({made['id']}).")
        if no_test:
            if session.output.as_json:
                session.output.json(made)
            return 0
        return _test(session, client, made)


def _test(session: Session, client: ApiClient, provider: dict[str, Any]) -> int:
    result = client.call("POST", f"{PATH}/{segment(provider['id'])}/test", timeout_s=180)
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
    """Ask NAME a real one-token streamed question, and for a tool call; or for what its models do."""
    with session.client() as client:
        return _test(session, client, find(client, name))


def _switch(session: Session, name: str, verb: str) -> None:
    with session.client() as client:
        provider = find(client, name)
        result = client.call("POST", f"{PATH}/{segment(provider['id'])}/{verb}")
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


@providers.command("set-key")
@click.argument("name")
@click.option("--api-key-env", metavar="VARIABLE", help="Read the key from this environment variable, now.")
@click.option("--no-test", is_flag=True, help="Do not ask it anything.")
@command_options
@pass_session
def set_key(session: Session, name: str, *, api_key_env: str | None, no_test: bool) -> int:
    """Give NAME another key. It is asked for, or read from standard input, never an argument."""
    api_key = read_key(api_key_env)
    if api_key is None:
        raise click.UsageError("There is no key. Type it, or pipe it in.")
    with session.client() as client:
        provider = find(client, name)
        changed = client.call("PUT", f"{PATH}/{segment(provider['id'])}/key", {"api_key": api_key})
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
        answer = client.call("POST", f"{PATH}/rotate-master-key")
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
        client.call("DELETE", f"{PATH}/{segment(provider['id'])}")
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
        items: list[dict[str, Any]] = client.call("POST", f"{PATH}/detect", {"add": add_found})["items"]
    columns: list[Column] = [
        ("kind", "kind"),
        ("base_url", "address"),
        ("models", "models"),
        ("added", "added"),
    ]
    session.output.rows(items, columns, empty="No model server was found on this machine.")
