"""Puts the built web app into a wheel. An editable install leaves it to `make`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]  # generic only to type checkers
    """Builds the web app before the files of a wheel are gathered."""

    PLUGIN_NAME = "web-app"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run the builder; SALON_SKIP_WEB=1 keeps what is there."""
        script = Path(self.root) / "tools" / "web.py"
        if version == "editable" or os.environ.get("SALON_SKIP_WEB") == "1" or not script.is_file():
            return
        subprocess.run([sys.executable, str(script), "build"], cwd=self.root, check=True, timeout=900)
