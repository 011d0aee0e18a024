"""Run Salon and the web app's live server, and start Salon anew whenever a Python file changes.

Salon answers on SALON_PORT (8420 unless set); the page with live reload is served beside it and
passes API calls on. Ctrl-C ends both.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "salon"
LOOK_EVERY_S = 0.5
STOP_TIMEOUT_S = 10.0


def newest_change() -> float:
    """Return the latest modification time among the Python files."""
    newest = 0.0
    for path in SOURCE.rglob("*.py"):
        with contextlib.suppress(FileNotFoundError):  # an editor replaces files while we look
            newest = max(newest, path.stat().st_mtime)
    return newest


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process of ours, politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    """Serve until interrupted; return an exit status."""
    port = os.environ.setdefault("SALON_PORT", "8420")
    environment = dict(os.environ, SALON_NO_BROWSER="1", SALON_DEV_SERVER=f"http://127.0.0.1:{port}")
    serve = [str(ROOT / ".venv" / "bin" / "salon"), "serve", *sys.argv[1:]]
    web = subprocess.Popen([sys.executable, str(ROOT / "tools" / "web.py"), "dev"], env=environment)
    server = subprocess.Popen(serve, env=environment)
    seen = newest_change()
    try:
        while web.poll() is None:
            time.sleep(LOOK_EVERY_S)
            changed = newest_change()
            if changed > seen:
                seen = changed
                stop(server)
                server = subprocess.Popen(serve, env=environment)
    except KeyboardInterrupt:
        pass
    finally:
        stop(server)
        stop(web)
    return 0


if __name__ == "__main__":
    sys.exit(main())
