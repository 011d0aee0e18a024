"""Which durable events people hear of who may use conversations and nothing else of the house."""

import re
from pathlib import Path

import pytest

import salon
from salon.foundation.events import StoredEvent
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.kit.ids import SpaceId
from salon.surfaces.api.live.rights import may_see

CONVERSATIONS = Path(salon.__file__).parent / "features" / "conversations"
TYPES = {
    found
    for path in CONVERSATIONS.rglob("*.py")
    for found in re.findall(r"""\btype="([a-z-]+\.[a-z]+)\"""", path.read_text())
}
GUEST = Caller(kind="person", space_id=SpaceId("spc_test"), rights=frozenset({Right.USE_CONVERSATIONS}))


@pytest.mark.parametrize("kind", sorted(TYPES | {"conversation.deleted", "branch.restored"}))
def test_who_uses_conversations_hears_what_becomes_of_them(kind: str) -> None:
    event = StoredEvent(
        space_id="spc_test", number=1, id="evt_1", type=kind, subject="x", data={}, created_by=None, at_ms=0
    )
    assert may_see(GUEST, event)
