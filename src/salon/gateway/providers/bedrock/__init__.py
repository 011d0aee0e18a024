"""Amazon Bedrock: every maker's chat models over Converse, Claude and embeddings over InvokeModel.

Nova, Llama and Titan have a body of their own at InvokeModel too; it is spoken where that is chosen, for
accounts and gateways that let nothing else through.
"""

import re
from collections.abc import Mapping

import msgspec

from salon.gateway.protocols.base import DialectName
from salon.gateway.providers.base import Capabilities, ProviderKind
from salon.gateway.providers.bedrock.access import authorizer, read_secret
from salon.gateway.providers.options import ProviderOption

_OF_ANTHROPIC = re.compile(r"(?:[a-z-]+\.)?anthropic\..*|arn:.*[/.]anthropic\..*")
"""A model, one behind an inference profile of a region (``eu.anthropic.…``), or the address of such."""
_EMBEDDINGS: tuple[tuple[re.Pattern[str], DialectName], ...] = (
    (re.compile(r"(?:[a-z-]+\.)?amazon\.titan-embed-.*|arn:.*[/.]amazon\.titan-embed-.*"), "titan-embed"),
    (
        re.compile(r"(?:[a-z-]+\.)?amazon\.nova-.*-embeddings-.*|arn:.*[/.]amazon\.nova-.*-embeddings-.*"),
        "nova-embed",
    ),
    (re.compile(r"(?:[a-z-]+\.)?cohere\.embed-.*|arn:.*[/.]cohere\.embed-.*"), "bedrock-cohere-embed"),
)
"""Models that make embeddings, and whose body each of them reads."""
_NOVA = r"amazon\.nova-(?:\d+-)?(?:micro|lite|pro|premier).*"
_TITAN = r"amazon\.titan-t(?:ext|g1)-.*"
_CHATS: tuple[tuple[re.Pattern[str], DialectName], ...] = (
    (re.compile(rf"(?:[a-z-]+\.)?{_NOVA}|arn:.*[/.]{_NOVA}"), "bedrock-nova"),
    (re.compile(rf"(?:[a-z-]+\.)?{_TITAN}|arn:.*[/.]{_TITAN}"), "bedrock-titan"),
    (re.compile(r"(?:[a-z-]+\.)?meta\.llama.*|arn:.*[/.]meta\.llama.*"), "bedrock-llama"),
)
"""Models that chat at InvokeModel, and whose body each of them reads."""


def shape(kind: ProviderKind, options: Mapping[str, str]) -> ProviderKind:
    """Return the kind for a region."""
    shaped = msgspec.structs.replace(
        kind, base_url=f"https://bedrock-runtime.{options['region']}.{options['domain']}"
    )
    claude = msgspec.structs.replace(
        shaped,
        dialect="anthropic",
        chat_paths={"anthropic": "/model/{model}/invoke"},
        stream_paths={"anthropic": "/model/{model}/invoke-with-response-stream"},
        passed_headers=(b"anthropic-beta",),
        quirks={"body_version": "bedrock-2023-05-31", "stream_in_address": True},
    )
    embeddings = tuple((names, _embeds(shaped, dialect)) for names, dialect in _EMBEDDINGS)
    invoked = _CHATS if options.get("api") == "invoke" else ()
    chats = tuple((names, _chats(shaped, dialect)) for names, dialect in invoked)
    return msgspec.structs.replace(shaped, variants=((_OF_ANTHROPIC, claude), *embeddings, *chats))


def _chats(kind: ProviderKind, dialect: DialectName) -> ProviderKind:
    return msgspec.structs.replace(
        kind,
        dialect=dialect,
        chat_paths={dialect: "/model/{model}/invoke"},
        stream_paths={dialect: "/model/{model}/invoke-with-response-stream"},
    )


def _embeds(kind: ProviderKind, dialect: DialectName) -> ProviderKind:
    return msgspec.structs.replace(
        kind,
        dialect=dialect,
        chat_paths={},
        stream_paths={},
        operation_paths={dialect: "/model/{model}/invoke"},
        one_by_one=dialect != "bedrock-cohere-embed",  # Amazon's own models take one text
    )


KIND = ProviderKind(
    name="bedrock",
    label="Amazon Bedrock",
    dialect="converse",
    chat_paths={"converse": "/model/{model}/converse"},
    stream_paths={"converse": "/model/{model}/converse-stream"},
    env_keys=("AWS_BEARER_TOKEN_BEDROCK",),
    address_hint="https://bedrock-runtime.REGION.amazonaws.com",
    address_from_options=True,
    key_help="an API key of Bedrock, or the secret of the access key named here",
    listing="fixed",
    options=(
        ProviderOption(
            name="region",
            help="an AWS region, like eu-central-1",
            required=True,
            env=("AWS_REGION", "AWS_DEFAULT_REGION"),
            pattern=r"[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}",
        ),
        ProviderOption(
            name="access_key_id",
            help="the id of an access key, whose secret is then the key; none for a key of Bedrock itself",
            pattern=r"[A-Z0-9]{12,128}",
        ),
        ProviderOption(
            name="domain",
            help="the domain of the region's addresses, amazonaws.com.cn in China",
            default="amazonaws.com",
            pattern=r"[a-z0-9][a-z0-9.-]{1,60}",
        ),
        ProviderOption(
            name="api",
            help="how Nova, Llama and Titan are asked, converse or invoke",
            default="converse",
            pattern="converse|invoke",
        ),
    ),
    shape=shape,
    make_authorizer=authorizer,
    read_secret=read_secret,
    capabilities=Capabilities(),
    prices_as="aws",
    docs_url="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    key_url="https://console.aws.amazon.com/bedrock/home#/api-keys",
)
