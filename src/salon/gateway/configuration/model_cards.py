"""What a hub says of single models: asked for those that a person declared and no list names.

Hugging Face's router lists the models that chat. What any other of its models is for, and whether some
service has it now, stands in the hub's own record of it.
https://huggingface.co/docs/inference-providers/hub-api (2026-11)
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from salon.foundation.egress import EgressError, HttpClient, HttpRequest, parse_url
from salon.foundation.kit.errors import SalonError, UpstreamBroken
from salon.foundation.messages import OperationName
from salon.gateway.configuration.listed import name_of, nested, text
from salon.gateway.registry.configured import Configured
from salon.gateway.registry.models import ModelInfo
from salon.gateway.registry.target import MODEL_MARK

_TIMEOUT_S: Final = 10.0
_MOST_CARDS: Final = 20
_MOST_BYTES: Final = 1024 * 1024
_TASKS: Final[Mapping[str, OperationName]] = {
    "conversational": "chat",
    "text-generation": "chat",
    "image-text-to-text": "chat",
    "feature-extraction": "embeddings",
    "sentence-similarity": "embeddings",
    "automatic-speech-recognition": "transcriptions",
    "text-to-speech": "speech",
    "text-to-image": "images",
    "image-to-image": "image-edits",
}
_logger = logging.getLogger(__name__)


async def ask_cards(http: HttpClient, configured: Configured, names: Iterable[str]) -> list[ModelInfo]:
    """Return what is said of models; of one of which nothing is to be had, nothing. Takes 10 s at most."""
    wanted = list(dict.fromkeys(names))[:_MOST_CARDS]
    found: dict[str, ModelInfo] = {}
    try:
        async with asyncio.timeout(_TIMEOUT_S), asyncio.TaskGroup() as group:
            for name in wanted:
                group.create_task(_ask(http, configured, name, found))
    except TimeoutError:
        _logger.info("not every model of %s was looked up in time", configured.spec.name)
    return [found[name] for name in wanted if name in found]


async def _ask(http: HttpClient, configured: Configured, name: str, found: dict[str, ModelInfo]) -> None:
    link = configured.link
    assert link is not None
    address = configured.kind.model_card.replace(MODEL_MARK, quote(name.partition(":")[0], safe="/"))
    headers = [header for header in link.endpoints[link.default].headers if header[0] != b"content-type"]
    try:
        url, target = parse_url(address)
        if configured.spec.base_url and url != parse_url(configured.spec.base_url)[0]:
            # The credential is for another server; the hub tells most without one.
            headers = [header for header in headers if header[0] != b"authorization"]
        request = HttpRequest(url=url, target=target.encode("ascii"), method=b"GET", headers=headers)
        answer = await http.fetch(request, timeout_s=_TIMEOUT_S, policy=link.policy, max_bytes=_MOST_BYTES)
        if answer.status == 200:
            found[name] = read_card(answer.body, name=name, provider=link.name)
    except (EgressError, SalonError) as error:
        _logger.info("nothing is to be had of the model %s: %s", name, error)


def read_card(body: bytes, *, name: str = "", provider: str) -> ModelInfo:
    """Read a hub's record of a model, known here by ``name`` or its own. Raises: UpstreamBroken."""
    try:
        value = nested(orjson.loads(body))
        own = name_of(value.get("id"))
    except ValueError as error:
        raise UpstreamBroken(provider=provider, detail="its record of a model cannot be read") from error
    services: dict[str, Any] = nested(value.get("inferenceProviderMapping"))
    live = [nested(one) for one in services.values() if nested(one).get("status") == "live"]
    tasks: list[OperationName] = [
        task for one in live if (task := _TASKS.get(text(one.get("task")))) is not None
    ]
    operations = tuple(dict.fromkeys(tasks)) or None
    return ModelInfo(id=name or own, owned_by=own.partition("/")[0], operations=operations)
