"""``salon conversations new``, ``rename``, ``set``, ``branch``, ``rollback``, ``merge`` and ``copy``."""

from typing import Final

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.commands.conversations.common import (
    BRANCH,
    PATH,
    TEMPORARY,
    Json,
    asked_branch,
    asked_end,
    branch_id,
    done,
    made,
    one_path,
)
from salon.surfaces.cli.places import named_id
from salon.surfaces.cli.session import Session, command_options, pass_session


@click.command()
@click.argument("title", required=False, default="")
@click.option("-m", "--model", help="Who answers in it.")
@click.option("-s", "--system", metavar="TEXT", help="Its system prompt.")
@click.option("--template", metavar="TEMPLATE", help="With the settings and first messages of this one.")
@TEMPORARY
@command_options
@pass_session
def new(session: Session, title: str, *, template: str | None, temporary: bool, **said: str | None) -> None:
    """Make a conversation called TITLE, and print its id."""
    if template is not None and (said["model"] or said["system"]):
        raise click.UsageError("A template has a model and a system prompt of its own.")
    if template is not None and temporary:
        raise click.UsageError("What a template makes is kept. Use one of --template and --temporary.")
    with session.running_client() if temporary else session.client() as client:
        if template is None:
            body = {"title": title, "settings": _settings(said["model"], said["system"])}
            answer = client.call("POST", PATH, {**body, "is_temporary": temporary})
        else:
            templates = client.call("GET", "/salon/v1/templates")["items"]
            found = named_id(templates, template, kind="template")
            answer = client.call(
                "POST", f"/salon/v1/templates/{segment(found)}/conversations", {"title": title}
            )
    made(session, answer)


@click.command()
@click.argument("conversation")
@click.argument("title")
@click.option("--branch", metavar="BRANCH", help="Rename this branch of it instead, by its name or id.")
@command_options
@pass_session
def rename(session: Session, conversation: str, title: str, *, branch: str | None) -> None:
    """Call CONVERSATION TITLE from now on."""
    with session.client() as client:
        if branch is None:
            changed = client.call("PATCH", one_path(conversation), {"title": title})
        else:
            found = asked_branch(client, conversation, branch)
            path = f"{one_path(conversation)}/branches/{segment(found or '')}"
            changed = client.call("PATCH", path, {"name": title})
    done(session, changed, f"It is called “{title}” now.")


@click.command("set")
@click.argument("conversation")
@click.option("-m", "--model", help="Who answers from now on; empty is the space's.")
@click.option("-s", "--system", metavar="TEXT", help="Its system prompt; empty takes it away.")
@click.option("--opens", metavar="BRANCH", help="The branch that opens first.")
@command_options
@pass_session
def change(
    session: Session, conversation: str, *, model: str | None, system: str | None, opens: str | None
) -> None:
    """Change the model, the system prompt or the first branch of CONVERSATION; without options show them."""
    settings: Json = {}
    if model is not None:
        settings["model"] = model or None
    if system is not None:
        settings["instructions"] = system or None
    path = one_path(conversation)
    with session.client() as client:
        if opens is not None:
            client.call("PATCH", path, {"branch_id": asked_branch(client, conversation, opens)})
        if settings:
            client.call("PATCH", f"{path}/settings", {"settings": settings})
        found = client.call("GET", f"{path}/settings")
    if session.output.as_json or not (settings or opens):
        fields = [(name, name) for name in sorted(found["in_force"])]
        session.output.fields(found if session.output.as_json else found["in_force"], fields or [("", "")])
        return
    session.output.note("Changed.")


@click.command()
@click.argument("conversation")
@click.argument("name")
@click.option(
    "--at", "message", metavar="MESSAGE", help="It ends in this message; else where the first one does."
)
@click.option("--open", "opens", is_flag=True, help="It opens first from now on.")
@command_options
@pass_session
def branch(session: Session, conversation: str, name: str, *, message: str | None, opens: bool) -> None:
    """Make a branch called NAME of CONVERSATION, and print its id."""
    with session.client() as client:
        view = client.call("GET", one_path(conversation))
        first = next((one for one in view["branches"] if one["id"] == view["branch_id"]), None)
        head = message or (first and first["head_id"])
        body = {"name": name, "head_id": head, "opens": opens}
        answer = client.call("POST", f"{one_path(conversation)}/branches", body)
    made(session, answer)


@click.command()
@click.argument("conversation")
@click.argument("message", required=False)
@BRANCH
@click.option("--undo", is_flag=True, help="Take the last move of the branch back.")
@command_options
@pass_session
def rollback(
    session: Session, conversation: str, message: str | None, *, branch: str | None, undo: bool
) -> None:
    """Let a branch end in MESSAGE; where it ended before is kept."""
    if undo == (message is not None):
        raise click.UsageError("Name a message, or say --undo.")
    with session.client() as client:
        view = client.call("GET", one_path(conversation))
        found = view["branch_id"] if branch is None else branch_id(view, branch)
        path = f"{one_path(conversation)}/branches/{segment(found)}"
        body = {} if undo else {"head_id": message, "kind": "rollback"}
        changed = client.call("POST", f"{path}/{'undo' if undo else 'move'}", body)
    done(session, changed, f"The branch “{changed['name']}” ends in {changed['head_id'] or 'nothing'} now.")


@click.command()
@click.argument("conversation")
@click.argument("messages", metavar="MESSAGE...", nargs=-1, required=True)
@click.option("--name", required=True, metavar="BRANCH", help="What the branch is called.")
@click.option("--base", metavar="BRANCH", help="Begin with the path of this branch, or to this message.")
@click.option("--open", "opens", is_flag=True, help="It opens first from now on.")
@command_options
@pass_session
def merge(
    session: Session,
    conversation: str,
    messages: tuple[str, ...],
    *,
    name: str,
    base: str | None,
    opens: bool,
) -> None:
    """Make a branch of messages chosen from any branches, in the order named; print its id.

    “bridge” has a model bring two branches together instead.
    """
    with session.client() as client:
        start = asked_end(client, conversation, base)
        body = {"name": name, "messages": list(messages), "base": start, "opens": opens}
        answer = client.call("POST", f"{one_path(conversation)}/merge", body)
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(answer["branch"]["id"])


@click.command()
@click.argument("conversation")
@click.option("--what", type=click.Choice(["path", "related", "all"]), default="path", show_default=True,
              help="The path, that with branches that share its messages, or the whole tree.")  # fmt: skip
@click.option("--branch", metavar="BRANCH", help="The path of this branch; else of the one that opens first.")
@click.option("--from", "first", metavar="MESSAGE", help="Begin at this message.")
@click.option("--title", help="Title of the copy; else that of the conversation.")
@command_options
@pass_session
def copy(
    session: Session,
    conversation: str,
    *,
    what: str,
    branch: str | None,
    first: str | None,
    title: str | None,
) -> None:
    """Make a conversation that says the same as CONVERSATION, and print its id."""
    with session.client() as client:
        last = asked_branch(client, conversation, branch)
        body = {"what": what, "last": last, "first_id": first, "title": title}
        answer = client.call("POST", f"{one_path(conversation)}/copy", body)
    made(session, answer)


def _settings(model: str | None, system: str | None) -> Json:
    given = {"model": model, "instructions": system}
    return {name: value for name, value in given.items() if value}


COMMANDS: Final = (new, rename, change, branch, rollback, merge, copy)
