"""The built-in kinds of providers, in the order people meet them."""

from salon.gateway.providers.anthropic import KIND as ANTHROPIC
from salon.gateway.providers.azure import KIND as AZURE
from salon.gateway.providers.base import KindRegistry, ProviderKind
from salon.gateway.providers.bedrock import KIND as BEDROCK
from salon.gateway.providers.cohere import KIND as COHERE
from salon.gateway.providers.declared import KINDS as DECLARED
from salon.gateway.providers.deepseek import KIND as DEEPSEEK
from salon.gateway.providers.demo import KIND as DEMO
from salon.gateway.providers.gemini import KIND as GEMINI
from salon.gateway.providers.lmstudio import KIND as LMSTUDIO
from salon.gateway.providers.ollama import KIND as OLLAMA
from salon.gateway.providers.openai import KIND as OPENAI
from salon.gateway.providers.openai_compatible import KIND as OPENAI_COMPATIBLE
from salon.gateway.providers.openrouter import KIND as OPENROUTER
from salon.gateway.providers.responses_compatible import KIND as RESPONSES_COMPATIBLE
from salon.gateway.providers.salon import KIND as SALON
from salon.gateway.providers.vertex import KIND as VERTEX

BUILT_IN: tuple[ProviderKind, ...] = (
    OPENAI,
    ANTHROPIC,
    GEMINI,
    AZURE,
    VERTEX,
    BEDROCK,
    COHERE,
    DEEPSEEK,
    OPENROUTER,
    OLLAMA,
    LMSTUDIO,
    OPENAI_COMPATIBLE,
    RESPONSES_COMPATIBLE,
    *DECLARED,
    SALON,
    DEMO,
)


def built_in_kinds() -> KindRegistry:
    """Return a fresh registry that holds the built-in kinds; plugins add theirs to it."""
    return KindRegistry(BUILT_IN)
