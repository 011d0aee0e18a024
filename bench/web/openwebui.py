"""Open WebUI in a throwaway environment, as somebody starts it who has no account and one provider."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from salon.testing.ports import free_port

CACHE: Final = Path(__file__).parents[2] / ".build" / "bench" / "open-webui"
"""Some 7 GB: it is not asked for unless named."""
START_S: Final = 240.0
SETTINGS: Final = {
    "WEBUI_AUTH": "False", "WEBUI_SECRET_KEY": "bench", "OFFLINE_MODE": "True", "HF_HUB_OFFLINE": "1",
    "ENABLE_OLLAMA_API": "False", "OPENAI_API_KEY": "sk-bench", "RAG_EMBEDDING_ENGINE": "openai",
    "ENABLE_VERSION_UPDATE_CHECK": "False", "ANONYMIZED_TELEMETRY": "False",
    "ENABLE_TITLE_GENERATION": "False", "ENABLE_TAGS_GENERATION": "False",
    "ENABLE_FOLLOW_UP_GENERATION": "False", "ENABLE_AUTOCOMPLETE_GENERATION": "False",
}  # fmt: skip
"""Nothing that asks the model beside what is measured, and nothing that needs the internet."""


@contextlib.contextmanager
def open_webui(folder: Path, provider_port: int) -> Generator[str]:
    """Start it with its data in ``folder``; yields its address. Raises: RuntimeError, CalledProcessError."""
    command = CACHE / "bin" / "open-webui"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
        subprocess.run([str(CACHE / "bin" / "pip"), "install", "-q", "open-webui"], check=True)
    port = free_port()
    environment = {
        **os.environ, **SETTINGS, "DATA_DIR": str(folder),
        "OPENAI_API_BASE_URL": f"http://127.0.0.1:{provider_port}/v1",
    }  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [str(command), "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, f"{address}/health")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urlopen(address, timeout=2):
            return
        time.sleep(0.5)
    raise RuntimeError("Open WebUI did not start")
