"""Where the settings of this process are: which file, which data directory.

Apart from the settings themselves, so that a command which only asks a running Salon loads none of them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from salon.foundation.kit.datadir import DataDirectory, default_data_directory


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where settings are read from; fixed for the life of a process."""

    data: DataDirectory
    config_path: Path
    explicit: bool
    """The file was named by the person, so it must exist."""
    options: Mapping[str, str]
    """``key=value`` pairs of the command line."""
    environ: Mapping[str, str]


def find_source(
    *,
    data_dir: str | None = None,
    config: str | None = None,
    options: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Source:
    """Find the data directory and the settings file: command line, then environment, then default."""
    environ = os.environ if environ is None else environ
    named = data_dir or environ.get("SALON_DATA_DIR")
    data = DataDirectory(Path(named) if named else default_data_directory())
    file = config or environ.get("SALON_CONFIG")
    return Source(
        data=data,
        config_path=Path(file).expanduser().absolute() if file else data.config_path,
        explicit=file is not None,
        options=options or {},
        environ=environ,
    )
