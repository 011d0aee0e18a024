"""Ids of temporary conversations and of what belongs to them: each tells by its prefix that it is one."""

from typing import Final

from salon.foundation.kit.ids import new_id

TEMPORARY: Final = "tmp"
"""What stands before the usual prefix: ``tmpcnv_…``, ``tmpmsg_…``, ``tmpque_…``, ``tmprun_…``."""


def is_temporary(one: str) -> bool:
    """Tell whether an id is that of a temporary conversation, or of something in one."""
    return one.startswith(TEMPORARY)


def is_message(one: str) -> bool:
    """Tell whether an id is that of a message, of whichever conversation."""
    return one.removeprefix(TEMPORARY).startswith("msg_")


def id_within(conversation_id: str, prefix: str) -> str:
    """Return a new id of what belongs to a conversation; in a temporary one it says so."""
    return new_id(TEMPORARY + prefix if is_temporary(conversation_id) else prefix)
