"""Names for ids: folders by their paths, tags and templates by their names."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient

FOLDERS: Final = "/salon/v1/folders"
Json = dict[str, Any]


def folder_paths(folders: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the path of each folder by its id, like ``Work/Trips``."""
    by_id = {one["id"]: one for one in folders}
    paths: dict[str, str] = {}
    for folder in folders:
        names: list[str] = []
        at: Any = folder
        while at is not None and len(names) <= len(by_id):  # damaged ones may go in a circle
            names.insert(0, at["name"])
            at = by_id.get(at["parent_id"])
        paths[folder["id"]] = "/".join(names)
    return paths


def folder_id(client: ApiClient, named: str) -> str:
    """Return the id of a folder that is named by id, path or name. Raises: click.UsageError."""
    paths = folder_paths(client.call("GET", FOLDERS)["items"])
    if named in paths:
        return named
    wanted = named.strip("/").casefold()
    by_path = [one for one, path in paths.items() if path.casefold() == wanted]
    found = by_path or [one for one, path in paths.items() if path.casefold().endswith(f"/{wanted}")]
    return the_one(found, named, kind="folder", there=sorted(paths.values()))


def named_id(items: Sequence[Mapping[str, Any]], named: str, *, kind: str) -> str:
    """Return the id of what is named by id or name, whatever its case. Raises: click.UsageError."""
    if any(one["id"] == named for one in items):
        return named
    found = [one["id"] for one in items if one["name"].casefold() == named.casefold()]
    return the_one(found, named, kind=kind, there=[one["name"] for one in items])


def the_one(found: Sequence[str], named: str, *, kind: str, there: Sequence[str]) -> str:
    """Return the only one found. Raises: click.UsageError, which names those there are."""
    if len(found) == 1:
        return found[0]
    problem = f"Several are called “{named}”." if found else f"There is no {kind} “{named}”."
    names = f" There are: {', '.join(there[:20])}." if there else ""
    raise click.UsageError(problem + names)
