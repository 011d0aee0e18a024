"""Proofs of reasoning that only one dialect has a place for.

A provider signs its reasoning so that it can trust it when it comes back. Most signatures cross in a field of
the messages; Gemini's for a call and OpenAI's sealed reasoning stay with their own dialect.
"""

from salon.gateway.protocols.wire_json import JsonObject, own_data

LOST = "reasoning_signature"
"""What such a proof is called where it cannot be carried."""


def is_proof_lost(provider_data: JsonObject | None, dialect: str) -> bool:
    """Tell whether a part of an answer carries another dialect's proof that ``dialect`` has no place for."""
    if not provider_data or dialect in provider_data:
        return False
    sealed = own_data(own_data(provider_data, "responses"), "item").get("encrypted_content")
    return bool(sealed or own_data(provider_data, "gemini").get("thoughtSignature"))
