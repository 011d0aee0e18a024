"""The tree of commands. A command's module is imported when it is run, so the rest costs nothing."""

import importlib
from collections.abc import Mapping

import click

from salon.foundation.kit.version import __version__
from salon.surfaces.cli.exits import EPILOG
from salon.surfaces.cli.ports import Backstage, Place
from salon.surfaces.cli.session import NamingGroup, Session

_PACKAGE = "salon.surfaces.cli.commands"

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("serve:serve", "Run Salon: the page, the gateway, the management API."),
    "chat": ("talk:chat", "Talk with a model in the terminal."),
    "ask": ("talk:ask", "Ask one question; reads standard input too."),
    "embed": ("embed:embed", "Print texts as vectors."),
    "image": ("media:image", "Make a picture."),
    "speak": ("media:speak", "Speak a text into a file."),
    "transcribe": ("media:transcribe", "Print what is said in a recording."),
    "models": ("models:models", "List the models that can be asked."),
    "providers": ("providers:providers", "List, add, test, change and remove providers; set their keys."),
    "route": ("route:route", "Set aliases and constraints; explain where a request goes."),
    "prices": ("prices:prices", "List, set and remove prices of models."),
    "keys": ("keys:keys", "Make and revoke API keys."),
    "usage": ("usage:usage", "Show tokens and cost."),
    "requests": ("requests:requests", "List recent requests, and show one."),
    "payloads": ("payloads:payloads", "Keep requests and answers word for word; search, show, replay them."),
    "files": ("files:files", "Keep files that requests to any model can refer to."),
    "batches": ("batches:batches", "Look at batches of requests and stop them."),
    "conversations": (
        "conversations:conversations",
        "Talk in conversations; read, sort, delete them.",
    ),
    "folders": ("sorting:folders", "List, make, change and remove folders of conversations."),
    "tags": ("sorting:tags", "List, rename and remove tags of conversations."),
    "templates": ("templates:templates", "List, make, change, use and remove templates of conversations."),
    "search": ("search:search", "Look for messages by their words."),
    "export": ("export:export", "Write conversations to a file: JSON, JSON Lines, Markdown or HTML."),
    "import": ("imports:bring_in", "Import an export of ChatGPT, Claude, Open WebUI and others."),
    "imports": ("imports:imports", "Look at imports, read their reports and stop them."),
    "share": ("share:share", "Share a conversation under an address that nobody guesses."),
    "shares": ("share:shares", "List, renew and revoke what is shared."),
    "prompts": ("prompts:prompts", "List saved prompts, show one, fill one in."),
    "bench": ("bench:bench", "Measure latency and throughput of a model."),
    "status": ("doctor:status", "Show what runs."),
    "doctor": ("doctor:doctor", "Look for problems and say how to fix them."),
    "config": ("config:config", "Explain, list and check settings."),
    "db": ("db:db", "Back up, restore, check, migrate and reindex the database."),
    "open": ("door:open_page", "Open the page in a browser, signed in."),
    "login-link": ("door:login_link", "Print a one-time address that signs a browser in."),
    "fake-provider": ("fake:fake_provider", "Run a provider that answers from recordings, with faults."),
}
"""Name to (module:attribute, short help); the help of ``salon`` is printed without importing any."""


class LazyGroup(NamingGroup):
    """A group that knows its commands by name only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry[0].partition(":")
        command = getattr(importlib.import_module(f"{_PACKAGE}.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _pairs(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        key, sign, text = value.partition("=")
        if not sign:
            raise click.BadParameter(f"write it like section.key=value, not “{value}”")
        pairs[key.strip()] = text
    return pairs


def build(backstage: Backstage) -> click.Group:
    """Return the root command, bound to the house."""

    @click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, prog_name="salon", message="%(prog)s %(version)s")
    @click.option("--data-dir", metavar="DIR", help="Data directory (SALON_DATA_DIR).")
    @click.option("--config", metavar="FILE", help="Settings file (SALON_CONFIG).")
    @click.option(
        "--set", "pairs", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="Override a setting."
    )
    @click.option("--url", envvar="SALON_BASE_URL", metavar="URL", help="Use the Salon at this address.")
    @click.option(
        "--api-key", envvar="SALON_API_KEY", metavar="KEY", help="With this key (better: SALON_API_KEY)."
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    @click.pass_context
    def root(
        context: click.Context,
        *,
        data_dir: str | None,
        config: str | None,
        pairs: dict[str, str],
        url: str | None,
        api_key: str | None,
        as_json: bool,
    ) -> None:
        """Salon: one self-hosted house for everything people do with language models."""
        place = Place(data_dir=data_dir, config=config, options=pairs)
        context.obj = Session(backstage, place=place, url=url, api_key=api_key, as_json=as_json)

    return root
