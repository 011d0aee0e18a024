"""Looks for model servers on this machine, when somebody asks: their usual ports, all at once."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from salon.foundation.egress import HttpClient, HttpRequest, parse_url
from salon.foundation.kit.errors import SalonError
from salon.gateway.configuration.listing import read_listing
from salon.gateway.providers.base import ListingStyle
from salon.gateway.registry.links import PRIVATE

_TIMEOUT_S: Final = 1.0
_MOST_BYTES: Final = 4 * 1024 * 1024


class LocalServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where a kind of server usually listens."""

    kind: str
    label: str
    base_url: str
    listing: ListingStyle = "openai"
    models_path: str = "/models"


class FoundServer(msgspec.Struct, frozen=True, kw_only=True):
    """A model server that answered."""

    kind: str
    label: str
    base_url: str
    models: tuple[str, ...]


USUAL: Final = (
    LocalServer(
        kind="ollama",
        label="Ollama",
        base_url="http://127.0.0.1:11434",
        listing="ollama",
        models_path="/api/tags",
    ),
    LocalServer(kind="lmstudio", label="LM Studio", base_url="http://127.0.0.1:1234/v1"),
    LocalServer(kind="llamacpp", label="llama.cpp", base_url="http://127.0.0.1:8080/v1"),
    LocalServer(kind="vllm", label="vLLM", base_url="http://127.0.0.1:8000/v1"),
    LocalServer(kind="sglang", label="SGLang", base_url="http://127.0.0.1:30000/v1"),
    LocalServer(kind="jan", label="Jan", base_url="http://127.0.0.1:1337/v1"),
    LocalServer(kind="koboldcpp", label="KoboldCpp", base_url="http://127.0.0.1:5001/v1"),
)


async def find_local_servers(
    http: HttpClient, servers: Sequence[LocalServer] = USUAL, *, timeout_s: float = _TIMEOUT_S
) -> list[FoundServer]:
    """Return the servers that list models; what does not answer in time, or otherwise, is not there."""
    found = await asyncio.gather(*(_look(http, server, timeout_s) for server in servers))
    return [one for one in found if one is not None]


async def _look(http: HttpClient, server: LocalServer, timeout_s: float) -> FoundServer | None:
    url, target = parse_url(server.base_url + server.models_path)
    request = HttpRequest(url=url, target=target.encode("ascii"), method=b"GET")
    try:
        response = await http.fetch(request, timeout_s=timeout_s, policy=PRIVATE, max_bytes=_MOST_BYTES)
        if response.status != 200:
            return None
        models, _ = read_listing(server.listing, response.body, provider=server.label)
    except SalonError:
        return None
    return FoundServer(
        kind=server.kind,
        label=server.label,
        base_url=server.base_url,
        models=tuple(model.id for model in models),
    )
