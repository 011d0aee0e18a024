"""The names of OpenTelemetry's GenAI conventions, in one place: they still move between releases.

From the semantic conventions for generative AI, 1.37 and later (``gen_ai.provider.name`` replaced
``gen_ai.system``). Message contents are never recorded.
"""

from typing import Final

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHED_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
ERROR_TYPE: Final = "error.type"
HTTP_STATUS: Final = "http.response.status_code"

REQUEST_ID: Final = "salon.request.id"
ATTEMPT: Final = "salon.attempt.number"
ATTEMPTS: Final = "salon.attempts"
DIALECT: Final = "salon.dialect"
STREAM: Final = "salon.stream"
CACHE: Final = "salon.cache"
COST: Final = "salon.cost_e10"
FIRST_OUTPUT_MS: Final = "salon.first_token_ms"

WELL_KNOWN_PROVIDERS: Final = {
    "openai": "openai",
    "anthropic": "anthropic",
    "deepseek": "deepseek",
    "mistral": "mistral_ai",
    "xai": "x_ai",
}
"""Provider kinds the conventions name; every other kind goes by its own name."""
