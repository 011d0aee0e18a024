"""What the commands about providers share: finding one, its kind, pairs, and reading a key."""

import os
import sys
from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.session import nearest

PATH: Final = "/salon/v1/providers"


def find(client: ApiClient, name: str) -> dict[str, Any]:
    """Return the provider with that name or id. Raises: ServedError naming those there are."""
    items: list[dict[str, Any]] = client.call("GET", PATH)["items"]
    for item in items:
        if name in (item["id"], item["name"]):
            return item
    known = ", ".join(str(item["name"]) for item in items) or "none"
    message = f"There is no provider “{name}”. There are: {known}."
    raise ServedError(status=404, code="not_found", message=message)


def pair(text: str) -> tuple[str, str]:
    """Return a name and its value. Raises: click.UsageError."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"“{text}” is no option. Write it as NAME=VALUE, like region=eu-central-1.")
    return name, value


def kind_of(client: ApiClient, name: str | None) -> dict[str, Any]:
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


def read_key(variable: str | None, kind: dict[str, Any] | None = None) -> str | None:
    """Return a key from a variable, a person or standard input. Raises: click.UsageError."""
    if variable:
        value = os.environ.get(variable)
        if not value:
            raise click.UsageError(f"The environment variable {variable} is not set.")
        return value
    if sys.stdin.isatty():
        return click.prompt(_key_prompt(kind), hide_input=True, default="", show_default=False) or None
    return sys.stdin.read().strip() or None
