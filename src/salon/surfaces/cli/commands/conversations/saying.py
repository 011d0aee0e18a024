"""``salon conversations send``, ``edit``, ``regenerate``, ``continue``, ``bridge`` and ``what-if``."""

from typing import Any, Final

import click

from salon.surfaces.cli.attaching import attached
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.commands.conversations.asking import (
    answer_options,
    answerers,
    parts,
    reached,
    said,
    settings,
)
from salon.surfaces.cli.commands.conversations.common import (
    BRANCH,
    PATH,
    TEMPORARY,
    Json,
    asked_branch,
    head_of,
    one_path,
)
from salon.surfaces.cli.commands.conversations.outcome import shown
from salon.surfaces.cli.default_model import default_model
from salon.surfaces.cli.session import Session, command_options, pass_session

_NEW: Final = "new"


@click.command()
@click.argument("conversation")
@click.argument("text", nargs=-1)
@BRANCH
@click.option("--after", metavar="MESSAGE", help="Say it below this message.")
@click.option("-f", "--file", "files", multiple=True, metavar="PATH", help="Attach a file, by path or id.")
@click.option("--as", "way", type=click.Choice(["file", "text", "image"]), help="How files go to the model.")
@click.option("--title", help="Title of a new conversation.")
@TEMPORARY
@click.option("--no-answer", is_flag=True, help="Have nobody answer.")
@answer_options
@command_options
@pass_session
def send(session: Session, conversation: str, text: tuple[str, ...], **chosen: Any) -> int:
    """Say TEXT in CONVERSATION (or in a “new” one), and show the answer as it is made.

    Words on standard input come before it. Ctrl-C stops the answer; what was said of it is kept.
    """
    is_new = conversation == _NEW
    if chosen["title"] and not is_new:
        raise click.UsageError("--title is for a new conversation. Use “salon conversations rename”.")
    if chosen["temporary"] and not is_new:
        raise click.UsageError("--temporary is for a new conversation.")
    if is_new and (chosen["branch"] or chosen["after"]):
        raise click.UsageError("A new conversation has no branches and messages yet.")
    words = said(text, has_files=bool(chosen["files"]))
    with reached(session, chosen) as client:
        if is_new:
            conversation = _made(client, chosen)
            session.output.note(f"The conversation is {conversation}.")
        with attached(client, chosen["files"], way=chosen["way"]) as files:
            body = {
                **parts(words, files),
                **answerers(chosen, is_new=is_new),
                "branch_id": asked_branch(client, conversation, chosen["branch"]),
                "parent_id": chosen["after"],
                "answer": not chosen["no_answer"],
            }
            sent = client.call("POST", f"{one_path(conversation)}/send", body)
        return shown(session, client, sent, conversation, chosen)


@click.command()
@click.argument("conversation")
@click.argument("message")
@click.argument("text", nargs=-1)
@BRANCH
@click.option("--name", metavar="BRANCH", help="Make a branch of this name for it.")
@click.option("--no-answer", is_flag=True, help="Have nobody answer.")
@answer_options
@command_options
@pass_session
def edit(session: Session, conversation: str, message: str, text: tuple[str, ...], **chosen: Any) -> int:
    """Say TEXT in place of MESSAGE, and show the answer; what was there stays beside it."""
    body = {**parts(said(text), []), **answerers(chosen), "answer": not chosen["no_answer"]}
    with reached(session, chosen) as client:
        body |= {"branch_id": asked_branch(client, conversation, chosen["branch"]), "name": chosen["name"]}
        sent = client.call("POST", f"/salon/v1/messages/{segment(message)}/edit-and-send", body)
        return shown(session, client, sent, conversation, chosen)


@click.command()
@click.argument("conversation")
@click.argument("message", required=False)
@BRANCH
@answer_options
@command_options
@pass_session
def regenerate(session: Session, conversation: str, message: str | None, **chosen: Any) -> int:
    """Have MESSAGE, or the last answer, made again; the one there was stays beside it."""
    return _again(session, conversation, message, chosen, act="regenerate")


@click.command("continue")
@click.argument("conversation")
@click.argument("message", required=False)
@BRANCH
@answer_options
@command_options
@pass_session
def go_on(session: Session, conversation: str, message: str | None, **chosen: Any) -> int:
    """Have MESSAGE, or the last answer, go on where it was ended early."""
    return _again(session, conversation, message, chosen, act="continue")


@click.command()
@click.argument("conversation")
@click.argument("branch")
@click.option("--into", metavar="BRANCH", help="Into this branch; else the one that opens first.")
@click.option("--words", metavar="TEXT", help="What the model is told, instead of the usual words.")
@answer_options
@command_options
@pass_session
def bridge(
    session: Session, conversation: str, branch: str, *, into: str | None, words: str | None, **chosen: Any
) -> int:
    """Have a model write the message that brings BRANCH into another one."""
    with reached(session, chosen) as client:
        body = {
            **answerers(chosen),
            "other_branch_id": asked_branch(client, conversation, branch),
            "branch_id": asked_branch(client, conversation, into),
            "words": words,
        }
        sent = client.call("POST", f"{one_path(conversation)}/bridge", body)
        return shown(session, client, sent, conversation, chosen)


@click.command("what-if")
@click.argument("conversation")
@click.argument("message")
@click.argument("text", nargs=-1)
@BRANCH
@click.option("--name", metavar="BRANCH", help="What the new branch is called.")
@answer_options
@command_options
@pass_session
def what_if(session: Session, conversation: str, message: str, text: tuple[str, ...], **chosen: Any) -> int:
    """Make a branch on which MESSAGE says TEXT, or the model is another, and say again what followed."""
    asked = answerers(chosen)
    if "models" in asked:
        raise click.UsageError("One model answers each message again. Name one.")
    with reached(session, chosen) as client:
        body = {
            **asked,
            "message_id": message,
            "text": " ".join(text) or None,
            "branch_id": asked_branch(client, conversation, chosen["branch"]),
            "name": chosen["name"],
        }
        sent = client.call("POST", f"{one_path(conversation)}/what-if", body)
        return shown(session, client, sent, conversation, chosen)


def _made(client: ApiClient, chosen: Json) -> str:
    """Make a conversation, and return its id."""
    models: tuple[str, ...] = chosen["models"]
    wanted = settings(chosen)
    if models:
        wanted["model"] = models[0]
    elif not chosen["no_answer"]:
        usual = client.call("GET", "/salon/v1/conversation-defaults")["in_force"].get("model")
        wanted |= {} if usual else {"model": default_model(client)}
    body = {"title": chosen["title"] or "", "settings": wanted, "is_temporary": chosen["temporary"]}
    made = client.call("POST", PATH, body)
    return str(made["id"])


def _again(session: Session, conversation: str, message: str | None, chosen: Json, *, act: str) -> int:
    with reached(session, chosen) as client:
        found = message or head_of(client, conversation, chosen["branch"])
        body = {**answerers(chosen), "branch_id": asked_branch(client, conversation, chosen["branch"])}
        sent = client.call("POST", f"/salon/v1/messages/{segment(found)}/{act}", body)
        return shown(session, client, sent, conversation, chosen)


COMMANDS: Final = (send, edit, regenerate, go_on, bridge, what_if)
