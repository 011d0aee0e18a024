"""Google's Vertex AI: Gemini and Claude below one project, proven as a service account."""

import re
from collections.abc import Mapping

import msgspec

from salon.gateway.providers.base import Capabilities, ProviderKind
from salon.gateway.providers.options import ProviderOption
from salon.gateway.providers.vertex.service_account import authorizer, read_account

_OF_ANTHROPIC = re.compile(r"claude-.*")
_OF_IMAGEN = re.compile(r"imagen-.*")
OF_EMBEDDINGS = re.compile(r"text-(?:multilingual-)?embedding-.*|gemini-embedding-001|multilingual-e5-.*")
"""Models whose vectors are asked for by ``predict``."""
_REGIONS_OF_MANY = ("us", "eu")


def shape(kind: ProviderKind, options: Mapping[str, str]) -> ProviderKind:
    """Return the kind for a project and a location."""
    location = options["location"]
    below = f"/projects/{options['project']}/locations/{location}/publishers"
    gemini = f"/v1beta1{below}/google/models/{{model}}"
    claude = f"/v1{below}/anthropic/models/{{model}}"
    shaped = msgspec.structs.replace(
        kind,
        base_url=_address(location),
        chat_paths={"gemini": f"{gemini}:generateContent"},
        operation_paths={
            "gemini-images": f"{gemini}:generateContent",
            "gemini-image-edits": f"{gemini}:generateContent",
            "gemini-speech": f"{gemini}:generateContent",
        },
        stream_paths={"gemini": f"{gemini}:streamGenerateContent?alt=sse"},
    )
    imagen = msgspec.structs.replace(shaped, operation_paths={"gemini-imagen": f"{gemini}:predict"})
    embeddings = msgspec.structs.replace(
        shaped,
        dialect="vertex-embed",
        chat_paths={},
        operation_paths={"vertex-embed": f"{gemini}:predict"},
        stream_paths={},
    )
    anthropic = msgspec.structs.replace(
        shaped,
        dialect="anthropic",
        chat_paths={"anthropic": f"{claude}:rawPredict"},
        operation_paths={},
        stream_paths={"anthropic": f"{claude}:streamRawPredict"},
        passed_headers=(b"anthropic-beta",),
        quirks={"body_version": "vertex-2023-10-16"},
    )
    variants = ((_OF_ANTHROPIC, anthropic), (_OF_IMAGEN, imagen), (OF_EMBEDDINGS, embeddings))
    return msgspec.structs.replace(shaped, variants=variants)


def _address(location: str) -> str:
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if location in _REGIONS_OF_MANY:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


KIND = ProviderKind(
    name="vertex",
    label="Google Vertex AI",
    dialect="gemini",
    chat_paths={"gemini": "/"},
    base_url="https://aiplatform.googleapis.com",
    address_from_options=True,
    key_help="the JSON file of a service account",
    key_has_lines=True,
    env_keys=("GOOGLE_APPLICATION_CREDENTIALS_JSON",),
    listing="vertex",
    models_path="/v1beta1/publishers/google/models",
    models=("gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"),
    options=(
        ProviderOption(
            name="project",
            help="the id of a Google Cloud project",
            required=True,
            env=("GOOGLE_CLOUD_PROJECT",),
        ),
        ProviderOption(
            name="location",
            help="where models run, like europe-west4 or global",
            default="global",
            env=("GOOGLE_CLOUD_LOCATION",),
            pattern=r"[a-z][a-z0-9-]{1,40}",
        ),
    ),
    shape=shape,
    make_authorizer=authorizer,
    read_secret=read_account,
    capabilities=Capabilities(tools=True, vision=True, structured=True),
    prices_as="google",
    docs_url="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    key_url="https://console.cloud.google.com/iam-admin/serviceaccounts",
)
