"""What is measured: no proxy at all, nginx, Salon, and peers where they install."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from salon.testing.house import House, HouseSetup, ProviderSetup
from wire import HERE, Wire, free_port

ROOT = HERE.parent.parent
CACHE = ROOT / ".build" / "bench"
CHAT = "/v1/chat/completions"


class Proxy:
    """One way from the load generator to the upstream."""

    name = ""
    pid: int | None = None

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def start(self) -> None:
        """Start and wait until it answers."""

    def stop(self) -> None:
        """Stop."""

    def target(self, kind: str) -> tuple[int, str, str, dict[str, str]]:
        """Return port, path, model and headers of a chat request for upstream ``kind``."""
        return self.wire.ports[kind], CHAT, "bench", {}


class Direct(Proxy):
    """No proxy."""

    name = "direct"


class _Process(Proxy):
    process: subprocess.Popen[bytes] | None = None

    def run(
        self, command: list[str], port: int, *, env: dict[str, str] | None = None, wait_s: float = 60
    ) -> None:
        log = (self.wire.folder / f"{self.name}.log").open("wb")
        self.process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=self.wire.folder,
        )
        self.pid = self.process.pid
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start: {self.log()[-2000:]}")

    def log(self) -> str:
        return (self.wire.folder / f"{self.name}.log").read_text(errors="replace")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.pid = None


class Nginx(_Process):
    """nginx as a plain reverse proxy, one worker, kept-alive upstream connections."""

    name = "nginx"

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.ports = {kind: free_port() for kind in wire.ports}

    def start(self) -> None:
        binary = shutil.which("nginx")
        if binary is None:
            raise RuntimeError("nginx is not installed")
        servers = "".join(
            f"upstream {kind} {{ server 127.0.0.1:{port}; keepalive 6000; keepalive_requests 1000000000; }}\n"
            f"server {{ listen 127.0.0.1:{self.ports[kind]} backlog=8192; keepalive_requests 1000000000;\n"
            f"  location / {{ proxy_pass http://{kind}; proxy_http_version 1.1;\n"
            f'    proxy_set_header Connection ""; proxy_buffering off; client_max_body_size 64m;\n'
            f"    client_body_buffer_size 1m; }} }}\n"
            for kind, port in self.wire.ports.items()
        )
        config = self.wire.folder / "nginx.conf"
        config.write_text(
            f"daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid {self.wire.folder}/nginx.pid;\n"
            f"error_log {self.wire.folder}/nginx-error.log;\nevents {{ worker_connections 19000; }}\n"
            f"http {{ access_log off; client_body_temp_path {self.wire.folder}/nginx-body;\n"
            f"proxy_temp_path {self.wire.folder}/nginx-proxy; fastcgi_temp_path {self.wire.folder}/a;\n"
            f"uwsgi_temp_path {self.wire.folder}/b; scgi_temp_path {self.wire.folder}/c;\n{servers} }}\n"
        )
        self.run([binary, "-c", str(config), "-p", str(self.wire.folder)], self.ports["fast"])

    def target(self, kind: str) -> tuple[int, str, str, dict[str, str]]:
        return self.ports[kind], CHAT, "bench", {}


class Salon(Proxy):
    """Salon as a gateway with everything on: key, limits, budget, prices, ledger, routing, metrics."""

    name = "salon"
    arguments: tuple[str, ...] = ("--role", "gateway")
    makes_key = True

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.house: House | None = None
        self.key = ""
        self.cold_start_s = 0.0

    def start(self) -> None:
        places = {kind: f"http://127.0.0.1:{port}" for kind, port in self.wire.ports.items()}
        providers = [
            ProviderSetup(name=kind, kind="openai-compatible", url=f"{place}/v1", models=("bench",))
            for kind, place in places.items()
        ] + [
            ProviderSetup(name=f"claude-{kind}", kind="anthropic", url=place, models=("bench",))
            for kind, place in places.items()
        ]
        names = [provider.name for provider in providers]
        setup = HouseSetup(
            providers=tuple(providers),
            aliases={f"to-{name}": (f"{name}/bench",) for name in names},
            prices={f"{name}/bench": ("3", "15") for name in names},
            arguments=self.arguments,
        )
        self.house = House(self.wire.folder / f"house-{self.name}-{time.monotonic_ns()}", setup)
        self.cold_start_s = self.house.start()
        self.pid = self.house.pid
        if self.makes_key:
            self.key = self.house.create_key("bench", *KEY_LIMITS)

    def stop(self) -> None:
        if self.house is not None:
            self.house.stop()
            self.house.forget()
        self.pid = None

    def target(self, kind: str) -> tuple[int, str, str, dict[str, str]]:
        assert self.house is not None
        return self.house.port, CHAT, f"to-{kind}", {"authorization": f"Bearer {self.key}"}


KEY_LIMITS = (
    "--rpm", "100000000", "--tpm", "2000000000", "--concurrency", "20000",
    "--budget", "1000000.00",
)  # fmt: skip


class SalonWhole(Salon):
    """Salon whole, for its start and its memory."""

    name = "salon-whole"
    arguments = ()


class LiteLLM(_Process):
    """LiteLLM's Python proxy, one worker, a master key, no database."""

    name = "litellm"

    def start(self) -> None:
        place = CACHE / "litellm"
        if not (place / "bin" / "litellm").exists():
            _install(["python3", "-m", "venv", str(place)])
            _install([str(place / "bin" / "pip"), "install", "-q", "litellm[proxy]"])
        self.port = free_port()
        models = "".join(
            f"  - model_name: to-{kind}\n    litellm_params:\n      model: openai/bench\n"
            f"      api_base: http://127.0.0.1:{port}/v1\n      api_key: sk-upstream\n"
            for kind, port in self.wire.ports.items()
        )
        config = self.wire.folder / "litellm.yaml"
        config.write_text(
            f"model_list:\n{models}general_settings:\n  master_key: sk-bench\n"
            "litellm_settings:\n  telemetry: false\n  set_verbose: false\n"
        )
        command = [str(place / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--num_workers", "1"]
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "NO_DOCS": "True"}
        self.run(command, self.port, env=env, wait_s=120)

    def target(self, kind: str) -> tuple[int, str, str, dict[str, str]]:
        return self.port, CHAT, f"to-{kind}", {"authorization": "Bearer sk-bench"}


class Portkey(_Process):
    """Portkey's open gateway on Node."""

    name = "portkey"

    def start(self) -> None:
        place = CACHE / "portkey"
        server = place / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
        if not server.exists():
            place.mkdir(parents=True, exist_ok=True)
            npm = shutil.which("npm")
            if npm is None:
                raise RuntimeError("npm is not installed")
            _install(
                [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", "@portkey-ai/gateway"]
            )
        node = shutil.which("node")
        if node is None:
            raise RuntimeError("node is not installed")
        self.port = free_port()
        env = {"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost", "NODE_ENV": "production"}
        self.run([node, str(server), f"--port={self.port}", "--headless"], self.port, env=env)

    def target(self, kind: str) -> tuple[int, str, str, dict[str, str]]:
        headers = {
            "authorization": "Bearer sk-upstream",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{self.wire.ports[kind]}/v1",
        }
        return self.port, CHAT, "bench", headers


def _install(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise RuntimeError(f"cannot install: {done.stderr[-500:]}")


def answers(proxy: Proxy) -> None:
    """Ask once and fail loudly when the answer is not one. Raises: RuntimeError."""
    for kind in ("fast",):
        port, path, model, headers = proxy.target(kind)
        body = json.loads(proxy.wire.body(model, stream=False).read_text())
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert b"choices" in answer.read()
        except (OSError, AssertionError) as error:
            detail = error.read()[:500] if hasattr(error, "read") else error
            raise RuntimeError(f"{proxy.name} does not answer: {detail!r}") from error


PROXIES: dict[str, type[Proxy]] = {proxy.name: proxy for proxy in (Direct, Nginx, Salon, LiteLLM, Portkey)}
