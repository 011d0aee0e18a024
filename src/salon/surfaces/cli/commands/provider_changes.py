"""``salon providers set``: what is declared of a provider, changed."""

from typing import Any, Final, cast

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.commands.provider_words import PATH, find, pair, read_key
from salon.surfaces.cli.session import Session, command_options, pass_session

_LIMITS: Final = {"rpm": "requests_per_minute", "tpm": "tokens_per_minute", "concurrency": "concurrency"}


@click.command("set")
@click.argument("name")
@click.option("--base-url", help="Address; empty for the one its kind has.")
@click.option(
    "--api-key-env", metavar="VARIABLE", help="Its key for the new address, read from this variable, now."
)
@click.option("--label", help="Name shown to people; empty for its kind's.")
@click.option(
    "--model", "models", multiple=True, help="A model it has, besides those it lists; empty for none."
)
@click.option("--allow-private/--no-allow-private", default=None,
              help="Whether the address may be on a private network or this machine.")  # fmt: skip
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE",
              help="What its kind asks for besides; an empty value takes it away, others stay.")  # fmt: skip
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE",
              help="Sent with every request to it; an empty value takes it away, others stay.")  # fmt: skip
@click.option("--region", help="Where it works on requests, like eu or us-east-1; empty takes it away.")
@click.option(
    "--promise", "promises", multiple=True, help="What it promises, like no-training; empty for nothing."
)
@click.option("--rpm", type=click.IntRange(0), help="Requests per minute sent to it at most; 0 for no limit.")
@click.option("--tpm", type=click.IntRange(0), help="Tokens per minute; 0 for no limit.")
@click.option("--concurrency", type=click.IntRange(0), help="Requests at once; 0 for no limit.")
@click.option("--batches/--no-batches", default=None, help="Whether it may be handed whole batches.")
@command_options
@pass_session
def change(
    session: Session,
    name: str,
    *,
    api_key_env: str | None,
    options: tuple[str, ...],
    headers: tuple[str, ...],
    **given: Any,
) -> None:
    """Change where NAME is, what it has and promises, and what it is sent at most; the rest stays."""
    body = _changes(given)
    if api_key_env is not None:
        body["api_key"] = read_key(api_key_env)
    if not (body or options or headers):
        raise click.UsageError("Nothing is to be set. Name an option, such as --rpm 60.")
    with session.client() as client:
        provider = find(client, name)
        for field, pairs in (("options", options), ("headers", headers)):
            if pairs:
                all_of_it = provider[field] | dict(pair(one) for one in pairs)
                body[field] = {key: value for key, value in all_of_it.items() if value}
        changed = client.call("PATCH", f"{PATH}/{segment(provider['id'])}", body)
    if session.output.as_json:
        session.output.json(changed)
    session.output.note(f"{provider['name']} is changed.")


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as the API takes it; 0 is no limit, an empty word among many is none."""
    body: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == ():
            continue
        if isinstance(value, tuple):
            body[name] = [one for one in cast("tuple[str, ...]", value) if one]
        else:
            body[_LIMITS.get(name, name)] = (value or None) if name in _LIMITS else value
    return body
