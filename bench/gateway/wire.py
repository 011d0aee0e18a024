"""Builds the C ends of the bench and runs them."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# name: events per stream, microseconds between them, bytes of a plain answer
KINDS = {"fast": (20, 5_000, 400), "slow": (200, 50_000, 400), "second": (60, 1_000_000, 400)}


class Wire:
    """The compiled program, and the upstream it runs."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise SystemExit("The bench needs a C compiler (cc).")
        self.folder = folder
        self.program = folder / "wire"
        subprocess.run([compiler, "-O2", "-o", self.program, HERE / "wire.c"], check=True)
        self.ports = {name: free_port() for name in KINDS}
        self._upstream: subprocess.Popen[bytes] | None = None
        self._bodies = 0

    def __enter__(self) -> "Wire":
        kinds = [
            f"{self.ports[name]}:{events}:{interval}:{size}"
            for name, (events, interval, size) in KINDS.items()
        ]
        self._upstream = subprocess.Popen([self.program, "upstream", *kinds], stdout=subprocess.PIPE)
        assert self._upstream.stdout is not None
        self._upstream.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._upstream is not None
        self._upstream.terminate()
        self._upstream.wait(10)

    def body(self, model: str, *, stream: bool, prompt_bytes: int = 60, dialect: str = "openai") -> Path:
        """Write a request body and return its file."""
        value = {
            "model": model,
            "messages": [
                {"role": "system", "content": "You are a helpful assistant."},
                {
                    "role": "user",
                    "content": ("All work and no play. " * (prompt_bytes // 22 + 1))[:prompt_bytes],
                },
            ],
            "max_tokens": 256,
        }
        if dialect == "anthropic":
            value["system"] = value["messages"].pop(0)["content"]
        if stream:
            value["stream"] = True
        path = self.folder / f"body-{self._bodies}.json"
        self._bodies += 1
        path.write_text(json.dumps(value))
        return path

    def command(
        self, port: int, path: str, body: Path, headers: dict[str, str], **options: object
    ) -> list[str]:
        """Return the command line of one load."""
        line = [str(self.program), "load", "--port", str(port), "--path", path, "--body", str(body)]
        for name, value in headers.items():
            line += ["--header", f"{name}: {value}"]
        if options.pop("stream", False):
            line.append("--stream")
        for name, value in options.items():
            line += [f"--{name.replace('_', '-')}", str(value)]
        return line

    def load(self, *arguments: object, timeout_s: float = 180, **options: object) -> dict:
        """Run one load to its end and return what it measured."""
        command = self.command(*arguments, **options)  # type: ignore[arg-type]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=timeout_s)
        return json.loads(done.stdout)
