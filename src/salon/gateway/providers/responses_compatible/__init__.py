"""Any address that speaks Responses and nothing older."""

from salon.gateway.providers.base import ProviderKind

KIND = ProviderKind(
    name="responses-compatible",
    label="Responses-compatible",
    dialect="responses",
    chat_paths={"responses": "/responses"},
    needs_key=False,
    address_hint="https://api.example.com/v1",
)
