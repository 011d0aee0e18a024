"""A file that a command will write: judged before anything is asked, and paid for."""

import os
from pathlib import Path

import click


class NewFile(click.Path):
    """The path of a file to write. A folder that is not there, or takes nothing, is a wrong usage."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Return the path. Raises: click.BadParameter."""
        super().convert(value, param, ctx)
        path = Path(value)
        if not path.name:
            self.fail("Name a file.", param, ctx)
        if path.exists() and not path.is_file():
            return path  # a device or a pipe, which nothing takes the place of
        if not path.parent.is_dir():
            self.fail(f"There is no folder “{path.parent}”. Make it first, or name another.", param, ctx)
        if not os.access(path.parent, os.W_OK):
            self.fail(f"Nothing can be written into “{path.parent}”. Name another folder.", param, ctx)
        return path
