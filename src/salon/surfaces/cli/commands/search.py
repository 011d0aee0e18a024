"""``salon search``: messages by their words."""

from typing import Any

import click

from salon.surfaces.cli.output import Column, when
from salon.surfaces.cli.session import Session, command_options, pass_session

_ROLES = ("system", "developer", "user", "assistant", "tool")
_COLUMNS: tuple[Column, ...] = (
    ("at", "time"),
    ("title", "conversation"),
    ("who", "by"),
    ("snippet", "message"),
    ("message_id", "id"),
)


@click.command()
@click.argument("words", nargs=-1)
@click.option("--in", "conversation", multiple=True, metavar="CONVERSATION", help="In this conversation.")
@click.option("--branch", metavar="BRANCH", help="On the path of this branch.")
@click.option("--folder", multiple=True, metavar="FOLDER", help="In this folder or below.")
@click.option("--tag", multiple=True, metavar="TAG", help="In conversations with this tag.")
@click.option("--model", multiple=True, metavar="MODEL", help="Answers of this model.")
@click.option("--author", multiple=True, metavar="AUTHOR", help="Said by this person or persona.")
@click.option("--role", multiple=True, type=click.Choice(_ROLES), help="Said in this role.")
@click.option("--after", type=click.DateTime(["%Y-%m-%d"]), help="Since this day (UTC).")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="Before this day (UTC).")
@click.option("--has-file", is_flag=True, help="Only with a file.")
@click.option("--titles", is_flag=True, help="Look for conversations by the words of their titles.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def search(session: Session, words: tuple[str, ...], *, titles: bool, **options: Any) -> None:
    """Look for WORDS in what was said: "a phrase", -without, beginning*, tag:work, role:user."""
    typed = " ".join(words)
    if titles:
        _titles(session, typed, limit=options["limit"])
        return
    answer = _ask(session, typed, options)
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [
        {
            **one,
            "at": when(one["created_at_ms"], is_short=session.output.is_terminal),
            "who": one["author"].get("display_name") or one["author"].get("id") or one["role"],
        }
        for one in answer["items"]
    ]
    session.output.rows(
        rows, _COLUMNS, empty="Nothing was found.", spare=["id", "by", "time"], cut=["conversation", "by"]
    )
    _tell(session, answer)


def _ask(session: Session, typed: str, options: dict[str, Any]) -> Any:
    query = {name: value for name, value in options.items() if name not in {"after", "before"}}
    for name in ("after", "before"):
        if options[name] is not None:
            from datetime import UTC  # noqa: PLC0415 - only with a day

            query[f"{name}_ms"] = int(options[name].replace(tzinfo=UTC).timestamp() * 1000)
    query["has_file"] = "true" if options["has_file"] else None
    with session.client() as client:
        return client.call("GET", "/salon/v1/search", query={"q": typed, **query})


def _tell(session: Session, answer: Any) -> None:
    if answer["frequent"]:
        named = ", ".join(f"“{word}”" for word in answer["frequent"])
        session.output.note(f"Newest first: {named} is in very many messages.")
    if answer["waiting"]:
        session.output.note(f"{answer['waiting']} messages cannot be found yet; they are being indexed.")
    if answer["next"]:
        session.output.note(f"There are more: --cursor {answer['next']}")


def _titles(session: Session, typed: str, *, limit: int) -> None:
    with session.client() as client:
        answer = client.call("GET", "/salon/v1/search/titles", query={"q": typed, "limit": limit})
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [{**one, "at": when(one["changed_at_ms"])} for one in answer["items"]]
    columns: list[Column] = [("at", "changed"), ("title", "conversation"), ("conversation_id", "id")]
    session.output.rows(rows, columns, empty="No title fits.", cut=["conversation"])
