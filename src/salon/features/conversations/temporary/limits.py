"""How many temporary conversations there may be, how large, and for how long."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of temporary conversations."""

    unused_s: float = 24 * 3600.0
    """After so long without use one ends."""
    most: int = 20
    """In one space."""
    space_bytes: int = 64 * 1024 * 1024
    """What those of one space may hold together."""
    house_bytes: int = 1024 * 1024 * 1024
    """What all of this process may hold together."""
