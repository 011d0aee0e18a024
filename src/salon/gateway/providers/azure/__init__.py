"""Azure OpenAI and Microsoft Foundry: a model is a deployment's name, and a key may be an application's.

The v1 addresses take the deployment where OpenAI takes the model. The dated ones, kept for resources and
gateways that know only them, name it in the path and the version in the query.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec

from salon.gateway.protocols.base import DialectName
from salon.gateway.providers.authorize import Access
from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.options import ProviderOption
from salon.gateway.providers.tokens import BearerAuthorizer, ask_for_token

_OPERATIONS: Final[Mapping[DialectName, str]] = {
    "openai-embeddings": "/embeddings",
    "openai-speech": "/audio/speech",
    "openai-transcriptions": "/audio/transcriptions",
    "openai-translations": "/audio/translations",
    "openai-images": "/images/generations",
    "openai-image-edits": "/images/edits",
}


def shape(kind: ProviderKind, options: Mapping[str, str]) -> ProviderKind:
    """Return the kind for these options. Raises: ValueError when half an application is named."""
    if ("tenant_id" in options) != ("client_id" in options):
        raise ValueError("tenant_id and client_id belong together: both name the application of Entra ID")
    if "tenant_id" in options:
        kind = msgspec.structs.replace(kind, make_authorizer=authorizer)
    version = options.get("api_version")
    if version:
        below, query = "/openai/deployments/{model}", f"?api-version={version}"
        kind = msgspec.structs.replace(
            kind,
            chat_paths={"openai": f"{below}/chat/completions{query}"},
            operation_paths={
                **{name: f"{below}{path}{query}" for name, path in _OPERATIONS.items()},
                "openai-realtime": f"/openai/realtime{query}&deployment={{model}}",
            },
        )
    return kind


def authorizer(access: Access) -> BearerAuthorizer:
    """Return what proves requests as an application of Entra ID, whose secret is the provider's key."""
    options = access.options
    form = {
        "grant_type": "client_credentials",
        "client_id": options["client_id"],
        "client_secret": access.secret,
        "scope": options["scope"],
    }
    address = f"{options['authority']}/{options['tenant_id']}/oauth2/v2.0/token"
    return BearerAuthorizer(access, partial(ask_for_token, access, address, form))


_SCOPE = r"(?:https|api)://[A-Za-z0-9._:/-]{1,200}"
_AUTHORITY = r"https://[A-Za-z0-9._:/-]{1,200}|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[A-Za-z0-9._/-]*)?"
"""A secret is sent there: in the clear to this machine alone."""

KIND = ProviderKind(
    name="azure",
    label="Azure OpenAI",
    dialect="openai",
    chat_paths={"openai": "/openai/v1/chat/completions", "responses": "/openai/v1/responses"},
    operation_paths={
        **{name: f"/openai/v1{path}" for name, path in _OPERATIONS.items()},
        "openai-realtime": "/openai/v1/realtime?model={model}",
    },
    auth="api-key",
    env_keys=("AZURE_OPENAI_API_KEY",),
    env_url="AZURE_OPENAI_ENDPOINT",
    address_hint="https://NAME.openai.azure.com",
    key_help="a key of the resource, or the secret of the application named here",
    trims=("/openai/v1", "/openai"),
    listing="fixed",
    options=(
        ProviderOption(
            name="api_version",
            help="the version of the dated addresses, like 2024-10-21; none for v1",
            pattern=r"\d{4}-\d\d-\d\d(-preview)?",
        ),
        ProviderOption(name="tenant_id", help="the directory (tenant) of an application in Entra ID"),
        ProviderOption(name="client_id", help="the id of that application; its secret is then the key"),
        ProviderOption(
            name="scope",
            help="what its tokens are for",
            default="https://cognitiveservices.azure.com/.default",
            pattern=_SCOPE,
        ),
        ProviderOption(
            name="authority",
            help="an https address where its tokens come from; another one for national clouds",
            default="https://login.microsoftonline.com",
            pattern=_AUTHORITY,
            takes_credential=True,
        ),
    ),
    shape=shape,
    prices_as="azure",
    docs_url="https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
    key_url="https://portal.azure.com",
)
