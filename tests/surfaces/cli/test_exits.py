"""What the end of a command means to a script."""

from salon.foundation.kit.errors import ConfigError, StorageError
from salon.foundation.storage.errors import disk_full, unreachable
from salon.surfaces.cli.exits import Exit, exit_code


def test_a_database_address_that_nobody_answers_is_a_bad_setting() -> None:
    assert exit_code(unreachable("refused")) is exit_code(ConfigError(key="storage.url")) is Exit.CONFIG
    assert isinstance(unreachable("refused"), StorageError)
    assert exit_code(disk_full()) is Exit.FAILED
