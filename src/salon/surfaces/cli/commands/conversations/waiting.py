"""``salon conversations follow``, ``stop`` and ``queue``: answers under way, and what waits for them."""

from typing import Final

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.commands.conversations.common import Json, done, inner, one_path
from salon.surfaces.cli.commands.conversations.outcome import sent_of, shown
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import Session, command_options, pass_session
from salon.surfaces.cli.viewing import view_all

_QUEUE: Final[tuple[Column, ...]] = (
    ("status", "state"),
    ("text", "message"),
    ("why", "why"),
    ("id", "id"),
)


@click.command()
@click.argument("conversation")
@click.option("--reasoning", is_flag=True, help="Show the model's reasoning too.")
@command_options
@pass_session
def follow(session: Session, conversation: str, *, reasoning: bool) -> int:
    """Show the answers under way in CONVERSATION, from their beginning to their end."""
    with session.running_client() as client:
        turns = client.call("GET", f"{one_path(conversation)}/answers")["items"]
        if not turns:
            session.output.note("No answer is being made there.")
        return view_all(client, session.output, sent_of(client, turns), conversation, reasoning=reasoning)


@click.command()
@click.argument("wanted", metavar="CONVERSATION...", nargs=-1, required=True)
@command_options
@pass_session
def stop(session: Session, wanted: tuple[str, ...]) -> None:
    """Stop the answers under way in conversations; what they said so far is kept."""
    with session.running_client() as client:
        turns = [turn for one in wanted for turn in client.call("GET", f"{one_path(one)}/answers")["items"]]
        runs = [client.call("POST", f"/salon/v1/runs/{segment(turn['run_id'])}/stop") for turn in turns]
    done(session, runs, f"Stopped {len(runs)}." if runs else "No answer is being made there.")


@click.command()
@click.argument("conversation")
@click.option("--send", "now", metavar="ID", help="Send this now; the answer under way is stopped.")
@click.option("--drop", metavar="ID", help="Take this out, unsent.")
@command_options
@pass_session
def queue(session: Session, conversation: str, *, now: str | None, drop: str | None) -> int:
    """List what waits in CONVERSATION for the end of an answer; send or drop it."""
    if now and drop:
        raise click.UsageError("Say one of --send and --drop.")
    with session.client() as client:
        if now is not None:
            sent = client.call("POST", f"/salon/v1/queue/{segment(now)}/send", {})
            return shown(session, client, sent, conversation, {"reasoning": False, "no_wait": False})
        if drop is not None:
            answer = client.call("DELETE", f"/salon/v1/queue/{segment(drop)}")
            done(session, answer, "Dropped.")
            return 0
        waiting = client.call("GET", f"{one_path(conversation)}/queue")
    rows = [
        {**one, "text": _draft_words(one["draft"]), "why": inner(one["problem"]).get("message")}
        for one in waiting["items"]
    ]
    if session.output.as_json:
        session.output.json(waiting)
    else:
        session.output.rows(
            rows, _QUEUE, empty="Nothing waits there.", spare=["why", "state"], cut=["message"]
        )
    return 0


def _draft_words(draft: Json) -> str:
    return " ".join(part.get("text") or f"[{part.get('name') or part['kind']}]" for part in draft["parts"])


COMMANDS: Final = (follow, stop, queue)
