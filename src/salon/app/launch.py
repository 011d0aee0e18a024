"""What the command line may ask of the house. Everything heavy is imported when it is asked for."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from salon.surfaces.cli import Address, Place, Role

if TYPE_CHECKING:
    from salon.app.source import Source

COMMAND = "command"
"""What owns the data directory for one command only; others wait until it is done."""
_OWNER_PATIENCE_S = 20.0
"""How long a command waits for an owner that is just starting, or for another command."""


def source_of(place: Place) -> "Source":
    """Return where the settings of ``place`` are read from."""
    from salon.app.source import find_source  # noqa: PLC0415 - not for --version

    return find_source(data_dir=place.data_dir, config=place.config, options=place.options)


class LocalBackstage:
    """The house on this machine."""

    def serve(self, place: Place, *, role: Role, open_page: bool) -> int:
        """Run a server until it is stopped."""
        from salon.app.configuration import load  # noqa: PLC0415 - not for --version

        configuration = load(source_of(place))
        from salon.app.server import serve  # noqa: PLC0415 - the whole house

        return serve(configuration, role=role, open_page=open_page)

    def running(self, place: Place) -> Address | None:
        """Return where the running owner of the data directory answers, or None."""
        data = source_of(place).data
        deadline = time.monotonic() + _OWNER_PATIENCE_S
        while data.path.is_dir() and data.is_locked():
            owner = data.ready()
            if owner is not None and owner.role != COMMAND:
                return Address(socket=owner.socket, url=owner.address)
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)
        return None

    @contextmanager
    def reach(self, place: Place) -> Generator[Address]:
        """Reach the running owner, else start a house in this process for a while."""
        address = self.running(place)
        if address is not None:
            yield address
            return
        with _temporary_house(place) as own:
            yield own

    def explain(self, place: Place, key: str) -> Mapping[str, Any]:
        """Say everything about one setting."""
        from salon.app.configuration import explain  # noqa: PLC0415 - not for --version

        return msgspec.to_builtins(explain(source_of(place), key))

    def settings(self, place: Place) -> Sequence[Mapping[str, Any]]:
        """List every setting with its value and origin."""
        from salon.app.configuration import explain_all  # noqa: PLC0415 - not for --version

        return [msgspec.to_builtins(one) for one in explain_all(source_of(place))]

    def config_problems(self, place: Place) -> Sequence[str]:
        """Return what is wrong with the settings."""
        from salon.app.configuration import problems  # noqa: PLC0415 - not for --version

        return [problem.message for problem in problems(source_of(place))]

    def config_doubts(self, place: Place) -> Sequence[str]:
        """Return what keeps part of the settings from use, though Salon starts with them."""
        from salon.app.configuration import doubts  # noqa: PLC0415 - not for --version

        return doubts(source_of(place))

    def config_path(self, place: Place) -> str:
        """Return the settings file that is read."""
        return str(source_of(place).config_path)

    def reference(self) -> str:
        """Return the configuration reference."""
        from salon.app.reference import configuration_reference  # noqa: PLC0415 - not for --version

        return configuration_reference()

    def local_checks(self, place: Place) -> Sequence[Mapping[str, Any]]:
        """Look at settings, data directory and port without a server."""
        from salon.app.checks import local_checks  # noqa: PLC0415 - not for --version

        return local_checks(source_of(place))

    def restore(self, place: Place, *, archive: str, secret_key: str | None) -> Mapping[str, Any]:
        """Put a backup in place of the database."""
        from salon.app.upkeep import restore  # noqa: PLC0415 - not for --version

        return restore(source_of(place), archive=archive, secret_key=secret_key)

    def migrate(self, place: Place, *, backup: bool) -> Mapping[str, Any]:
        """Bring the database to this release's schema."""
        from salon.app.upkeep import migrate  # noqa: PLC0415 - not for --version

        return migrate(source_of(place), backup=backup)


@contextmanager
def _temporary_house(place: Place) -> Generator[Address]:
    """Serve on the data directory's socket for one command."""
    import logging  # noqa: PLC0415 - only here

    from salon.app.configuration import load  # noqa: PLC0415 - not for --version
    from salon.app.server import HouseThread  # noqa: PLC0415 - the whole house

    logging.getLogger().setLevel(logging.ERROR)
    house = HouseThread(load(source_of(place)), known_as=COMMAND)
    house.start()
    try:
        yield Address(socket=house.socket_path, running=False, only_demo=house.only_demo)
    finally:
        house.stop()
