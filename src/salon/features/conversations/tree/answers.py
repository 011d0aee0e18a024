"""An answer that is said again elsewhere is the same answer: how it came to be goes along with it.

What was asked names messages by their ids, those of the copy where they are copied too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from salon.features.conversations.models import Answer
from salon.features.conversations.store.answers import answers_of, insert_answers
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction


def copy_answers(
    tx: Transaction,
    scope: SpaceScope,
    conversation_id: str,
    copies: Sequence[tuple[str, str]],
    names: Mapping[str, str],
) -> None:
    """Write how answers came to be for their copies in ``conversation_id`` too.

    ``copies`` are pairs of old and new ids; ``names`` has those of all that is copied in the same act.
    """
    known = answers_of(tx, scope, [old for old, _ in copies])
    made = [_copied(known[old], new, conversation_id, names) for old, new in copies if old in known]
    insert_answers(tx, scope, made)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a value with every text that is one of ``names`` as the name it has here."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [renamed(one, names) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: renamed(one, names) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _copied(answer: Answer, message_id: str, conversation_id: str, names: Mapping[str, str]) -> Answer:
    kept = renamed(answer.asked, names)
    # Its run is the original's, and is erased with that.
    return msgspec.structs.replace(
        answer, message_id=message_id, conversation_id=conversation_id, run_id=None, asked=kept
    )
