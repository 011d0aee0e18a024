"""``salon prices``: what models cost, where the price tables do not know it."""

from typing import Any
from urllib.parse import quote

import click

from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import CommandGroup, Session, command_options, pass_session

_PATH = "/salon/v1/prices"
_COLUMNS: list[Column] = [
    ("model", "model"),
    ("input", "in / 1M"),
    ("output", "out / 1M"),
    ("cached", "cached / 1M"),
    ("cache_write", "cache write / 1M"),
    ("currency", "currency"),
    ("source", "from"),
]


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def prices(context: click.Context) -> None:
    """List, set and remove prices of models; they go before those of the price tables."""
    if context.invoked_subcommand is None:
        context.invoke(list_prices)


@prices.command("list")
@command_options
@pass_session
def list_prices(session: Session) -> None:
    """List the prices that were written by hand."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _PATH)["items"]
    session.output.rows(items, _COLUMNS, empty="No price was written by hand.")


@prices.command("set")
@click.argument("model")
@click.option("--input", "input_price", required=True, metavar="AMOUNT", help="A million input tokens.")
@click.option("--output", "output_price", required=True, metavar="AMOUNT", help="A million output tokens.")
@click.option("--cached", default="", metavar="AMOUNT", help="A million tokens read from a cache.")
@click.option("--cache-write", default="", metavar="AMOUNT", help="A million tokens written to a cache.")
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="ISO 4217 code.")
@command_options
@pass_session
def set_price(
    session: Session,
    model: str,
    *,
    input_price: str,
    output_price: str,
    cached: str,
    cache_write: str,
    currency: str,
) -> None:
    """Say what a million tokens of MODEL (provider/model) cost, from now on."""
    body = {
        "input": input_price,
        "output": output_price,
        "cached": cached,
        "cache_write": cache_write,
        "currency": currency,
    }
    with session.client() as client:
        row = client.call("PUT", f"{_PATH}/{quote(model)}", body)
    if session.output.as_json:
        session.output.json(row)
    session.output.note(f"{row['model']} has a price.")


@prices.command()
@click.argument("model")
@command_options
@pass_session
def remove(session: Session, model: str) -> None:
    """Go back to what the price tables say of MODEL."""
    with session.client() as client:
        client.call("DELETE", f"{_PATH}/{quote(model)}")
    if session.output.as_json:
        session.output.json({"removed": model})
    session.output.note(f"{model} has no price written by hand any more.")
