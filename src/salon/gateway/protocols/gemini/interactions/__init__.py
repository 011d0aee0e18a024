"""Gemini's Interactions API, the second way to its models: in steps; spoken to Google, served to nobody."""

from salon.gateway.protocols.gemini.interactions.dialect import DIALECT

__all__ = ["DIALECT"]
