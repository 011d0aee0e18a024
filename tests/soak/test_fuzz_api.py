"""Schemathesis over the whole OpenAPI document: no operation answers 500, nothing is traced in the log."""

import os
import random
import subprocess
import sys
from pathlib import Path

from salon.testing.scene import Scene
from salon.testing.soak import scaled

TOGETHER = True
PATIENCE_S = "60" if scaled(100) == 100 else "15"
"""How long an answer is waited for; one operation, the stream of events, has no end."""
SCHEMATHESIS = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"


def test_no_operation_answers_500(scene: Scene, chance: random.Random, tmp_path: Path) -> None:
    address = f"{scene.house.url}/salon/v1/openapi.json"
    assert scene.house.get("/salon/v1/openapi.json")[0] == 200
    command = [
        sys.executable, "-c", SCHEMATHESIS, "run", address,
        "--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing", "--no-shrink",
        "--max-examples", "200" if scaled(100) == 100 else "3",
        "--max-time", "600" if scaled(100) == 100 else "12",
        "--seed", str(chance.randrange(10**6)), "--request-timeout", PATIENCE_S, "--warnings", "off",
        "--suppress-health-check", "all", "--generation-database", "none",
    ]  # fmt: skip
    environment = {**os.environ, "NO_COLOR": "1", "SCHEMATHESIS_REPORT": "false"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=700, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
