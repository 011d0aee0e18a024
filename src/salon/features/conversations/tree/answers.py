"""An answer that is said again elsewhere is the same answer: how it came to be goes along with it.

What was asked names messages by their ids, those of the copy where they are copied too. Words that it has
written out of messages (a summary's, the other branch's for a bridge) do not go along: the copy need not have
those messages, and an erasure of them must leave their words nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
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


def with_named_summaries(asked: Any) -> Any:
    """Return what was asked without the words of summaries that messages of the tree keep."""
    for sent in _sent(asked):
        if sent.get("id") and isinstance(sent.get("summary"), dict):
            sent["summary"]["text"] = ""
    return asked


def _copied(answer: Answer, message_id: str, conversation_id: str, names: Mapping[str, str]) -> Answer:
    kept = renamed(answer.asked, names)
    if kept is not None:
        for sent in _sent(kept.get("asked")):
            if isinstance(sent.get("summary"), dict):
                sent["summary"]["text"] = ""
            if kept.get("mode") == "bridge":
                sent.pop("message", None)
    # Its run is the original's, and is erased with that.
    return msgspec.structs.replace(
        answer, message_id=message_id, conversation_id=conversation_id, run_id=None, asked=kept
    )


def _sent(asked: Any) -> Iterator[dict[str, Any]]:
    """Yield what prompts name, as far as it is as Salon writes it: an archive may say anything."""
    for prompt in _entries(asked, "prompts"):
        yield from _entries(prompt, "sent")


def _entries(value: Any, name: str) -> list[dict[str, Any]]:
    inside = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    if not isinstance(inside, list | tuple):
        return []
    return [cast("dict[str, Any]", one) for one in cast("Sequence[Any]", inside) if isinstance(one, dict)]
