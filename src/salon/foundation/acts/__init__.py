"""Acts under a client's own id: sent again they do nothing and answer the same, whatever they were about."""

from salon.foundation.acts.errors import ActDiffers
from salon.foundation.acts.once import (
    CLIENT_ID_LETTERS,
    Ids,
    do_once,
    fingerprint_of,
    forget_acts,
    is_sent_again,
    keep_act,
    made_before,
    once,
)

__all__ = [
    "CLIENT_ID_LETTERS",
    "ActDiffers",
    "Ids",
    "do_once",
    "fingerprint_of",
    "forget_acts",
    "is_sent_again",
    "keep_act",
    "made_before",
    "once",
]
