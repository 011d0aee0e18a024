"""A bound on wrong credentials from one address.

Secrets here have 256 random bits, so what is feared is not that one is guessed: it is the noise, and that a
guess of a sign-in link is a write. Two things are counted per address and minute. Wrong credentials: over the
limit they are told to wait, while right ones pass, since behind one address there may be many, and one
program that still sends its old key must not lock the others out. And *different* wrong ones, which only
somebody who guesses sends: over the limit nothing from that address is heard, right or wrong. This machine
itself is never shut out.
"""

from collections.abc import Callable
from typing import Final

from salon.foundation.kit.errors import TooManyWrong
from salon.surfaces.api.peers import neighbourhood, peer_at

WINDOW_S: Final = 60.0
MOST_ADDRESSES: Final = 4096
"""How many addresses are watched at once; the one watched longest gives way. With all, about 4 MB."""
REMEMBERED: Final = 16
"""How many wrong credentials of an address are known again when they are sent again."""


class _Watched:
    """What one address sent within a minute."""

    __slots__ = ("count", "ends_s", "guesses", "known")

    def __init__(self, ends_s: float) -> None:
        self.ends_s = ends_s
        self.count = 0
        self.guesses = 0
        self.known: list[int] = []


class WrongCredentials:
    """Counts wrong credentials per address, for one event loop."""

    def __init__(self, most: int, monotonic_s: Callable[[], float]) -> None:
        """Allow ``most`` in a minute."""
        self._most = most
        self._monotonic_s = monotonic_s
        self._watched: dict[str, _Watched] = {}
        self.shut: dict[str, float] = {}
        """Addresses that are not heard, and until when; empty unless somebody guesses."""

    def check(self, client: str) -> None:
        """Refuse an address that guesses. Raises: TooManyWrong."""
        name = neighbourhood(client)
        until_s = self.shut.get(name)
        if until_s is None:
            return
        left_s = until_s - self._monotonic_s()
        if left_s > 0:
            raise TooManyWrong(retry_after_s=_whole(left_s))
        del self.shut[name]

    def count(self, client: str, secret: str) -> None:
        """Count a wrong credential. Raises: TooManyWrong when there were too many."""
        name, now_s = neighbourhood(client), self._monotonic_s()
        watched = self._watched.get(name)
        if watched is None or watched.ends_s <= now_s:
            watched = self._watch(name, now_s)
        watched.count += 1
        mark = hash(secret)  # of a seed that only this process has
        if mark not in watched.known:
            watched.guesses += 1
            watched.known = [*watched.known[1 - REMEMBERED :], mark]
        if watched.guesses >= self._most and peer_at(client).kind != "loopback":
            self.shut[name] = watched.ends_s
        if watched.count > self._most:
            raise TooManyWrong(retry_after_s=_whole(watched.ends_s - now_s))

    def _watch(self, name: str, now_s: float) -> _Watched:
        self._watched.pop(name, None)
        if len(self._watched) >= MOST_ADDRESSES:
            oldest = next(iter(self._watched))
            del self._watched[oldest]
            self.shut.pop(oldest, None)
        watched = self._watched[name] = _Watched(now_s + WINDOW_S)
        return watched


def _whole(left_s: float) -> int:
    return max(1, round(left_s + 0.5))
