"""``salon prices``: what models cost, where the price tables do not know it."""

from typing import Any, Final
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
    ("more", "besides"),
    ("currency", "currency"),
    ("starts", "from"),
    ("ends", "until"),
    ("source", "written in"),
]
_RATES: Final = {
    "cached": "A million tokens read from a cache.",
    "cache-write": "A million tokens written to a cache for five minutes.",
    "cache-write-1h": "A million tokens written to a cache for an hour.",
    "reasoning": "A million reasoning tokens.",
    "audio-input": "A million audio tokens in.",
    "audio-cached": "A million audio tokens read from a cache.",
    "audio-output": "A million audio tokens out.",
    "image-input": "A million image tokens in.",
    "image-cached": "A million image tokens read from a cache.",
    "image-output": "A million image tokens out.",
    "request": "One request.",
    "image": "One picture made.",
    "megapixel": "A million pixels of a picture made.",
    "characters": "A million characters spoken.",
    "minute": "One minute of a recording listened to.",
    "search": "One search by the provider's own tool.",
}


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@command_options
def prices(context: click.Context) -> None:
    """List, set and remove prices of models; they go before those of the price tables."""
    if context.invoked_subcommand is None:
        context.invoke(list_prices)


@prices.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also those that are no longer in force.")
@command_options
@pass_session
def list_prices(session: Session, *, is_all: bool = False) -> None:
    """List the prices that were written by hand."""
    with session.client() as client:
        items: list[dict[str, Any]] = client.call("GET", _PATH)["items"]
    rows = [{**one, "more": _more(one)} for one in items if is_all or not one["is_past"]]
    if session.output.as_json:
        session.output.json([{name: value for name, value in row.items() if name != "more"} for row in rows])
        return
    session.output.rows(
        rows, _COLUMNS, empty="No price was written by hand.", spare=["until", "besides", "cache write / 1M"]
    )


def _more(row: dict[str, Any]) -> str | None:
    """Return the names of what has a price of its own beside what the columns show."""
    shown = {name for name, _ in _COLUMNS} | {"images", "tiers", "services", "version", "is_past"}
    words = [name for name, value in row.items() if value is not None and name not in shown]
    words += [" ".join(filter(None, (one["size"], one["quality"]))) for one in row["images"]]
    words += [f"above {tier['above']}" for tier in row["tiers"]]
    words += dict.fromkeys(service["name"] for service in row["services"])
    return ", ".join(words) or None


def _rate_options(command: Any) -> Any:
    for name, text in reversed(_RATES.items()):
        command = click.option(f"--{name}", default="", metavar="AMOUNT", help=text)(command)
    return command


@prices.command("set")
@click.argument("model")
@click.option("--input", "input_price", metavar="AMOUNT", help="A million input tokens.")
@click.option("--output", "output_price", metavar="AMOUNT", help="A million output tokens.")
@click.option("--free", is_flag=True, help="It costs nothing, like a model on your own machine.")
@_rate_options
@click.option(
    "--picture", "pictures", multiple=True, metavar="size=SIZE,quality=WORD,image=AMOUNT",
    help="A picture of one size, quality or both, like size=1792x1024,quality=hd,image=0.12.",
)  # fmt: skip
@click.option(
    "--tier", "tiers", multiple=True, metavar="ABOVE:RATE=AMOUNT,…",
    help="Rates above so many input tokens, like 200000:input=2.5,output=15.",
)  # fmt: skip
@click.option(
    "--service", "services", multiple=True, metavar="NAME=FACTOR|NAME:RATE=AMOUNT,…",
    help="A service tier, like batch=0.5 or priority:input=5,output=20.",
)  # fmt: skip
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="ISO 4217 code.")
@click.option("--from", "starts", default="", metavar="DATE", help="From a day on (UTC); now, if left out.")
@click.option("--until", "ends", default="", metavar="DATE", help="Until before a day (UTC).")
@command_options
@pass_session
def set_price(
    session: Session,
    model: str,
    *,
    input_price: str | None,
    output_price: str | None,
    free: bool,
    pictures: tuple[str, ...],
    tiers: tuple[str, ...],
    services: tuple[str, ...],
    **named: str,
) -> None:
    """Say what MODEL costs: provider/model, provider/* for all of its models, or an alias."""
    if free and (input_price or output_price):
        raise click.UsageError("--free and an amount cannot both be meant.")
    if not free and not (input_price and output_price):
        raise click.UsageError("Say --input and --output, amounts per million tokens; or --free.")
    body = {
        "input": input_price or "0",
        "output": output_price or "0",
        **named,
        "images": [_read_rates(text, text) for text in pictures],
        "tiers": [_read_tier(text) for text in tiers],
        "services": [_read_service(text) for text in services],
    }
    with session.client() as client:
        row = client.call("PUT", f"{_PATH}/{quote(model)}", body)
    if session.output.as_json:
        session.output.json(row)
    session.output.note(f"{row['model']} has a price (version “{row['version']}”).")


def _read_tier(text: str) -> dict[str, Any]:
    above, colon, rates = text.partition(":")
    if not colon or not above.isascii() or not above.isdigit():
        raise click.UsageError(f"“{text}” is no tier. Write it like 200000:input=2.5,output=15.")
    return {"above": int(above), **_read_rates(rates, text)}


def _read_service(text: str) -> dict[str, Any]:
    name, colon, rates = text.partition(":")
    if colon:
        return {"name": name, **_read_rates(rates, text)}
    name, equals, factor = text.partition("=")
    if not equals:
        raise click.UsageError(f"“{text}” is no service tier. Write batch=0.5 or priority:input=5,output=20.")
    return {"name": name, "factor": factor}


def _read_rates(rates: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in rates.split(","):
        name, equals, amount = one.partition("=")
        if not equals:
            raise click.UsageError(f"“{one}” in “{text}” is no rate. Write it like input=2.5.")
        found[name.strip().replace("-", "_")] = amount.strip()
    return found


@prices.command()
@click.argument("model")
@click.option("--from", "starts", metavar="DATE", help="Only the price that begins then.")
@command_options
@pass_session
def remove(session: Session, model: str, *, starts: str | None) -> None:
    """Go back to what the price tables say of MODEL."""
    with session.client() as client:
        client.call("DELETE", f"{_PATH}/{quote(model)}", query={"starts": starts})
    if session.output.as_json:
        session.output.json({"removed": model})
    session.output.note(f"{model} has no price written by hand any more.")
