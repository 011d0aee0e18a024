"""The dialects: what is served to callers and spoken to providers, in the order people meet them."""

from collections.abc import Mapping

from salon.gateway.protocols.anthropic import COUNT as ANTHROPIC_COUNT
from salon.gateway.protocols.anthropic import DIALECT as ANTHROPIC
from salon.gateway.protocols.base import Dialect, DialectName, SpokenDialect
from salon.gateway.protocols.cohere import DIALECT as COHERE
from salon.gateway.protocols.cohere import EMBED as COHERE_EMBED
from salon.gateway.protocols.converse import DIALECT as CONVERSE
from salon.gateway.protocols.converse import NOVA as BEDROCK_NOVA
from salon.gateway.protocols.deepgram import DEEPGRAM_LISTEN, DEEPGRAM_SPEAK
from salon.gateway.protocols.elevenlabs import ELEVENLABS_SPEECH, ELEVENLABS_TRANSCRIPTIONS
from salon.gateway.protocols.gemini import COUNT as GEMINI_COUNT
from salon.gateway.protocols.gemini import DIALECT as GEMINI
from salon.gateway.protocols.gemini import EMBED as GEMINI_EMBED
from salon.gateway.protocols.gemini import EMBED_BATCH as GEMINI_EMBED_BATCH
from salon.gateway.protocols.gemini import IMAGE_EDITS as GEMINI_IMAGE_EDITS
from salon.gateway.protocols.gemini import IMAGEN as GEMINI_IMAGEN
from salon.gateway.protocols.gemini import IMAGES as GEMINI_IMAGES
from salon.gateway.protocols.gemini import PREDICT as VERTEX_EMBED
from salon.gateway.protocols.gemini import SPEECH as GEMINI_SPEECH
from salon.gateway.protocols.gemini.interactions import DIALECT as INTERACTIONS
from salon.gateway.protocols.invoke import COHERE_EMBED as BEDROCK_COHERE_EMBED
from salon.gateway.protocols.invoke import LLAMA as BEDROCK_LLAMA
from salon.gateway.protocols.invoke import NOVA_EMBED, TITAN_EMBED
from salon.gateway.protocols.invoke import TITAN as BEDROCK_TITAN
from salon.gateway.protocols.ollama import DIALECT as OLLAMA
from salon.gateway.protocols.ollama import EMBED as OLLAMA_EMBED
from salon.gateway.protocols.ollama import EMBEDDINGS as OLLAMA_EMBEDDINGS
from salon.gateway.protocols.ollama import GENERATE as OLLAMA_GENERATE
from salon.gateway.protocols.openai import COMPLETIONS as OPENAI_COMPLETIONS
from salon.gateway.protocols.openai import DIALECT as OPENAI
from salon.gateway.protocols.openai import EMBEDDINGS as OPENAI_EMBEDDINGS
from salon.gateway.protocols.openai import IMAGE_EDITS as OPENAI_IMAGE_EDITS
from salon.gateway.protocols.openai import IMAGE_EDITS_JSON as OPENAI_IMAGE_EDITS_JSON
from salon.gateway.protocols.openai import IMAGE_VARIATIONS as OPENAI_IMAGE_VARIATIONS
from salon.gateway.protocols.openai import IMAGES as OPENAI_IMAGES
from salon.gateway.protocols.openai import (
    MISTRAL_MODERATIONS,
    MISTRAL_SPEECH,
    MISTRAL_TRANSCRIPTIONS,
    OPENROUTER_TRANSCRIPTIONS,
    PERPLEXITY_EMBEDDINGS,
    WRITER_COMPLETIONS,
    XAI_IMAGE_EDITS,
    XAI_SPEECH,
    XAI_TRANSCRIPTIONS,
)
from salon.gateway.protocols.openai import MODERATIONS as OPENAI_MODERATIONS
from salon.gateway.protocols.openai import SPEECH as OPENAI_SPEECH
from salon.gateway.protocols.openai import TRANSCRIPTIONS as OPENAI_TRANSCRIPTIONS
from salon.gateway.protocols.openai import TRANSLATIONS as OPENAI_TRANSLATIONS
from salon.gateway.protocols.realtime import DIALECT as REALTIME
from salon.gateway.protocols.rerank import DIALECT as RERANK
from salon.gateway.protocols.rerank import VOYAGE as VOYAGE_RERANK
from salon.gateway.protocols.responses import COMPACT as RESPONSES_COMPACT
from salon.gateway.protocols.responses import COUNT as RESPONSES_COUNT
from salon.gateway.protocols.responses import DIALECT as RESPONSES

DIALECTS: Mapping[DialectName, Dialect] = {
    dialect.name: dialect
    for dialect in (
        OPENAI,
        OPENAI_COMPLETIONS,
        RESPONSES,
        RESPONSES_COUNT,
        RESPONSES_COMPACT,
        ANTHROPIC,
        ANTHROPIC_COUNT,
        OLLAMA,
        OLLAMA_GENERATE,
        GEMINI,
        GEMINI_COUNT,
        OPENAI_EMBEDDINGS,
        OLLAMA_EMBED,
        OLLAMA_EMBEDDINGS,
        GEMINI_EMBED,
        GEMINI_EMBED_BATCH,
        RERANK,
        OPENAI_MODERATIONS,
        OPENAI_SPEECH,
        OPENAI_TRANSCRIPTIONS,
        OPENAI_TRANSLATIONS,
        OPENAI_IMAGES,
        OPENAI_IMAGE_EDITS,
        OPENAI_IMAGE_EDITS_JSON,
        OPENAI_IMAGE_VARIATIONS,
        REALTIME,
    )
}
"""Every dialect that is served, by its name."""

ONLY_SPOKEN: Mapping[DialectName, SpokenDialect] = {
    dialect.name: dialect
    for dialect in (
        WRITER_COMPLETIONS,
        INTERACTIONS,
        COHERE,
        COHERE_EMBED,
        VERTEX_EMBED,
        TITAN_EMBED,
        NOVA_EMBED,
        BEDROCK_COHERE_EMBED,
        CONVERSE,
        BEDROCK_NOVA,
        BEDROCK_TITAN,
        BEDROCK_LLAMA,
        MISTRAL_MODERATIONS,
        PERPLEXITY_EMBEDDINGS,
        VOYAGE_RERANK,
        XAI_IMAGE_EDITS,
        OPENROUTER_TRANSCRIPTIONS,
        DEEPGRAM_LISTEN,
        DEEPGRAM_SPEAK,
        ELEVENLABS_SPEECH,
        ELEVENLABS_TRANSCRIPTIONS,
        MISTRAL_SPEECH,
        MISTRAL_TRANSCRIPTIONS,
        XAI_SPEECH,
        XAI_TRANSCRIPTIONS,
        GEMINI_IMAGES,
        GEMINI_IMAGE_EDITS,
        GEMINI_IMAGEN,
        GEMINI_SPEECH,
    )
}
"""Dialects of providers that no caller speaks to us."""
