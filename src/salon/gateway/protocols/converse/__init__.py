"""Bedrock's Converse: spoken to Amazon, served to nobody."""

from salon.gateway.protocols.converse.dialect import DIALECT

__all__ = ["DIALECT"]
