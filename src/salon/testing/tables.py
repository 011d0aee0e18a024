"""Every table of the house, for tests and tools that need them all at once."""

import importlib
import pkgutil
from pathlib import Path

_TABLE_MODULES = frozenset({"store", "tables"})


def import_all_tables() -> list[str]:
    """Import each ``store`` and ``tables`` module, which registers its tables; return their names."""
    found = [
        module.name
        for module in pkgutil.walk_packages([str(Path(__file__).parent.parent)], "salon.")
        if module.name.rpartition(".")[2] in _TABLE_MODULES
    ]
    for name in [*found, "salon.foundation.storage.migrations"]:
        importlib.import_module(name)
    return found
