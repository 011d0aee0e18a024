"""Which durable events of its space a caller may see."""

from typing import Final

from salon.foundation.events import StoredEvent
from salon.foundation.kit.caller import Caller, Right

_PEOPLE: Final = frozenset(
    {
        "answer", "branch", "bulk", "conversation", "conversation-defaults", "conversations", "export",
        "folder", "import", "message", "participant", "prompt", "queue", "response", "send", "share", "tag",
        "template", "title", "turn",
    }
)  # fmt: skip
"""First words of events about what people say; all others are about the house."""
_BOTH: Final = frozenset({"file", "run"})


def may_see(caller: Caller, event: StoredEvent) -> bool:
    """Tell whether ``caller`` may hear of ``event``."""
    subject = event.type.partition(".")[0]
    if subject in _BOTH:
        return caller.has(Right.USE_CONVERSATIONS) or caller.has(Right.READ_SYSTEM)
    return caller.has(Right.USE_CONVERSATIONS if subject in _PEOPLE else Right.READ_SYSTEM)
