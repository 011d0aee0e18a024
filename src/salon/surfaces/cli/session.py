"""What every command gets: which Salon, how to speak, and the house behind the port."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import click

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import UnreachableError
from salon.surfaces.cli.output import Output
from salon.surfaces.cli.ports import Address, Backstage, Place

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One run of the command line."""

    def __init__(
        self, backstage: Backstage, *, place: Place, url: str | None, api_key: str | None, as_json: bool
    ) -> None:
        self.backstage = backstage
        self.place = place
        self.url = url
        self.api_key = api_key
        self.output = Output(as_json=as_json)

    @contextmanager
    def client(self) -> Generator[ApiClient]:
        """Reach a Salon: the named address, else the data directory's owner, else one just for this."""
        if self.url is not None:
            yield ApiClient(Address(url=self.url, api_key=self.api_key))
            return
        with self.backstage.reach(self.place) as address:
            yield ApiClient(address)

    @contextmanager
    def running_client(self) -> Generator[ApiClient]:
        """Reach a Salon that goes on after this command. Raises: UnreachableError when there is none."""
        if self.url is None and self.backstage.running(self.place) is None:
            raise UnreachableError(
                problem="No Salon runs on this data directory.", fix="Start one with “salon serve”."
            )
        with self.client() as client:
            yield client


def nearest(name: str, known: Iterable[str]) -> str:
    """Return what to try instead of a name that is not known: the nearest one, or all of them."""
    import difflib  # noqa: PLC0415 - only for a typing error

    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean “{near[0]}”?" if near else f" There are: {', '.join(names)}."


class NamingGroup(click.Group):
    """A group that names the nearest command when there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        name, names = args[0] if args else "", self.list_commands(ctx)
        if name and name not in names and not name.startswith("-"):
            ctx.fail(f"There is no command “{name}”.{nearest(name, names)}")
        return super().resolve_command(ctx, args)


class CommandGroup(NamingGroup):
    """A group whose help shows the whole first sentence of each command, over several lines if need be."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(_WHOLE)) for name, one in commands if one and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class ListingGroup(CommandGroup):
    """A group that lists its things when no command is named: ``salon requests --limit 5`` is ``… list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` before options that name no command."""
        named = {"-h", "--help", *self.commands}
        if not args or (args[0].startswith("-") and named.isdisjoint(args)):
            args = ["list", *args]
        return super().parse_args(ctx, args)


_WHOLE = 1000
"""Longer than any first sentence."""


def _set_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        cast("Session", context.find_root().obj).output.as_json = True


def command_options(function: F) -> F:
    """Give a command ``--json``."""
    option = click.option(
        "--json", is_flag=True, expose_value=False, callback=_set_json, help="Answer in JSON."
    )
    return option(function)


pass_session = click.make_pass_decorator(Session)
