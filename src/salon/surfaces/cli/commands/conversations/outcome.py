"""What became of something said: answers to view, ids to print, or a place in the queue."""

import time
from typing import Final

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.commands.conversations.common import Json, inner, one_path
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import Session
from salon.surfaces.cli.viewing import view_all

_LOOK_S: Final = 0.3
_IDS: Final[tuple[Column, ...]] = (
    ("conversation_id", "conversation"),
    ("said", "message"),
    ("run_id", "run"),
    ("message_id", "answer"),
    ("model", "model"),
)


def shown(session: Session, client: ApiClient, sent: Json, conversation: str, chosen: Json) -> int:
    """Show what became of something said, to its end unless nobody waits; return the exit code."""
    if not chosen["no_wait"] and sent["queued"] is not None:
        session.output.note("Another answer is being made there; this waits for its end.")
        sent = {**sent, **sent_of(client, turns_of(client, sent["queued"]))}
    if chosen["no_wait"] or not sent["answers"]:
        _print_ids(session, sent, conversation)
        return 0
    return view_all(client, session.output, sent, conversation, reasoning=chosen["reasoning"])


def _print_ids(session: Session, sent: Json, conversation: str) -> None:
    if session.output.as_json:
        session.output.json({"conversation_id": conversation, **sent})
        return
    said = sent["message"]["id"] if sent["message"] else inner(sent["queued"]).get("message_id")
    own = {"conversation_id": conversation, "said": said}
    rows = [{**own, **one} for one in sent["answers"]] or [own]
    columns = [column for column in _IDS if any(row.get(column[0]) for row in rows)]
    if not session.output.is_terminal:
        columns = list(_IDS)
    session.output.rows(rows, columns, empty="", spare=["model"])
    if sent["queued"] is not None:
        session.output.note(f"It waits in the queue as {sent['queued']['id']}.")


def turns_of(client: ApiClient, queued: Json) -> list[Json]:
    """Wait until something in the queue is sent, and return its answers. Raises: ServedError if held."""
    path = one_path(queued["conversation_id"])
    while True:
        waiting = client.call("GET", f"{path}/queue")["items"]
        own = next((one for one in waiting if one["id"] == queued["id"]), None)
        if own is None:
            break
        if own["status"] == "held":
            why = inner(own["problem"]).get("message", "")
            hint = f"Send it with “salon conversations queue {queued['conversation_id']} --send {own['id']}”."
            raise ServedError(status=409, code="held", message=f"It is held in the queue. {why} {hint}")
        time.sleep(_LOOK_S)
    children = client.call("GET", f"{path}/messages/{segment(queued['message_id'])}/children")["items"]
    ended = [
        {"run_id": one["run_id"], "message_id": one["id"], "parent_id": one["parent_id"]}
        for one in children
        if one["run_id"]
    ]
    under_way = client.call("GET", f"{path}/answers")["items"]
    known = {one["run_id"] for one in ended}
    return ended + [
        one for one in under_way if one["parent_id"] == queued["message_id"] and one["run_id"] not in known
    ]


def sent_of(client: ApiClient, turns: list[Json]) -> Json:
    """Return answers under way as if they had begun just now."""
    answers = [
        {"run_id": one["run_id"], "message_id": one["message_id"], "model": _model_of(client, one["run_id"])}
        for one in turns
    ]
    return {"message": None, "answers": answers, "queued": None}


def _model_of(client: ApiClient, run_id: str) -> str:
    return str(client.call("GET", f"/salon/v1/runs/{segment(run_id)}")["data"].get("model", ""))
