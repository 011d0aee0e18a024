"""Which Salons a request has passed: what keeps two of them from handing it to each other for ever.

Each process has an id of its own, new at every start, and adds it to one header of what it sends to
addresses that may be another Salon. Services known by name (the kinds' own public addresses) never see it.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Final

from salon.foundation.kit.errors import RequestLoop

HEADER: Final = b"x-salon-via"
MOST_HOPS: Final = 5
"""How many Salons may stand in a row; also ends a ring of which each process has another id."""
_INSTANCE: Final = re.compile(rb"[0-9a-f]{16}")


def new_instance() -> bytes:
    """Return an id for this process that says nothing about it."""
    return secrets.token_hex(8).encode("ascii")


def pass_on(via: bytes, instance: bytes) -> bytes:
    """Return the header's next value for a request that came with ``via``. Raises: RequestLoop."""
    passed = [one.strip() for one in via.split(b",")]
    if instance in passed or len(passed) >= MOST_HOPS:
        raise RequestLoop(hops=len(passed))
    return b", ".join([*(one for one in passed if _INSTANCE.fullmatch(one)), instance])


def with_via(headers: Sequence[tuple[bytes, bytes]], via: bytes) -> list[tuple[bytes, bytes]]:
    """Return prepared headers with all hops in them, where they name any."""
    return [(name, via if name == HEADER else value) for name, value in headers]
