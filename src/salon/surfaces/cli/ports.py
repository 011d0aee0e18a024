"""What the command line needs of the house. The composition root supplies it; nothing here knows how."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

import msgspec

Role = Literal["whole", "gateway"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which Salon a command is about, as the person named it."""

    data_dir: str | None = None
    config: str | None = None
    options: Mapping[str, str] = {}
    """``section.key=value`` settings of the command line."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a Salon answers: a local socket, or a URL with a key."""

    socket: str | None = None
    url: str | None = None
    api_key: str | None = None
    running: bool = True
    """False when it was started for this one command."""
    only_demo: bool = False
    """Nothing but the demo is configured there, as far as is known without asking."""


class Backstage(Protocol):
    """The composition root, seen from the command line. Everything raises ConfigError in one sentence."""

    def serve(self, place: Place, *, role: Role, open_page: bool) -> int:
        """Run a server until it is stopped; return the exit code. ``open_page`` opens a browser."""
        ...

    def reach(self, place: Place) -> AbstractContextManager[Address]:
        """Reach the running owner of the data directory, else start one in this process for a while."""
        ...

    def running(self, place: Place) -> Address | None:
        """Return where the running owner of the data directory answers, or None."""
        ...

    def explain(self, place: Place, key: str) -> Mapping[str, Any]:
        """Say everything about one setting."""
        ...

    def settings(self, place: Place) -> Sequence[Mapping[str, Any]]:
        """List every setting with its value and origin."""
        ...

    def config_problems(self, place: Place) -> Sequence[str]:
        """Return what is wrong with the settings, one sentence each."""
        ...

    def config_doubts(self, place: Place) -> Sequence[str]:
        """Return what keeps part of the settings from use, though Salon starts with them."""
        ...

    def config_path(self, place: Place) -> str:
        """Return the settings file that is read."""
        ...

    def reference(self) -> str:
        """Return the configuration reference as Markdown."""
        ...

    def local_checks(self, place: Place) -> Sequence[Mapping[str, Any]]:
        """Look at settings, data directory and port without a server: name, ok, detail, fix."""
        ...

    def restore(self, place: Place, *, archive: str, secret_key: str | None) -> Mapping[str, Any]:
        """Put a backup in place of the database of a Salon that does not run."""
        ...

    def migrate(self, place: Place, *, backup: bool) -> Mapping[str, Any]:
        """Bring the database of a Salon that does not run to this release's schema."""
        ...
