"""What commands that have something answered share: who answers, how, and what is said."""

import contextlib
import sys
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import click

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.commands.conversations.common import Json
from salon.surfaces.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])


def answer_options(function: F) -> F:
    """Give a command options about who answers, and whether it waits for that."""
    for option in reversed((
        click.option("-m", "--model", "models", multiple=True, metavar="MODEL",
                     help="Who answers; several answer side by side. Else the conversation's own."),
        click.option("-s", "--system", metavar="TEXT", help="System prompt of these answers."),
        click.option("-t", "--temperature", type=float, help="0 is steady, higher is freer."),
        click.option("--max-tokens", type=click.IntRange(1), help="Longest answer, in tokens."),
        click.option("--reasoning", is_flag=True, help="Show the model's reasoning too."),
        click.option("--no-wait", is_flag=True, help="Print the ids and leave; it is answered meanwhile."),
    )):  # fmt: skip
        function = option(function)
    return function


@contextlib.contextmanager
def reached(session: Session, chosen: Json) -> Generator[ApiClient]:
    """Reach a Salon; one that goes on after this command, if nobody waits for the answer."""
    with session.running_client() if chosen["no_wait"] else session.client() as client:
        yield client


def said(text: tuple[str, ...], *, has_files: bool = False) -> str:
    """Return what is said: standard input and words. Raises: click.UsageError for nothing at all."""
    piped = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    found = "\n\n".join(part for part in (piped, " ".join(text)) if part)
    if not found and not has_files:
        raise click.UsageError("Say something: as TEXT, on standard input, or with a file (-f).")
    return found


def parts(said: str, files: list[Json]) -> Json:
    """Return what is said as a body has it; files before the words about them."""
    if not files:
        return {"text": said}
    return {"parts": [*files, *([{"kind": "text", "text": said}] if said else [])]}


def answerers(chosen: Json, *, is_new: bool = False) -> Json:
    """Return who is to answer, and how; a new conversation has that in its own settings."""
    models: tuple[str, ...] = chosen["models"]
    if len(models) > 1:
        return {"models": list(models), "settings": {} if is_new else settings(chosen)}
    if is_new:
        return {}
    return {"model": models[0] if models else None, "settings": settings(chosen)}


def settings(chosen: Json) -> Json:
    """Return the settings that options make."""
    parameters = {"temperature": chosen["temperature"], "max_output_tokens": chosen["max_tokens"]}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    found: Json = {"parameters": parameters} if parameters else {}
    if chosen["system"] is not None:
        found["instructions"] = chosen["system"]
    return found
