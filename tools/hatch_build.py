"""Puts the built web app and the vocabularies into a wheel. An editable install leaves them to `make`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]  # generic only to type checkers
    """Builds both before the files of a wheel are gathered."""

    PLUGIN_NAME = "web-app"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run the builder; SALON_SKIP_WEB=1 keeps what is there."""
        tools = Path(self.root) / "tools"
        if version == "editable" or os.environ.get("SALON_SKIP_WEB") == "1" or not tools.is_dir():
            return
        for command in (("web.py", "build"), ("vocabulary.py",)):
            script, *rest = command
            subprocess.run(
                [sys.executable, str(tools / script), *rest], cwd=self.root, check=True, timeout=900
            )
