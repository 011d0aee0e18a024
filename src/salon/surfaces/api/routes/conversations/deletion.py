"""Deleting conversations, branches and messages in four verbs, and taking it back."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from salon.features.conversations.naming import is_temporary
from salon.features.conversations.tree import Deleted as Done
from salon.features.conversations.tree import MessageView, Verb
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations, CurrentNames
from salon.surfaces.api.routes.conversations.shown import branch_shown, conversation_shown, message_shown
from salon.surfaces.api.routes.schemas.conversations import Branch, Conversation, Deleted, Message

router = APIRouter(prefix="/salon/v1/conversations/{conversation_id}", tags=["conversations"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}"
_BRANCH = f"{_ONE}/branches/{{branch_id}}"
_MESSAGE = f"{_ONE}/messages/{{message_id}}"
management(
    "DELETE", _ONE, _USE, summary="Hide, archive, delete or erase a conversation.", operation=OPERATION
)
management("DELETE", _BRANCH, _USE, summary="Hide, archive, delete or erase a branch.", operation=OPERATION)
management("DELETE", _MESSAGE, _USE, summary="Hide, archive, delete or erase a message.", operation=OPERATION)
management("POST", f"{_ONE}/restore", _USE, summary="Bring a conversation back.", operation=OPERATION)
management("POST", f"{_BRANCH}/restore", _USE, summary="Bring a branch back.", operation=OPERATION)
management("POST", f"{_MESSAGE}/restore", _USE, summary="Bring a message back.", operation=OPERATION)

AskedVerb = Annotated[Verb, Query()]
Copies = Annotated[bool, Query()]
"""Whether an erasure takes what says the same elsewhere too."""
Below = Annotated[bool, Query()]
"""Whether everything below the message goes with it."""


@router.delete("", response_model=Deleted)
async def delete_conversation(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    verb: AskedVerb = "delete",
    copies: Copies = False,
    act: ClientActId,
) -> Any:
    """Hide, archive, delete or erase a conversation; a temporary one is ended at once."""
    if is_temporary(conversation_id):
        return _shown(await services.temporary.end(caller, conversation_id, verb))
    deletion = services.tree.deletion
    return _shown(await deletion.conversation(caller, conversation_id, verb, copies=copies, client_id=act))


@router.delete("/branches/{branch_id}", response_model=Deleted)
async def delete_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    branch_id: str,
    *,
    verb: AskedVerb = "delete",
    copies: Copies = False,
    act: ClientActId,
) -> Any:
    """Hide, archive, delete or erase a branch, with the messages that no other branch shows."""
    deletion = services.tree.deletion
    return _shown(
        await deletion.branch(caller, conversation_id, branch_id, verb, copies=copies, client_id=act)
    )


@router.delete("/messages/{message_id}", response_model=Deleted)
async def delete_message(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    message_id: str,
    *,
    verb: AskedVerb = "delete",
    below: Below = False,
    copies: Copies = False,
    act: ClientActId,
) -> Any:
    """Hide, archive, delete or erase a message; ``below`` takes everything below it too."""
    return _shown(
        await services.tree.deletion.message(
            caller, conversation_id, message_id, verb, below=below, copies=copies, client_id=act
        )
    )


@router.post("/restore", response_model=Conversation)
async def restore_conversation(
    services: CurrentConversations, caller: CurrentCaller, conversation_id: str, act: ClientActId
) -> Any:
    """Take back the last of deleted, hidden, archived."""
    deletion = services.tree.deletion
    return conversation_shown(await deletion.restore_conversation(caller, conversation_id, client_id=act))


@router.post("/branches/{branch_id}/restore", response_model=Branch)
async def restore_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    branch_id: str,
    act: ClientActId,
) -> Any:
    """Take back the last of deleted, hidden, archived, with the messages that went with the branch."""
    deletion = services.tree.deletion
    return branch_shown(await deletion.restore_branch(caller, conversation_id, branch_id, client_id=act))


@router.post("/messages/{message_id}/restore", response_model=Message)
async def restore_message(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    message_id: str,
    *,
    below: Below = False,
    act: ClientActId,
) -> Any:
    """Take back the last of deleted, hidden, archived, with what was deleted below it in the same act."""
    restored = await services.tree.deletion.restore_message(
        caller, conversation_id, message_id, below=below, client_id=act
    )
    return message_shown(MessageView(message=restored), names)


def _shown(done: Done) -> Any:
    shown = msgspec.to_builtins(done)
    shown["copies"] = [{"conversation_id": where, "message_id": one} for where, one in done.copies]
    return shown
