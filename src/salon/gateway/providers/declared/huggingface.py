"""Hugging Face: a router to many services, and the hub that knows what each model is for."""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.options import ProviderOption


def _with_hub(kind: ProviderKind, options: Mapping[str, str]) -> ProviderKind:
    """Return the kind with the address of the hub's records of models."""
    card = f"{options['hub']}/api/models/{{model}}?expand=inferenceProviderMapping"
    return msgspec.structs.replace(kind, model_card=card)


HUGGING_FACE: Final = ProviderKind(
    name="huggingface",
    label="Hugging Face",
    dialect="openai",
    chat_paths={"openai": "/chat/completions"},
    base_url="https://router.huggingface.co/v1",
    env_keys=("HF_TOKEN",),
    quirks={"max_tokens_field": "max_tokens", "developer_role": "system"},
    options=(
        ProviderOption(
            name="hub",
            help="the https address of the hub, where what a declared model is for is looked up",
            default="https://huggingface.co",
            pattern=r"https://[A-Za-z0-9._:/-]{1,200}|http://127\.0\.0\.1:\d+",
            takes_credential=True,
        ),
    ),
    shape=_with_hub,
    docs_url="https://huggingface.co/docs/inference-providers",
    key_url="https://huggingface.co/settings/tokens",
)
