"""Writes the reference of provider kinds from their declarations and checklists."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from salon.gateway import providers
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.kinds import BUILT_IN
from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.declared import KINDS as DECLARED
from salon.gateway.providers.options import ProviderOption

FOLDER = Path(providers.__file__).parent
NAMES = {
    "openai": "OpenAI Chat Completions",
    "completions": "its older completions",
    "writer-completions": "older completions, in its own form,",
    "responses": "OpenAI Responses",
    "anthropic": "Anthropic Messages",
    "anthropic-count": "its count of tokens",
    "responses-count": "its count of tokens",
    "gemini-count": "its count of tokens",
    "ollama": "Ollama chat",
    "ollama-generate": "Ollama generate",
    "gemini": "Gemini generateContent",
    "cohere": "Cohere chat",
    "converse": "Bedrock Converse",
}
REMARKS = {
    "bedrock": "The key is an API key of Bedrock; or the secret of the access key that `access_key_id` "
    "names; or all that `aws configure export-credentials` prints, session token included, with which Salon "
    "signs each request (Signature version 4). Claude is spoken to over InvokeModel in Anthropic Messages, "
    "all else that chats over Converse; with `api=invoke` Nova, Llama and Titan over InvokeModel, each in "
    "its own body. Embeddings are made by Titan (`amazon.titan-embed-…`), Nova "
    "(`amazon.nova-…-embeddings-…`) and Cohere (`cohere.embed-…`), over InvokeModel; for Titan and "
    "Nova, which take one text, a request with several is sent as one for each, eight at once. A model may "
    "be named by an inference profile (`eu.amazon.nova-2-lite-v1:0`).",
    "vertex": "The key is the JSON key file of a service account, whole; Salon signs with it, and fetches "
    "and renews its tokens. Models called `claude-…` are spoken to in Anthropic Messages, others in Gemini. "
    "Embeddings are made by `text-embedding-…`, `text-multilingual-embedding-…`, `multilingual-e5-…` and "
    "`gemini-embedding-001`, over `predict`.",
    "azure": "A model is the name of a deployment. With `tenant_id` and `client_id` the key is the secret of "
    "that application, and Salon fetches and renews its tokens. With `api_version` the dated addresses are "
    "asked, which name the deployment in the path; without it those of v1, which also speak Responses.",
    "mistral": "Content in parts and its thinking are read. A `seed` is sent as `random_seed`, and "
    "`max_completion_tokens` as `max_tokens`, also where the bytes pass through. Its speech and "
    "transcriptions have OpenAI's addresses and fields of their own, and are translated both ways; a voice "
    "is its `voice_id`.",
    "xai": "Its speech (`/tts`) and transcriptions (`/stt`) know no model: any name of the provider will do, "
    "such as `xai/grok-tts` and `xai/grok-stt`.",
    "fireworks": "`whisper-v3` and `whisper-v3-turbo` are asked at the addresses of their own that it names, "
    "unless the provider has another `base_url`.",
    "deepgram": "Models called `aura-…` are voices and speak, all others write recordings down. A voice that "
    "a request names goes before that of the model. What was said is punctuated (`smart_format`); without a "
    "language it is found out.",
    "elevenlabs": "Models called `scribe…` write recordings down, all others speak. A voice is the id of "
    "one; for OpenAI's names, which no voice here has, George speaks.",
    "cerebras": "Two calls that share one index but not their id, as it streams them, stay two calls.",
    "perplexity": "Spoken to through its Agent API, a form of Responses: its Chat Completions address "
    "closed in September 2026. Models of other makers are there under names such as `openai/gpt-5.5`.",
    "huggingface": "Its router picks a service for each request; `model:service` names one.",
    "moonshot": "Keys from the Chinese platform need `base_url = https://api.moonshot.cn/v1`. "
    "Past reasoning goes back with the messages, which its thinking models ask for.",
    "zai": "Keys from the Chinese platform need `base_url = https://open.bigmodel.cn/api/paas/v4`. "
    "It takes JSON, but no schema for it.",
    "alibaba": "The address is Singapore's; keys of another region need that region's, such as "
    "`https://dashscope-us.aliyuncs.com/compatible-mode/v1`.",
    "jan": "Newer versions want the key that was set in Jan's own settings.",
    "localai": "It shares its usual address with llama.cpp; `salon providers detect` takes it for that.",
}
"""What a declaration cannot say."""
_IN_PLACE_OF = {"region": "eu-central-1", "project": "project"}
"""Options that have to be said, so that a kind can be looked at as it is used."""


def exemptions(kind: ProviderKind) -> Mapping[str, str]:
    """Return the rules of the checklist that do not apply to a kind, with the reasons."""
    if kind in DECLARED:
        return tomllib.loads((FOLDER / "declared" / "checklist.toml").read_text())[kind.name]
    rules = tomllib.loads((FOLDER / kind.name.replace("-", "_") / "checklist.toml").read_text())
    return {rule: entry["reason"] for rule, entry in rules.items() if entry["status"] == "exempt"}


def _key(kind: ProviderKind) -> str:
    names = " or ".join(f"`{name}`" for name in kind.env_keys)
    if kind.auth == "none":
        return "none"
    needed = "needed" if kind.needs_key else "if it wants one"
    return f"{needed}; {names} in the environment" if names else needed


def _address(kind: ProviderKind) -> str:
    usual = f"`{kind.base_url}`" if kind.base_url else "yours"
    if kind.address_hint:
        usual = f"yours, like `{kind.address_hint}`"
    if kind.make_transport is not None:
        return "none: it answers inside Salon"
    return f"{usual}; `{kind.env_url}` in the environment" if kind.env_url else usual


def _option(option: ProviderOption) -> str:
    named = " or ".join(f"`{name}`" for name in option.env)
    usual = f"; `{option.default}` if it is not said" if option.default else ""
    needed = "needed: " if option.required else ""
    return f"`{option.name}`: {needed}{option.help}{usual}{f'; {named} in the environment' if named else ''}"


def _beside(kind: ProviderKind) -> str:
    """Name the dialects of other operations, those of single models included."""
    options = {one.name: one.default or _IN_PLACE_OF.get(one.name, "") for one in kind.options}
    shaped = kind.shape(kind, options) if kind.shape is not None else kind
    kinds = (shaped, *(variant for _, variant in shaped.variants))
    names = dict.fromkeys(name for one in kinds for name in one.operation_paths)
    return ", ".join({**DIALECTS, **ONLY_SPOKEN}[name].title for name in names)


def _section(kind: ProviderKind) -> list[str]:
    spoken = sorted(kind.chat_paths, key=lambda name: name != kind.dialect)
    others = ", ".join(dict.fromkeys(NAMES[name] for name in spoken[1:]))
    models = ", ".join(f"`{model}`" for model in kind.models)
    quirks = ", ".join(f"`{name}` {value!r}" for name, value in sorted(kind.quirks.items()))
    rows = {
        "name": kind.label,
        "protocol": NAMES[spoken[0]] + (f"; {others} for callers who speak it" if others else "")
        if spoken
        else "none: it does not chat",
        "beside chat": _beside(kind) or "nothing",
        "address": _address(kind),
        "key": _key(kind),
        "options": "<br>".join(_option(option) for option in kind.options),
        "models": f"those declared: {models}"
        if kind.listing == "fixed" and kind.models
        else "those you declare"
        if kind.listing == "fixed"
        else f"its own list, `{kind.models_path}`",
        "quirks": quirks or "none",
        "does not apply": "; ".join(f"{rule}: {why}" for rule, why in exemptions(kind).items()) or "nothing",
        "its documentation": f"<{kind.docs_url}>" if kind.docs_url else "",
    }
    lines = [f"## {kind.name}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in rows.items() if value]
    remark = REMARKS.get(kind.name)
    return [*lines, "", *([remark, ""] if remark else [])]


def provider_page(note: str) -> str:
    """Return the page."""
    lines = [
        "# Provider kinds",
        "",
        note,
        "Made from each kind's declaration and checklist. The checklist has thirteen rules (streaming,",
        "tools, vision, audio, realtime, reasoning, usage, cancel, errors, listing, prices, batches, tests):",
        "each is done, or named below as one that does not apply, and why. What the quirks mean is told",
        "under [protocols](../protocols.md).",
        "",
    ]
    for kind in BUILT_IN:
        lines += _section(kind)
    return "\n".join(lines).rstrip() + "\n"
