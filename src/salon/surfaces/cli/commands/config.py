"""``salon config``: what is set, where it came from, and whether it can be used."""

import click

from salon.surfaces.cli.exits import Exit
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import CommandGroup, Session, command_options, pass_session

_LIST: list[Column] = [("key", "setting"), ("value", "value"), ("origin", "from")]
_ONE: list[Column] = [
    ("key", "setting"),
    ("value", "value"),
    ("origin", "from"),
    ("default", "default"),
    ("doc", "meaning"),
    ("expects", "accepts"),
    ("unit", "unit"),
    ("reload", "a change"),
    ("set_in_environment", "environment"),
]


@click.group(cls=CommandGroup)
def config() -> None:
    """Explain, list and check settings."""


@config.command()
@click.argument("key")
@command_options
@pass_session
def explain(session: Session, key: str) -> None:
    """Say what KEY is set to, where that came from, what it means and how to set it."""
    answer = session.backstage.explain(session.place, key)
    session.output.fields(answer, _ONE)
    if not session.output.as_json:
        session.output.line(f"\nIn {session.backstage.config_path(session.place)}:\n")
        session.output.line(str(answer["set_in_file"]))


@config.command("list")
@click.option("--changed", is_flag=True, help="Only what differs from the default.")
@command_options
@pass_session
def list_settings(session: Session, *, changed: bool) -> None:
    """List every setting, its value and where it came from."""
    rows = [
        one for one in session.backstage.settings(session.place) if not changed or one["origin"] != "default"
    ]
    session.output.rows(rows, _LIST, empty="Everything is at its default.")


@config.command()
@command_options
@pass_session
def check(session: Session) -> int:
    """Check the settings; say what is wrong, one sentence each."""
    problems = session.backstage.config_problems(session.place)
    doubts = session.backstage.config_doubts(session.place)
    if session.output.as_json:
        session.output.json({"ok": not problems, "problems": list(problems), "doubts": list(doubts)})
    else:
        for sentence in (*problems, *doubts):
            session.output.sentence(sentence)
        if not problems:
            words = "Salon starts with these settings; what is named above is not used." if doubts else None
            session.output.note(words or "The settings can be used.")
    return Exit.CONFIG if problems else Exit.OK


@config.command()
@pass_session
def path(session: Session) -> None:
    """Print the settings file that is read."""
    session.output.line(session.backstage.config_path(session.place))


@config.command()
@pass_session
def reference(session: Session) -> None:
    """Print the reference of all settings as Markdown."""
    session.output.line(session.backstage.reference())
