"""Events: the outbox written with the act, and the bus that reads it.

::

    def do_rename(tx: Transaction, scope: SpaceScope, …) -> None:
        …
        publish(tx, scope, Event(type="thing.renamed", subject=thing_id))
"""

from salon.foundation.events.bus import Bus
from salon.foundation.events.feed import Feed
from salon.foundation.events.models import SYSTEM_SPACE, Dropped, Event, LiveEvent, StoredEvent
from salon.foundation.events.store import events_after, publish
from salon.foundation.events.subscription import Subscription
from salon.foundation.events.topics import TopicTrie
from salon.foundation.events.wakes import RedisWakes, Wakes

__all__ = [
    "SYSTEM_SPACE",
    "Bus",
    "Dropped",
    "Event",
    "Feed",
    "LiveEvent",
    "RedisWakes",
    "StoredEvent",
    "Subscription",
    "TopicTrie",
    "Wakes",
    "events_after",
    "publish",
]
