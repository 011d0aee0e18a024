"""Files that go along with something said; those of a message that is refused are taken back."""

import contextlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import ServedError

_FILES: Final = "/v1/files"
_OWN: Final = "fil_"
_NAMED: Final = 26
"""Characters at the end of an id that are the same in every form of it."""


@contextlib.contextmanager
def attached(client: ApiClient, named: Sequence[str], *, way: str | None) -> Generator[list[dict[str, Any]]]:
    """Store files and give the parts of a message that name them; ids of stored ones are taken as they are.

    Raises: click.BadParameter, ServedError, UnreachableError.
    """
    for one in named:
        if not one.startswith(_OWN) and not Path(one).is_file():
            raise click.BadParameter(f"There is no file “{one}”.", param_hint="--file")
    stored: list[dict[str, Any]] = []
    try:
        parts = [_part(client, one, stored, way=way) for one in named]
        yield parts
    except ServedError:
        for one in stored:
            with contextlib.suppress(ServedError):
                client.call("DELETE", f"{_FILES}/{segment(one['id'])}")
        raise


def _part(client: ApiClient, named: str, stored: list[dict[str, Any]], *, way: str | None) -> dict[str, Any]:
    if named.startswith(_OWN) and not Path(named).is_file():
        found = client.call("GET", f"{_FILES}/{segment(named)}")
    else:
        with Path(named).open("rb") as file:
            found = client.send_file(_FILES, file, name=Path(named).name, fields={"purpose": "user_data"})
        stored.append(found)
    marks = {} if way is None else {"provider_data": {"salon": {"as": way}}}
    return {
        "kind": _kind(found["filename"]),
        "file_id": _OWN + found["id"][-_NAMED:],
        "name": found["filename"],
        **marks,
    }


def _kind(name: str) -> str:
    """Return as what a file stands in a message."""
    import mimetypes  # noqa: PLC0415 - only with files

    main = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return main if main in {"image", "audio", "video"} else "file"
